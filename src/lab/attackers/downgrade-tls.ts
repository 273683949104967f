/**
 * Old TLS. `old-version`: somebody who can break TLS 1.1 ends it himself, with the honest server's own certificate, and has a connection of his
 * own to that server; he speaks nothing newer. It defeats whoever takes an old version as proof of anything. `alert`: he answers every
 * handshake with "no version in common", in the hope of an older one, or of none.
 */
import { createSecureContext, TLSSocket } from "node:tls";
import type { Endpoint } from "../../base/index.ts";
import { loopbackOnly } from "../loopback.ts";
import { startReceiver } from "../receiver.ts";
import { handingOn } from "./handing-on.ts";
import { middleLimits, meddling, startMiddle } from "./middle.ts";
import { attacker, type AttackDeps, type AttackTarget, type HeldAttack } from "./types.ts";

/** A fatal alert, protocol_version (RFC 8446 §6). */
const protocolVersionAlert = Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46);

export const downgradeTls = attacker("downgrade-tls", {
  "old-version": endingOldTls,
  alert: meddling({
    startTls(passage, agreement) {
      passage.dropServer();
      passage.client.once("data", () => {
        passage.strike();
        passage.client.end(protocolVersionAlert);
      });
      passage.client.write(agreement, "latin1");
    },
  }),
});

async function endingOldTls(deps: AttackDeps, target: AttackTarget): Promise<HeldAttack> {
  const { net, clock } = deps;
  if (target.credentials === undefined) throw new TypeError("there is no TLS to break");
  // Security level 0: OpenSSL speaks TLS 1.1 with nothing above it.
  const secureContext = createSecureContext({
    ...target.credentials,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT:@SECLEVEL=0",
  });
  const inside = await startReceiver({
    net,
    clock,
    at: { ...target.at, port: 0 },
    hostname: target.host,
    onMessage: handingOn(deps, target),
  });
  const middle = await startMiddle(deps, target, {
    startTls(passage, agreement) {
      passage.strike();
      passage.dropServer();
      passage.client.write(agreement, "latin1");
      const socket = new TLSSocket(passage.client, { isServer: true, secureContext });
      socket.on("error", () => {});
      const hangUp = (): void => void socket.destroy();
      socket.once("end", hangUp);
      socket.once("secure", () => {
        socket.off("end", hangUp);
        void lead(deps, socket, inside.endpoint);
      });
      passage.client.once("close", () => socket.destroy());
    },
  });
  return {
    ...middle,
    captured: () => [
      ...middle.captured(),
      ...inside.received().map(({ from, to, content }) => ({ from, to, content, tls: true })),
    ],
    get counts() {
      return middle.counts;
    },
    async close() {
      await Promise.all([middle.close(), inside.close()]);
    },
  };
}

/** The server inside greets, which nobody expects behind STARTTLS. */
async function lead({ net }: Pick<AttackDeps, "net">, socket: TLSSocket, to: Endpoint): Promise<void> {
  const dialled = await loopbackOnly(net).dial(to, { timeoutMs: middleLimits.dialTimeoutMs });
  if (!dialled.ok) return void socket.destroy();
  const server = dialled.value.stream;
  server.on("error", () => {});
  server.once("close", () => socket.destroy());
  server.once("data", () => {
    server.pipe(socket);
    socket.pipe(server);
  });
  socket.once("close", () => server.destroy());
}
