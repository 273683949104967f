import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { daneLimits } from "./dane/index.ts";

/** The certificates as they came, leaf first. Node's issuer links are that list, junk included: a claim, not a path. */
export function presentedChain(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < daneLimits.presentedMax) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}
