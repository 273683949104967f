/**
 * The lab plays attacker, so it must never reach a machine other than this one. Everything in it speaks through a Net
 * that refuses whatever is not 127.0.0.0/8 or ::1, and everything that listens asserts its endpoint first.
 */
import { err, type DatagramSocket, type Endpoint, type IpAddress, type Net } from "../base/index.ts";

/** 127.0.0.0/8 and ::1. Addresses that mean "any", or that only contain a loopback address, do not count. */
export function isLoopback(address: IpAddress): boolean {
  return address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}

/** Throws a RangeError for an endpoint that another machine could reach or be. */
export function assertLoopback(endpoint: Endpoint): void {
  if (!isLoopback(endpoint.address)) throw new RangeError(refusal(endpoint));
}

/**
 * The same net, for loopback alone. `dial` elsewhere is `forbidden`; `listen` and `datagramAt` elsewhere reject with code
 * EACCES; a datagram to elsewhere is not sent and, where the port has a way to say so, reported as `forbidden`.
 */
export function loopbackOnly(net: Net): Net {
  return {
    dial: (to, options) => (isLoopback(to.address) ? net.dial(to, options) : Promise.resolve(err("forbidden"))),
    listen: (at, onConnection) =>
      isLoopback(at.address) ? net.listen(at, onConnection) : Promise.reject(accessError(at)),
    datagram: (family, onMessage, onError) =>
      guarded(net.datagram(family, onMessage, onError), () => onError("forbidden")),
    async datagramAt(at, onMessage) {
      if (!isLoopback(at.address)) throw accessError(at);
      const socket = await net.datagramAt(at, onMessage);
      return { ...guarded(socket, () => {}), local: socket.local };
    },
  };
}

function guarded(socket: DatagramSocket, onRefused: () => void): DatagramSocket {
  return {
    send: (payload, to) => (isLoopback(to.address) ? socket.send(payload, to) : onRefused()),
    close: () => socket.close(),
  };
}

function accessError(endpoint: Endpoint): Error {
  return Object.assign(new Error(refusal(endpoint)), { code: "EACCES" });
}

function refusal(endpoint: Endpoint): string {
  return `the lab is for loopback alone, not for ${endpoint.address} port ${endpoint.port}`;
}
