/** Many questions in flight to one server over a few UDP sockets; over TCP what does not fit. */
import { ip, type Clock, type DatagramSocket, type Net, type Result } from "../../src/base/index.ts";
import { classIn, decodeMessage, encodeMessage, messageId, type Message, type WireName } from "../../src/dns/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";

export interface Client {
  /** DO is always set. Fails after a few tries. */
  ask(name: WireName, type: string, flags?: { readonly checkingDisabled?: boolean }): Promise<Result<Message, string>>;
  close(): void;
}

const tries = 4;
const tryTimeoutMs = 5_000;
const socketCount = 4;

export function createClient(port: number, net: Net = systemNet, clock: Clock = systemClock): Client {
  const server = { address: ip("127.0.0.1"), port };
  const waiting = new Map<number, (payload: Uint8Array) => void>();
  const sockets: DatagramSocket[] = Array.from({ length: socketCount }, () =>
    net.datagram(
      4,
      (payload) => waiting.get(messageId(payload) ?? -1)?.(payload),
      () => {},
    ),
  );
  let turn = 0;
  const freshId = (): number => {
    do turn = (turn + 1) & 0xffff;
    while (waiting.has(turn));
    return turn;
  };

  const overUdp = (question: Message): Promise<Result<Message, string>> =>
    new Promise((resolve) => {
      const bytes = encodeMessage(question);
      let left = tries;
      let timer = clock.after(0, () => {});
      const finish = (result: Result<Message, string>): void => {
        timer.cancel();
        waiting.delete(question.id);
        resolve(result);
      };
      const attempt = (): void => {
        if (left-- === 0) return finish({ ok: false, error: "no answer" });
        sockets[question.id % socketCount]?.send(bytes, server);
        timer = clock.after(tryTimeoutMs, attempt);
      };
      waiting.set(question.id, (payload) => {
        const decoded = decodeMessage(payload);
        if (!decoded.ok) return finish(decoded);
        const [asked, echo] = [question.questions[0], decoded.value.questions[0]];
        if (echo?.name === asked?.name && echo?.type === asked?.type) finish(decoded);
      });
      attempt();
    });

  const overTcp = async (question: Message): Promise<Result<Message, string>> => {
    const dialled = await net.dial(server, { timeoutMs: tryTimeoutMs });
    if (!dialled.ok) return { ok: false, error: `TCP: ${dialled.error}` };
    const { stream } = dialled.value;
    const bytes = encodeMessage(question);
    stream.write(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]));
    let gathered = Buffer.alloc(0);
    try {
      for await (const chunk of stream) {
        gathered = Buffer.concat([gathered, chunk as Uint8Array]);
        if (gathered.length >= 2 && gathered.length >= 2 + gathered.readUInt16BE(0))
          return decodeMessage(gathered.subarray(2));
      }
      return { ok: false, error: "TCP: closed" };
    } catch (error) {
      return { ok: false, error: `TCP: ${String(error)}` };
    } finally {
      stream.destroy();
    }
  };

  return {
    async ask(name, type, { checkingDisabled = false } = {}) {
      const question = questionFor(freshId(), name, type, checkingDisabled);
      const answer = await overUdp(question);
      return answer.ok && answer.value.truncated ? overTcp(question) : answer;
    },
    close() {
      for (const socket of sockets) socket.close();
    },
  };
}

function questionFor(id: number, name: WireName, type: string, checkingDisabled: boolean): Message {
  return {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled,
    rcode: 0,
    questions: [{ name, type, class: classIn }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpPayload: 4096, version: 0, dnssecOk: true, options: [] },
  };
}
