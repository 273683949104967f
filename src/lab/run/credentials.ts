/** Certificates and TLSA records of a receiver, as its set-up says: good ones, and each usual fault. */
import { createHash, X509Certificate } from "node:crypto";
import type { Clock, DomainName } from "../../base/index.ts";
import type { Presented, ReceiverSetup } from "../../threats/index.ts";
import { makeAuthority, selfSigned, type Authority, type Credentials, type LeafOptions } from "../ca.ts";

export interface Identity {
  readonly credentials: Credentials;
  /** TLSA data as it stands on the wire (RFC 6698 §2.1). */
  readonly tlsa?: Uint8Array;
  /** The authority of its own, if it has one, PEM: as the operator of a sender has written it down. */
  readonly authorityPem?: string;
}

/** Undefined for a server without TLS. `hosts`: its names, the first of them its own. */
export function identityOf(
  setup: ReceiverSetup,
  hosts: readonly [DomainName, ...DomainName[]],
  { clock, authority }: { readonly clock: Pick<Clock, "now">; readonly authority: Authority },
): Identity | undefined {
  if (setup.tls === undefined) return undefined;
  const [host] = hosts;
  const isPinned = setup.tlsa?.usage === 2 || setup.rule === "authority";
  const own = isPinned ? makeAuthority(clock, `${host} CA`) : undefined;
  const credentials = issue(setup.tls, hosts, clock, own ?? authority, isPinned);
  if (setup.tlsa === undefined) return { credentials, ...(own === undefined ? {} : { authorityPem: own.pem }) };
  const { usage, fits } = setup.tlsa;
  // Stale: for the key, or the authority, of before the renewal.
  const anchor = own === undefined ? undefined : fits ? own.pem : makeAuthority(clock, `${host} CA`).pem;
  const leaf = fits ? credentials.cert : authority.issue({ names: [host] }).cert;
  return { credentials, tlsa: usage === 2 ? ofCertificate(anchor ?? "") : ofKey(leaf) };
}

function issue(
  { chain, dates, name }: Presented,
  hosts: readonly DomainName[],
  clock: Pick<Clock, "now">,
  authority: Authority,
  isPinned: boolean,
): Credentials {
  const options: LeafOptions = { names: name === "right" ? hosts : [elsewhere], ...periods[dates] };
  switch (chain) {
    case "self-signed":
      return selfSigned(clock, options);
    case "incomplete":
      return isPinned
        ? authority.issue(options)
        : authority.intermediate(`${authority.commonName} Intermediate`).issue({ ...options, withoutChain: true });
    case "trusted":
      return authority.issue(options);
    case "private": {
      // RFC 7672 §3.1.2: a server with DANE-TA sends its anchor along.
      const { key, cert } = authority.issue(options);
      return { key, cert: cert + authority.pem };
    }
  }
}

const elsewhere = "mx.elsewhere.example";
const periods = {
  valid: {},
  expired: { fromDays: -90, toDays: -1 },
  "not-yet": { fromDays: 1, toDays: 90 },
} as const;

/** 3 1 1 */
function ofKey(pem: string): Uint8Array {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return Uint8Array.of(3, 1, 1, ...sha256(key));
}

/** 2 0 1 */
function ofCertificate(pem: string): Uint8Array {
  return Uint8Array.of(2, 0, 1, ...sha256(new X509Certificate(pem).raw));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
