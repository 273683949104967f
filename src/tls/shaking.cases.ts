/** Real servers on loopback and handshakes with them, for tests. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { expect } from "vitest";
import type { Credentials } from "../../test/support/certificates.ts";
import { manualClock } from "../../test/support/clock.ts";
import { ip, type Result, type Wire } from "../base/index.ts";
import { startTls, type Proven } from "./handshake.ts";
import type { HopRequirement, TlsFailure } from "./types.ts";

const servers: { close(): void }[] = [];

/** For `afterAll`. */
export function closeServers(): void {
  for (const server of servers.splice(0)) server.close();
}

/** A handshake on the machine's own clock. A failure must have closed the connection; a success is closed here. */
export async function shake(
  port: number,
  requirement: HopRequirement,
  until?: Promise<unknown>,
): Promise<Result<Proven, TlsFailure>> {
  const wire = await dial(port);
  const result = await startTls(wire, requirement, { clock: manualClock(Date.now()) });
  await until;
  if (!result.ok) expect(wire.stream.destroyed).toBe(true);
  else result.value.channel.stream.destroy();
  return result;
}

export async function dial(port: number): Promise<Wire> {
  const stream = connect({ host: "127.0.0.1", port });
  stream.on("error", () => {});
  await once(stream, "connect");
  const endpoint = { address: ip("127.0.0.1"), port };
  return { stream, local: endpoint, remote: endpoint };
}

export interface Heard {
  readonly onName?: (servername: string | false) => void;
  readonly onReused?: (reused: boolean) => void;
}

export async function tlsServer(
  credentials: Credentials,
  options: TlsOptions = {},
  heard: Heard = {},
): Promise<number> {
  const server = createTlsServer({ ...credentials, ...options });
  server.on("secureConnection", (socket) => {
    heard.onName?.(socket.servername ?? false);
    heard.onReused?.(socket.isSessionReused());
    socket.on("error", () => {});
    // Nothing may be heard by a peer that was not proven.
    socket.on("data", () => {});
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

export async function rawServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push({ close: () => server.close() });
  return (server.address() as AddressInfo).port;
}
