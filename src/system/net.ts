/** The network port over Node's own sockets. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { createServer, Socket, type AddressInfo } from "node:net";
import {
  err,
  ip,
  isIpv6,
  ok,
  parseIp,
  type DatagramSocket,
  type DialFault,
  type DialOptions,
  type Endpoint,
  type Listener,
  type Net,
  type Result,
  type Wire,
} from "../base/index.ts";

const backlogMax = 1024;

export const systemNet: Net = { dial, listen, datagram, datagramAt };

function dial(to: Endpoint, options: DialOptions): Promise<Result<Wire, DialFault>> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const finish = (result: Result<Wire, DialFault>): void => {
      clearTimeout(timer);
      socket.off("error", onError);
      options.signal?.removeEventListener("abort", onAbort);
      if (!result.ok) {
        socket.on("error", () => {});
        socket.destroy();
      }
      resolve(result);
    };
    const onError = (error: NodeJS.ErrnoException): void => finish(err(dialFault(error.code)));
    const onAbort = (): void => finish(err("timeout"));
    const timer = setTimeout(onAbort, options.timeoutMs);
    timer.unref();
    socket.once("error", onError);
    if (options.signal?.aborted === true) return onAbort();
    options.signal?.addEventListener("abort", onAbort);
    socket.setNoDelay(true);
    socket.connect({ host: to.address, port: to.port }, () => finish(ok(wireOf(socket))));
  });
}

function dialFault(code: string | undefined): DialFault {
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "ECONNRESET":
    case "EPIPE":
      return "reset";
    case "ETIMEDOUT":
      return "timeout";
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "EADDRNOTAVAIL":
      return "resources";
    case "EACCES":
    case "EPERM":
      return "forbidden";
    default:
      return "unreachable";
  }
}

function wireOf(socket: Socket): Wire {
  return {
    stream: socket,
    local: { address: ipOf(socket.localAddress), port: socket.localPort ?? 0 },
    remote: { address: ipOf(socket.remoteAddress), port: socket.remotePort ?? 0 },
  };
}

/** Node gives IPv4 peers of a dual-stack listener as `::ffff:192.0.2.1`. */
function ipOf(text: string | undefined): Endpoint["address"] {
  const parsed = parseIp((text ?? "").replace(/^::ffff:(?=\d+\.)/, ""));
  return parsed.ok ? parsed.value : ip("0.0.0.0");
}

function listen(at: Endpoint, onConnection: (wire: Wire) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      // A peer may reset before anyone has attached a handler.
      socket.on("error", () => {});
      onConnection(wireOf(socket));
    });
    server.once("error", reject);
    server.listen({ host: at.address, port: at.port, backlog: backlogMax }, () => {
      server.off("error", reject);
      server.on("error", () => {});
      const bound = server.address() as AddressInfo;
      resolve({
        local: { address: ipOf(bound.address), port: bound.port },
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

function datagram(
  family: 4 | 6,
  onMessage: (payload: Uint8Array, from: Endpoint) => void,
  onError: (reason: string) => void,
): DatagramSocket {
  const socket = createSocket(family === 4 ? "udp4" : "udp6");
  socket.on("message", (payload, from) => onMessage(payload, endpointOf(from)));
  socket.on("error", (error: NodeJS.ErrnoException) => onError(error.code ?? "unknown"));
  return datagramSocket(socket, onError);
}

function datagramAt(
  at: Endpoint,
  onMessage: (payload: Uint8Array, from: Endpoint) => void,
): Promise<DatagramSocket & { readonly local: Endpoint }> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIpv6(at.address) ? "udp6" : "udp4");
    socket.on("message", (payload, from) => onMessage(payload, endpointOf(from)));
    socket.once("error", reject);
    socket.bind({ address: at.address, port: at.port }, () => {
      socket.off("error", reject);
      socket.on("error", () => {});
      const bound = socket.address();
      resolve({ ...datagramSocket(socket, () => {}), local: { address: ipOf(bound.address), port: bound.port } });
    });
  });
}

function datagramSocket(socket: ReturnType<typeof createSocket>, onError: (reason: string) => void): DatagramSocket {
  let open = true;
  return {
    send(payload, to) {
      if (!open) return;
      socket.send(payload, to.port, to.address, (error) => {
        if (error !== null && open) onError((error as NodeJS.ErrnoException).code ?? "unknown");
      });
    },
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
}

function endpointOf(from: RemoteInfo): Endpoint {
  return { address: ipOf(from.address), port: from.port };
}
