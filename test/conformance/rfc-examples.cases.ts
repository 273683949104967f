/**
 * The examples of RFC 4035 appendix B and RFC 5155 appendix B, rebuilt: the same zones, the same records in each message, signed with
 * a key of today's (those of the RFCs are RSA/SHA-1).
 */
import { err, ok } from "../../src/base/index.ts";
import { typeCode, typeName, type Message, type ValidatorOptions } from "../../src/dns/index.ts";
import { dsDigest, keyTagOf, readSignature, rrsetKey, signedBytes, typeOf, writeSignature } from "./canonical.ts";
import { replacementFor } from "./keys.ts";
import { record, wire } from "./made-replay.cases.ts";
import { decoded } from "./packets.ts";
import type { RecursiveReply } from "./recursor.ts";
import { nameBytes, type RawRecord } from "./zonetext.ts";

export interface Example {
  /** The RFC's own number and title. */
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly rcode?: number;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  /** Owner of an answer → the wildcard that made it. */
  readonly wildcard?: string;
  /**
   * The record about the wildcard. Where the next closer name lies in an opt-out span it may be a delegation that is not signed, so
   * that without this record the answer is as insecure as with it (RFC 5155 §8.6, §9.2).
   */
  readonly leftOpen?: string;
  /** What else the upstream says: `DS a.example` → its answer. */
  readonly others?: readonly Example[];
  readonly status: "secure" | "insecure" | "not believed";
  readonly kind?: "records" | "nodata" | "nxdomain";
}

const soa = "example. 3600 SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600";
const unsignedMx = (owner: string): Example => ({
  title: "",
  name: owner,
  type: "MX",
  answer: [`${owner}. 3600 MX 1 mail.${owner}.`],
  status: "insecure",
});

const nsec = {
  apex: "example. 3600 NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY",
  b: "b.example. 3600 NSEC ns1.example. NS RRSIG NSEC",
  ns1: "ns1.example. 3600 NSEC ns2.example. A RRSIG NSEC",
  wildcard: "*.w.example. 3600 NSEC x.w.example. MX RRSIG NSEC",
  xyw: "x.y.w.example. 3600 NSEC xx.example. MX RRSIG NSEC",
};

export const rfc4035: readonly Example[] = [
  {
    title: "B.1 Answer",
    name: "x.w.example",
    type: "MX",
    answer: ["x.w.example. 3600 MX 1 xx.example."],
    status: "secure",
    kind: "records",
  },
  {
    title: "B.2 Name Error",
    name: "ml.example",
    type: "A",
    rcode: 3,
    authority: [soa, nsec.b, nsec.apex],
    status: "secure",
    kind: "nxdomain",
  },
  {
    title: "B.3 No Data Error",
    name: "ns1.example",
    type: "MX",
    authority: [soa, nsec.ns1],
    status: "secure",
    kind: "nodata",
  },
  {
    title: "B.4 Referral to Signed Zone: its DS",
    name: "a.example",
    type: "DS",
    answer: ["a.example. 3600 DS 57855 13 2 b6dcd485719adca18e5f3d48a2331627fdd3636bb6dcd485719adca18e5f3d48"],
    status: "secure",
    kind: "records",
  },
  {
    title: "B.5 Referral to Unsigned Zone: its DS",
    name: "b.example",
    type: "DS",
    authority: [soa, nsec.b],
    status: "secure",
    kind: "nodata",
  },
  {
    ...unsignedMx("mc.b.example"),
    title: "B.5 Referral to Unsigned Zone: what is below",
    others: [{ title: "", name: "b.example", type: "DS", authority: [soa, nsec.b], status: "secure" }],
    kind: "records",
  },
  {
    title: "B.6 Wildcard Expansion",
    name: "a.z.w.example",
    type: "MX",
    answer: ["a.z.w.example. 3600 MX 1 ai.example."],
    wildcard: "*.w.example",
    authority: [nsec.xyw],
    status: "secure",
    kind: "records",
  },
  {
    title: "B.7 Wildcard No Data Error",
    name: "a.z.w.example",
    type: "AAAA",
    authority: [soa, nsec.xyw, nsec.wildcard],
    status: "secure",
    kind: "nodata",
  },
  {
    title: "B.8 DS Child Zone No Data Error",
    name: "child.example",
    type: "DS",
    authority: [
      "child.example. 3600 SOA ns.child.example. x.child.example. 1 2 3 4 5",
      "child.example. 3600 NSEC a.child.example. NS SOA RRSIG NSEC DNSKEY",
    ],
    status: "not believed",
  },
];

/** Hash → name, type bitmap, in the order of the chain (RFC 5155 appendix A). Every one has the opt-out flag. */
export const rfc5155Chain: readonly [hash: string, name: string, types: string][] = [
  ["0p9mhaveqvm6t7vbl5lop2u3t2rp3tom", "example", "MX DNSKEY NS SOA NSEC3PARAM RRSIG"],
  ["2t7b4g4vsa5smi47k61mv5bv1a22bojr", "ns1.example", "A RRSIG"],
  ["2vptu5timamqttgl4luu9kg21e0aor3s", "x.y.w.example", "MX RRSIG"],
  ["35mthgpgcu1qg68fab165klnsnk3dpvl", "a.example", "NS DS RRSIG"],
  ["b4um86eghhds6nea196smvmlo4ors995", "x.w.example", "MX RRSIG"],
  ["gjeqe526plbf1g8mklp59enfd789njgi", "ai.example", "A HINFO AAAA RRSIG"],
  ["ji6neoaepv8b5o6k4ev33abha8ht9fgc", "y.w.example", ""],
  ["k8udemvp1j2f7eg6jebps17vp3n8i58h", "w.example", ""],
  ["kohar7mbb8dc2ce8a9qvl8hon4k53uhi", "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example", "A RRSIG"],
  ["q04jkcevqvmu85r014c7dkba38o0ji5r", "ns2.example", "A RRSIG"],
  ["r53bq7cc2uvmubfu5ocmm6pers9tk9en", "*.w.example", "MX RRSIG"],
  ["t644ebqk9bibcna874givr6joj62mlhv", "xx.example", "A HINFO AAAA RRSIG"],
];

function nsec3(name: string): string {
  const at = rfc5155Chain.findIndex(([, owner]) => owner === name);
  const [hash = "", , types = ""] = rfc5155Chain[at] ?? [];
  const [next = ""] = rfc5155Chain[(at + 1) % rfc5155Chain.length] ?? [];
  return `${hash}.example. 3600 NSEC3 1 1 12 aabbccdd ${next} ${types}`;
}

const toC = [nsec3("a.example"), nsec3("example")];

/** Opt-out: what it leaves open is insecure, though proven (RFC 5155 §9.2). */
export const rfc5155: readonly Example[] = [
  {
    title: "B.1 Name Error",
    name: "a.c.x.w.example",
    type: "A",
    rcode: 3,
    authority: [soa, nsec3("example"), nsec3("x.w.example"), nsec3("a.example")],
    leftOpen: nsec3("a.example"),
    status: "insecure",
    kind: "nxdomain",
  },
  {
    title: "B.2 No Data Error",
    name: "ns1.example",
    type: "MX",
    authority: [soa, nsec3("ns1.example")],
    status: "secure",
    kind: "nodata",
  },
  {
    title: "B.2.1 No Data Error, Empty Non-Terminal",
    name: "y.w.example",
    type: "A",
    authority: [soa, nsec3("y.w.example")],
    status: "secure",
    kind: "nodata",
  },
  {
    title: "B.3 Referral to an Opt-Out Unsigned Zone: its DS",
    name: "c.example",
    type: "DS",
    authority: [soa, ...toC],
    status: "insecure",
    kind: "nodata",
  },
  {
    ...unsignedMx("mc.c.example"),
    title: "B.3 Referral to an Opt-Out Unsigned Zone: what is below",
    others: [{ title: "", name: "c.example", type: "DS", authority: [soa, ...toC], status: "insecure" }],
    kind: "records",
  },
  {
    title: "B.4 Wildcard Expansion",
    name: "a.z.w.example",
    type: "MX",
    answer: ["a.z.w.example. 3600 MX 1 ai.example."],
    wildcard: "*.w.example",
    authority: [nsec3("ns2.example")],
    status: "insecure",
    kind: "records",
  },
  {
    title: "B.5 Wildcard No Data Error",
    name: "a.z.w.example",
    type: "AAAA",
    authority: [soa, nsec3("w.example"), nsec3("ns2.example"), nsec3("*.w.example")],
    leftOpen: nsec3("*.w.example"),
    status: "insecure",
    kind: "nodata",
  },
  {
    title: "B.6 DS Child Zone No Data Error",
    name: "example",
    type: "DS",
    authority: [soa, nsec3("example")],
    status: "not believed",
  },
];

const key = replacementFor(15, Buffer.from("the examples' zone"));
const dnskey = Buffer.concat([Buffer.of(1, 1, 3, key.algorithm), key.publicKey]);
const [inception, expiration] = [Date.UTC(2004, 3, 9) / 1000, Date.UTC(2004, 4, 9) / 1000];
const between = Date.UTC(2004, 3, 20);

/** A validator's surroundings in which the upstream says what the example says, and SERVFAIL of all else. `spoil` may take lines away. */
export function surroundings(example: Example, spoil: (line: string) => boolean = () => false): ValidatorOptions {
  const said = new Map([example, ...(example.others ?? [])].map((one) => [`${one.type} ${one.name}`, one]));
  const reply = (question: string): RecursiveReply => {
    if (question === "DNSKEY example") return { rcode: 0, answer: signed([keyRecord], {}), authority: [] };
    const one = said.get(question);
    if (one === undefined) return { rcode: 2, answer: [], authority: [] };
    const lines = (section: readonly string[] = []): RawRecord[] => section.filter((line) => !spoil(line)).map(record);
    const below = unsigned(one);
    return {
      rcode: one.rcode ?? 0,
      answer: below ? lines(one.answer) : signed(lines(one.answer), one),
      authority: signed(lines(one.authority), {}),
    };
  };
  return {
    clock: { now: () => between, monotonic: () => 0 },
    anchors: () => [anchor],
    ask: async (name, type) => {
      const question = { name, type: typeCode(type), class: 1 };
      const message = decoded(question, reply(`${typeName(question.type)} ${name}`));
      return message.ok ? ok<Message>(message.value) : err({ failure: "malformed", detail: message.error });
    },
  };
}

const keyRecord: RawRecord = { owner: wire("example"), type: typeOf.DNSKEY, class: 1, ttlSeconds: 3600, rdata: dnskey };
const anchor = {
  zone: wire("example"),
  keyTag: keyTagOf(dnskey),
  algorithm: key.algorithm,
  digestType: 2,
  digest: dsDigest(wire("example"), dnskey, 2) ?? new Uint8Array(),
};

/** What lies below an unsigned delegation. */
function unsigned({ name }: Example): boolean {
  return name.startsWith("mc.");
}

function signed(records: readonly RawRecord[], { wildcard }: { readonly wildcard?: string }): readonly RawRecord[] {
  const sets = Map.groupBy(records, rrsetKey);
  return [...sets.values()].flatMap((set) => [...set, ...set.slice(0, 1).map((first) => rrsig(first, set, wildcard))]);
}

function rrsig(first: RawRecord, set: readonly RawRecord[], wildcard: string | undefined): RawRecord {
  const made = wire(wildcard ?? first.owner);
  const labels = made.split(".").filter((label) => label !== "*").length;
  const head = {
    covered: first.type,
    algorithm: key.algorithm,
    labels,
    originalTtl: first.ttlSeconds,
    expiration,
    inception,
    keyTag: anchor.keyTag,
    signer: nameBytes(wire("example")),
    signature: new Uint8Array(),
  };
  const data = signedBytes(head, set) ?? new Uint8Array();
  const rdata = writeSignature({ ...head, signature: key.sign(data) });
  if (readSignature(rdata)?.labels !== labels) throw new TypeError("an RRSIG that cannot be read back");
  return { ...first, type: typeOf.RRSIG, rdata };
}
