/** An HTTPS server on loopback that is what a policy host should be, or not: for tests of MTA-STS. */
import { createServer, type Server as HttpsServer, type ServerOptions } from "node:https";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Credentials } from "./certificates.ts";

export interface PolicyHost {
  readonly port: number;
  /** Requests whose headers have come, in order. */
  readonly requests: readonly Pick<IncomingMessage, "method" | "url" | "headers">[];
  /** Connections, whatever came of them. */
  connections(): number;
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

export interface PolicyHostOptions extends Credentials {
  readonly answer: RequestListener;
  readonly tls?: ServerOptions;
  readonly port?: number;
}

export async function startPolicyHost({
  key,
  cert,
  answer,
  tls = {},
  port = 0,
}: PolicyHostOptions): Promise<PolicyHost> {
  const requests: PolicyHost["requests"][number][] = [];
  let listener = answer;
  const server = createServer({ key, cert, ...tls }, (request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    response.on("error", () => {});
    listener(request, response);
  });
  server.on("tlsClientError", () => {});
  server.on("clientError", () => {});
  const rest = await opened(server, port);
  return { ...rest, requests, answer: (other) => void (listener = other) };
}

/** A server that speaks anything but HTTPS. */
export function startRawHost(onConnection: (socket: Socket) => void): Promise<Pick<PolicyHost, "port" | "close">> {
  return opened(createTcpServer(onConnection), 0);
}

/** The answer of an honest host. */
export function policyAnswer(text: string, type = "text/plain"): RequestListener {
  return (_, response) => {
    response.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(text) });
    response.end(text);
  };
}

async function opened(
  server: Server | HttpsServer,
  port: number,
): Promise<Pick<PolicyHost, "port" | "close" | "connections">> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
