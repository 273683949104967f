/**
 * The lab plays attacker, so it must never reach a machine other than this one. Everything in it speaks through a Net that refuses
 * whatever is out of bounds, and everything that listens asserts its endpoint first. This is the one place that says what is in bounds:
 *
 *   always               127.0.0.0/8 and ::1
 *   in an enclosure      besides, 198.18.0.0/15 (RFC 2544, set aside for tests): a network namespace of the lab's own, that has no
 *                        interface but `lo`, so that nothing which is sent there has anywhere to go
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

/** As `assertLoopback`, by the bounds of this net. */
export function assertInBounds(net: Net, endpoint: Endpoint): void {
  if (!(bounds.get(net) ?? isLoopback)(endpoint.address)) throw new RangeError(refusal(endpoint));
}

/**
 * The same net, for loopback alone. `dial` elsewhere is `forbidden`; `listen` and `datagramAt` elsewhere reject with code
 * EACCES; a datagram to elsewhere is not sent and, where the port has a way to say so, reported as `forbidden`. A net that is bounded already
 * stays as it is.
 */
export function loopbackOnly(net: Net): Net {
  return bounds.has(net) ? net : bounded(net, isLoopback);
}

/**
 * A net for a network namespace of the lab's own. Throws a RangeError if there is any interface but `lo`: then it is none.
 * @param interfaces the names of all interfaces that there are, up or down
 */
export function enclosedOnly(net: Net, interfaces: readonly string[]): Net {
  if (interfaces.length !== 1 || interfaces[0] !== "lo") {
    throw new RangeError(`the lab is in no enclosure: there are the interfaces ${interfaces.join(", ")}`);
  }
  return bounded(net, (address) => isLoopback(address) || isForTests(address));
}

const bounds = new WeakMap<Net, (address: IpAddress) => boolean>();

function isForTests(address: IpAddress): boolean {
  return /^198\.1[89]\.\d+\.\d+$/.test(address);
}

function bounded(net: Net, isIn: (address: IpAddress) => boolean): Net {
  const made: Net = {
    dial: (to, options) => (isIn(to.address) ? net.dial(to, options) : Promise.resolve(err("forbidden"))),
    listen: (at, onConnection) => (isIn(at.address) ? net.listen(at, onConnection) : Promise.reject(accessError(at))),
    datagram: (family, onMessage, onError) =>
      guarded(net.datagram(family, onMessage, onError), isIn, () => onError("forbidden")),
    async datagramAt(at, onMessage) {
      if (!isIn(at.address)) throw accessError(at);
      const socket = await net.datagramAt(at, onMessage);
      return { ...guarded(socket, isIn, () => {}), local: socket.local };
    },
  };
  bounds.set(made, isIn);
  return made;
}

function guarded(socket: DatagramSocket, isIn: (address: IpAddress) => boolean, onRefused: () => void): DatagramSocket {
  return {
    send: (payload, to) => (isIn(to.address) ? socket.send(payload, to) : onRefused()),
    close: () => socket.close(),
  };
}

function accessError(endpoint: Endpoint): Error {
  return Object.assign(new Error(refusal(endpoint)), { code: "EACCES" });
}

function refusal(endpoint: Endpoint): string {
  return `the lab is for loopback alone, not for ${endpoint.address} port ${endpoint.port}`;
}
