/** DNS over TLS in front of a name server of the lab: TLS on one side, plain TCP to the name server on the other. */
import { createServer, type Server, type TlsOptions, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { ip, type Endpoint } from "../../src/base/index.ts";
import { systemNet } from "../../src/system/index.ts";
import type { Credentials } from "./certificates.ts";

export interface DotServer {
  readonly endpoint: Endpoint;
  /** Sessions whose handshake has ended, with what was agreed. */
  readonly sessions: readonly DotSession[];
  /** Bytes that came out of the sessions, in all. */
  bytes(): number;
  /** Ends every session that is open now. */
  hangUp(): void;
  close(): Promise<void>;
}

export interface DotSession {
  readonly servername: string | false;
  readonly alpn: string | false;
  readonly protocol: string | null;
  readonly resumed: boolean;
}

export interface DotServerOptions extends Credentials {
  /** Where the questions go. */
  readonly to: Endpoint;
  readonly tls?: TlsOptions;
}

const dialTimeoutMs = 5000;

export async function startDotServer({ to, key, cert, tls = {} }: DotServerOptions): Promise<DotServer> {
  const sessions: DotSession[] = [];
  const sockets = new Set<TLSSocket>();
  let bytes = 0;
  const server = createServer({ key, cert, ALPNProtocols: ["dot"], ...tls }, (socket) => {
    const { servername, alpnProtocol } = socket;
    sockets.add(socket);
    sessions.push({
      servername: servername ?? false,
      alpn: alpnProtocol ?? false,
      protocol: socket.getProtocol(),
      resumed: socket.isSessionReused(),
    });
    socket.on("error", () => {});
    void systemNet.dial(to, { timeoutMs: dialTimeoutMs }).then((dialled) => {
      if (!dialled.ok) return void socket.destroy();
      const { stream } = dialled.value;
      stream.on("error", () => {});
      // Not before: whoever listens lets the bytes flow.
      socket.on("data", (chunk: Uint8Array) => (bytes += chunk.length));
      socket.pipe(stream).pipe(socket);
      socket.on("close", () => {
        sockets.delete(socket);
        stream.destroy();
      });
      stream.on("close", () => socket.destroy());
    });
  });
  server.on("tlsClientError", () => {});
  const { port } = await listening(server);
  return {
    endpoint: { address: ip("127.0.0.1"), port },
    sessions,
    bytes: () => bytes,
    hangUp: () => sockets.forEach((socket) => socket.destroy()),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

function listening(server: Server): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => resolve(server.address() as AddressInfo));
  });
}
