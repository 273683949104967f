/** Where the key for an address is published: in the DNS (RFC 7929), and on the web (draft-koch-openpgp-webkey-service). */
import { createHash } from "node:crypto";
import { domain, type DomainName } from "../../base/index.ts";

/** RFC 7929 §3: the local part as it stands, hashed, the first 28 octets in hexadecimal; below `_openpgpkey` of the domain. */
export function openpgpkeyName(local: string, of: DomainName): DomainName {
  const hash = createHash("sha256").update(local.normalize("NFC"), "utf8").digest().subarray(0, openpgpkeyHashBytes);
  return domain(`${hash.toString("hex")}._openpgpkey.${of}`);
}

const openpgpkeyHashBytes = 28;

/** A page on the web. */
export interface KeyPage {
  readonly host: DomainName;
  readonly path: string;
}

/** WKD §3.1: the advanced method's place, and the direct method's, which counts only where the first one's host does not exist. */
export function keyPages(local: string, of: DomainName): { readonly advanced: KeyPage; readonly direct: KeyPage } {
  const hash = zBase32(createHash("sha1").update(lowerAscii(local), "utf8").digest());
  const query = `?l=${encodeURIComponent(local)}`;
  return {
    advanced: { host: domain(`openpgpkey.${of}`), path: `/.well-known/openpgpkey/${of}/hu/${hash}${query}` },
    direct: { host: of, path: `/.well-known/openpgpkey/hu/${hash}${query}` },
  };
}

/** WKD §3.1: upper-case ASCII becomes lower-case, and nothing else changes. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** RFC 6189 §5.1.6: five bits a character. The 20 octets of SHA-1 are 32 of them, with no rest. */
function zBase32(octets: Uint8Array): string {
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  const fives = bits.match(/.{5}/g) ?? [];
  return fives.map((five) => zBase32Alphabet[Number.parseInt(five, 2)] ?? "").join("");
}

const zBase32Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
