/** Whom a resolver asks, and how far the upstream's word goes. */
import { isIpv6, type DomainName, type Endpoint, type IpAddress, type Result, type Wire } from "../base/index.ts";

/** A recursive resolver: over UDP and TCP, or, with `tls`, over TLS and nothing else (RFC 7858). */
export interface Upstream extends Endpoint {
  readonly tls?: {
    /** What its certificate has to be for (RFC 8310 §8.1: the authentication domain name). */
    readonly name: DomainName;
  };
}

export interface SecureFault {
  /** `untrusted`: the other end did not prove that it is who it should be. */
  readonly kind: "timeout" | "untrusted" | "broken";
  /** What was seen, in English. */
  readonly detail: string;
}

/**
 * The port to TLS, which is above this floor: a wire inside TLS whose other end has proven by its certificate that it is `name`.
 * Not a byte may be sent to it before (RFC 8310 §5, strict profile). On failure the wire is closed. Never rejects.
 */
export type Secure = (wire: Wire, name: DomainName, timeoutMs: number) => Promise<Result<Wire, SecureFault>>;

/** SEC-6: nobody stands between us and it, so that its AD bit can be believed by whoever believes in the upstream. */
export function isReachedSafely({ address, tls }: Upstream): boolean {
  return tls !== undefined || isLoopback(address);
}

/** As the operator writes it. */
export function upstreamText({ address, port, tls }: Upstream): string {
  const at = isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  return tls === undefined ? at : `tls://${at}#${tls.name}`;
}

export function isLoopback(address: IpAddress): boolean {
  return address === "::1" || address.startsWith("127.");
}
