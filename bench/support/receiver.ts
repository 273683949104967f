/**
 * The receiver of a benchmark, a process of its own: STARTTLS, PIPELINING, SIZE; takes everything, keeps nothing, counts.
 * It does the least that SMTP allows, so that what is measured is the sender.
 *
 *   node receiver.ts PORT [ADDRESS]   ← {"cmd":"reset"}, {"cmd":"count"}, {"cmd":"reached","messages"}
 *                                     → {"messages","bytes","connections","handshakes"}; to `reached` when there are so many
 *
 * The certificate and key come in the environment (RECEIVER_CERT, RECEIVER_KEY), as PEM.
 */
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, TLSSocket } from "node:tls";

const counts = { messages: 0, bytes: 0, connections: 0, handshakes: 0 };
const secureContext = createSecureContext({ cert: process.env["RECEIVER_CERT"], key: process.env["RECEIVER_KEY"] });
const endOfData = Buffer.from("\r\n.\r\n");

const server = createServer({ noDelay: true }, (socket) => {
  counts.connections++;
  socket.on("error", () => {});
  socket.write("220 sink.example ESMTP\r\n");
  serve(socket, socket, false);
});
server.listen(Number(process.argv[2]), process.argv[3] ?? "127.0.0.1", () => process.send?.("listening"));

let awaited = Infinity;
const tellReached = (): void => {
  if (counts.messages < awaited) return;
  awaited = Infinity;
  process.send?.({ ...counts });
};

process.on("message", (message: { cmd: string; messages?: number }) => {
  if (message.cmd === "count") process.send?.({ ...counts });
  if (message.cmd === "reached") {
    awaited = message.messages ?? Infinity;
    tellReached();
  }
  if (message.cmd === "reset") Object.assign(counts, { messages: 0, bytes: 0, connections: 0, handshakes: 0 });
});
process.on("disconnect", () => process.exit(0));

function serve(stream: Duplex, socket: Socket, secure: boolean): void {
  let rest: Buffer = Buffer.alloc(0);
  let inData = false;
  const onData = (chunk: Buffer): void => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let answer = "";
    for (;;) {
      if (inData) {
        const end = bytes.indexOf(endOfData);
        if (end < 0) {
          const kept = Math.min(bytes.length, endOfData.length - 1);
          counts.bytes += bytes.length - kept;
          bytes = bytes.subarray(bytes.length - kept);
          break;
        }
        counts.bytes += end;
        counts.messages++;
        tellReached();
        inData = false;
        bytes = bytes.subarray(end + endOfData.length);
        answer += "250 2.0.0 taken\r\n";
        continue;
      }
      const end = bytes.indexOf("\r\n");
      if (end < 0) break;
      const verb = bytes.toString("latin1", 0, Math.min(end, 8)).toUpperCase();
      bytes = bytes.subarray(end + 2);
      if (verb.startsWith("EHLO")) {
        answer += `250-sink.example\r\n250-PIPELINING\r\n250-SIZE 200000000\r\n250-8BITMIME\r\n${secure ? "" : "250-STARTTLS\r\n"}250 ENHANCEDSTATUSCODES\r\n`;
      } else if (verb === "STARTTLS" || verb.startsWith("STARTTLS")) {
        stream.off("data", onData);
        stream.write("220 2.0.0 go ahead\r\n");
        const secured = new TLSSocket(socket, { isServer: true, secureContext });
        secured.on("secure", () => counts.handshakes++).on("error", () => {});
        serve(secured, socket, true);
        return;
      } else if (verb.startsWith("DATA")) {
        inData = true;
        answer += "354 go ahead\r\n";
      } else if (verb.startsWith("QUIT")) {
        stream.end(`${answer}221 2.0.0 bye\r\n`);
        return;
      } else answer += "250 2.1.0 ok\r\n";
    }
    rest = bytes;
    if (answer !== "") stream.write(answer);
  };
  stream.on("data", onData).on("error", () => {});
}
