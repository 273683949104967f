/** The SMTP server machine with a handler that writes down all that it is told, for tests without sockets. */
import { domain, ip } from "../../src/base/index.ts";
import {
  receiverFeatures,
  ServerMachine,
  type MailRequest,
  type EnvelopeRecipient,
  type ReceivedContent,
  type ServerFeatures,
  type ServerHandler,
  type ServerRefusal,
} from "../../src/smtp/index.ts";

export interface TakenMessage {
  readonly mail: MailRequest;
  readonly recipients: readonly EnvelopeRecipient[];
  readonly content: string;
  readonly facts: ReceivedContent;
}

export interface DrivenServer {
  readonly machine: ServerMachine;
  /** Each write of the server. */
  readonly writes: string[];
  readonly messages: TakenMessage[];
  readonly refusals: ServerRefusal[];
  readonly errors: unknown[];
  /** `pause`, `resume`, `starttls`, `close`, `abort`, `gone`, in order. */
  readonly effects: string[];
  /** Everything said so far. */
  said(): string;
  /** Feeds text (as UTF-8), gives back what is said to it at once. */
  tell(text: string | Uint8Array): string;
  /** Lets promises run. */
  settle(): Promise<void>;
}

export const tlsOn = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };

export function drive(
  changes: Partial<ServerFeatures> = {},
  handler: Partial<ServerHandler> = {},
  options: { readonly tls?: boolean } = {},
): DrivenServer {
  const writes: string[] = [];
  const messages: TakenMessage[] = [];
  const refusals: ServerRefusal[] = [];
  const errors: unknown[] = [];
  const effects: string[] = [];
  let content: Buffer[] = [];
  const machine = new ServerMachine({
    features: receiverFeatures(domain("mx.example.org"), changes),
    client: { address: ip("192.0.2.7"), port: 40_000 },
    local: { address: ip("192.0.2.1"), port: 25 },
    effects: {
      write: (text) => void writes.push(text),
      pause: () => void effects.push("pause"),
      resume: () => void effects.push("resume"),
      startTls: (reply) => {
        writes.push(reply);
        effects.push("starttls");
      },
      close: () => void effects.push("close"),
    },
    handler: {
      onData: () => {
        content = [];
        return undefined;
      },
      onContent: (chunk) => void content.push(Buffer.from(chunk)),
      onEnd: (facts, { mail, recipients }) => {
        messages.push({
          mail,
          recipients: [...recipients],
          content: Buffer.concat(content).toString("latin1"),
          facts: copyOf(facts),
        });
        return { code: 250, enhanced: "2.0.0", lines: [`taken ${messages.length}`] };
      },
      onAbort: () => void effects.push("abort"),
      onClose: () => void effects.push("gone"),
      onRefused: (why) => void refusals.push(why),
      onError: (error) => void errors.push(error),
      ...handler,
    },
  });
  machine.start(options.tls === true ? tlsOn : undefined);
  return {
    machine,
    writes,
    messages,
    refusals,
    errors,
    effects,
    said: () => writes.join(""),
    tell(text) {
      const before = writes.length;
      machine.push(Buffer.from(text as string));
      return writes.slice(before).join("");
    },
    async settle() {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    },
  };
}

function copyOf({ size, has8bit, headerHas8bit, longestLine, hops, hasNul }: ReceivedContent): ReceivedContent {
  return { size, has8bit, headerHas8bit, longestLine, hops, hasNul };
}
