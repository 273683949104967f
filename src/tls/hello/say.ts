/** A ClientHello said to a server, its answer heard, and the connection closed: no handshake is finished and no secret is made. */
import type { Clock, Wire } from "../../base/index.ts";
import { clean } from "../words.ts";
import { HelloReader, type HelloAnswer } from "./read.ts";
import { helloVersions, writeFarewell, writeHello, type HelloOffer } from "./write.ts";

export type HelloHeard = HelloAnswer | { readonly kind: "closed" | "timeout" | "reset"; readonly detail: string };

export interface HelloOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** On a connection on which the server waits for a ClientHello. It is closed afterwards. Never rejects. */
export function sayHello(wire: Wire, offer: HelloOffer, { clock, timeoutMs }: HelloOptions): Promise<HelloHeard> {
  const { stream } = wire;
  return new Promise((resolve) => {
    const reader = new HelloReader();
    const finish = (heard: HelloHeard): void => {
      timer.cancel();
      stream.removeAllListeners("data").removeAllListeners("end").removeAllListeners("close");
      stream.on("error", () => {});
      if (heard.kind === "taken") stream.end(writeFarewell(heard.version), () => stream.destroy());
      else stream.destroy();
      resolve(heard);
    };
    const timer = clock.after(timeoutMs, () => finish({ kind: "timeout", detail: "no answer to the ClientHello" }));
    stream.on("data", (chunk: Uint8Array) => {
      const answer = reader.feed(chunk);
      if (answer !== undefined)
        finish(answer.kind === "garbage" ? { ...answer, detail: clean(answer.detail) } : answer);
    });
    stream.on("error", (error: NodeJS.ErrnoException) =>
      finish({ kind: "reset", detail: clean(error.code ?? error.message) }),
    );
    stream.on("end", () => finish({ kind: "closed", detail: "closed in place of an answer" }));
    stream.on("close", () => finish({ kind: "closed", detail: "closed in place of an answer" }));
    if (stream.destroyed) return finish({ kind: "closed", detail: "closed before the ClientHello" });
    stream.write(writeHello(offer));
    stream.resume();
  });
}

export { helloVersions };
