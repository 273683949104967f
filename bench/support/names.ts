/**
 * The names of the simulated internet, as a recursive resolver tells of them: a signed root, `example` below it, and below that one zone for
 * each domain and operator, of which some are signed. Little is stored: records follow from names and are signed as they are asked for,
 * and an absence is an NSEC record made for the name that was asked (RFC 4470, its simplest form).
 */
import type { DomainName, IpAddress } from "../../src/base/index.ts";
import {
  classIn,
  decodeMessage,
  encodeMessage,
  labelsOf,
  nsecData,
  parseWireName,
  rootName,
  typeCode,
  type Message,
  type RecordData,
  type ResourceRecord,
  type TrustAnchor,
  type WireName,
} from "../../src/dns/index.ts";
import { anchorOf, dsRecord, makeKey, signSet, type SigningKey } from "../../src/lab/dnssec/index.ts";
import type { SimulatedHost, SimulatedInternet } from "../../test/scan/internet.ts";
import { createHash } from "node:crypto";

export interface NamesPlan {
  /** Of every MX host, as SubjectPublicKeyInfo: for TLSA records. */
  readonly key: Uint8Array;
  readonly smtpPort: () => number;
  /** The domain of this place publishes MTA-STS. */
  readonly hasPolicy: (place: number) => boolean;
  /** TXT records as long as a message allows. */
  readonly isHeavy: boolean;
}

export interface Names {
  readonly anchor: TrustAnchor;
  /** Undefined: it was no question. */
  answer(payload: Uint8Array, over: "udp" | "tcp"): Uint8Array | undefined;
}

/** Of a hundred. */
const signedDomainsPercent = 15;
const signedOperatorsPercent = 30;
const tlsRptPercent = 5;
const ttlSeconds = 3_600;
const udpMaxBytes = 1_232;
/** What fits into a message beside its head. */
const heavyStrings = 240;
const soasMax = 10_000;

interface Zone {
  readonly name: WireName;
  readonly isSigned: boolean;
}

export function signedNames(world: SimulatedInternet, { key, smtpPort, hasPolicy, isHeavy }: NamesPlan): Names {
  const [ofRoot, ofExample, ofOthers] = [makeKey(13), makeKey(13), makeKey(13)];
  const now = Math.floor(Date.now() / 1_000);
  const validity = { inception: now - 86_400, expiration: now + 30 * 86_400 };
  const digest = new Uint8Array(createHash("sha256").update(key).digest());
  const hosts = new Map<string, SimulatedHost>(world.hosts.map((host) => [host.name, host]));
  const example = wire("example");
  /** As a resolver has them: signed once, and the same in each answer. */
  const soas = new Map<WireName, readonly ResourceRecord[]>();

  function zoneOf(name: WireName, labels: readonly string[]): Zone {
    if (labels.length === 0) return { name: rootName, isSigned: true };
    if (labels.length === 1) return { name: example, isSigned: true };
    const [zone = ""] = labels.slice(-2);
    const place = Number(/\d+$/.exec(zone)?.[0] ?? 0);
    const percent = zone.startsWith("d") ? signedDomainsPercent : signedOperatorsPercent;
    return { name: labels.length === 2 ? name : wire(`${zone}.example`), isSigned: place % 100 < percent };
  }

  const keyOf = (zone: WireName): SigningKey => (zone === rootName ? ofRoot : zone === example ? ofExample : ofOthers);

  function recordsAt(name: WireName, type: string, labels: readonly string[], zone: Zone): readonly RecordData[] {
    if (type === "DNSKEY") return zone.name === name && zone.isSigned ? [keyOf(name).data] : [];
    if (type === "DS") {
      const isChild = name === example || (labels.length === 2 && zone.isSigned);
      return isChild ? [dsRecord(name, keyOf(name))] : [];
    }
    const host = hosts.get(name);
    if (host !== undefined) return type === "A" ? host.addresses.map((address) => ({ type: "A", address })) : [];
    if (type === "A" && name.startsWith("mta-sts.")) return [{ type: "A", address: "127.0.0.1" as IpAddress }];
    if (type === "TLSA") {
      const isServed = hosts.has(labels.slice(2).join(".")) && labels[0] === `_${smtpPort()}`;
      return isServed && zone.isSigned ? [{ type, usage: 3, selector: 1, matching: 1, association: digest }] : [];
    }
    const place = Number(/^d(\d+)$/.exec(labels.at(-2) ?? "")?.[1] ?? Number.NaN);
    if (Number.isNaN(place)) return [];
    if (type === "MX" && labels.length === 2) return exchanges(name as unknown as DomainName);
    return type === "TXT" ? textAt(labels[0] ?? "", place) : [];
  }

  function exchanges(name: DomainName): readonly RecordData[] {
    const all = [...new Set(world.hostsOf(name).map((host) => host.name))];
    return all.map((host, at) => ({ type: "MX", preference: at * 10, exchange: wire(host) }));
  }

  function textAt(label: string, place: number): readonly RecordData[] {
    const isSts = label === "_mta-sts" && hasPolicy(place);
    const isRpt = label === "_smtp" && place % 100 < tlsRptPercent;
    const told = isSts ? "v=STSv1; id=1;" : isRpt ? "v=TLSRPTv1; rua=mailto:tls@example.org" : undefined;
    const junk = isHeavy && label.startsWith("_") ? [text("x".repeat(250), heavyStrings)] : [];
    return [...(told === undefined ? [] : [text(told, 1)]), ...junk];
  }

  function told(name: WireName, type: string): Pick<Message, "answers" | "authorities"> {
    const labels = labelsOf(name).map((label) => Buffer.from(label).toString("latin1"));
    // The parent speaks of a delegation (RFC 4034 §5).
    const zone = zoneOf(name, labels);
    const speaks: Zone = type === "DS" && zone.name === name ? parentOf(labels) : zone;
    const signed = (set: readonly ResourceRecord[]): readonly ResourceRecord[] =>
      speaks.isSigned ? [...set, signSet(set, { zone: speaks.name, key: keyOf(speaks.name), validity })] : set;
    const found = recordsAt(name, type, labels, zone);
    if (found.length > 0)
      return { answers: signed(found.map((data) => ({ name, ttlSeconds, data }))), authorities: [] };
    const isCut = type === "DS" && labels.length === 2;
    const soa = soas.get(speaks.name) ?? signed([{ name: speaks.name, ttlSeconds, data: soaOf(speaks.name) }]);
    if (soas.size >= soasMax) soas.clear();
    soas.set(speaks.name, soa);
    const present = isCut ? ["NS"] : [];
    const next = `\\000.${name}`;
    const types = [...present, "RRSIG", "NSEC"].map(typeCode);
    const proof = speaks.isSigned ? signed([{ name, ttlSeconds, data: nsecData(wire(next), types) }]) : [];
    return { answers: [], authorities: [...soa, ...proof] };
  }

  const parentOf = (labels: readonly string[]): Zone =>
    labels.length > 1 ? { name: example, isSigned: true } : { name: rootName, isSigned: true };

  return {
    anchor: anchorOf(rootName, ofRoot),
    answer(payload, over) {
      const read = decodeMessage(payload);
      const question = read.ok ? read.value.questions[0] : undefined;
      if (!read.ok || question === undefined) return undefined;
      const message: Message = {
        ...read.value,
        response: true,
        recursionAvailable: true,
        authenticData: false,
        rcode: 0,
        ...told(question.name, question.class === classIn ? question.type : "NONE"),
        additionals: [],
        ...(read.value.edns === undefined
          ? {}
          : { edns: { udpPayload: udpMaxBytes, version: 0, dnssecOk: read.value.edns.dnssecOk, options: [] } }),
      };
      const whole = encodeMessage(message);
      if (over === "tcp" || whole.length <= udpMaxBytes) return whole;
      return encodeMessage({ ...message, truncated: true, answers: [], authorities: [] });
    },
  };
}

function text(string: string, times: number): RecordData {
  return { type: "TXT", strings: Array.from({ length: times }, () => Buffer.from(string)) };
}

function soaOf(zone: WireName): RecordData {
  const numbers = { serial: 1, refresh: 3_600, retry: 600, expire: 86_400, minimum: 300 };
  return { type: "SOA", mname: wire("ns.example"), rname: zone, ...numbers };
}

function wire(name: string): WireName {
  const parsed = parseWireName(name);
  if (!parsed.ok) throw new TypeError(`not a name: ${name}`);
  return parsed.value;
}
