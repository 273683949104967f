import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeKey, signSet } from "../../../test/support/signer.ts";
import { goodYear, wire } from "../../../test/support/signed-zone.ts";
import { a, mx, record } from "../message.cases.ts";
import type { RecordType } from "../types.ts";
import {
  canonicalRdata,
  decodeMessage,
  encodeMessage,
  typeCode,
  typeName,
  type Message,
  type ResourceRecord,
  type WireName,
} from "../wire.ts";
import type { Validated } from "./types.ts";
import { stage, world, type Lie } from "./world.cases.ts";

const isSignature = ({ data }: ResourceRecord): boolean => data.type === "RRSIG";
const isDenial = ({ data }: ResourceRecord): boolean => data.type === "NSEC" || data.type === "NSEC3";
const without = (message: Message, drop: (record: ResourceRecord) => boolean): Message => ({
  ...message,
  answers: message.answers.filter((one) => !drop(one)),
  authorities: message.authorities.filter((one) => !drop(one)),
});
const about =
  (name: string, type: RecordType, lie: (message: Message) => Message | undefined): Lie =>
  (message, asked, askedType) =>
    asked === name && askedType === type ? lie(message) : message;
const truth = (name: string, type: RecordType): Message => world().honest(wire(name), type);
const spliced = (name: string, type: RecordType, other: Message): Lie =>
  about(name, type, (message) => ({ ...other, questions: message.questions }));
const renamed = (message: Message, from: string, to: string): Message => ({
  ...message,
  answers: message.answers.map((one) => (one.name === from ? { ...one, name: wire(to) } : one)),
});

const attacker = makeKey(13);
const forged = [record("mx.example.test", a("203.0.113.66"))];
const signedByAttacker = (zone: string): readonly ResourceRecord[] => [
  ...forged,
  signSet(forged, { zone: wire(zone), key: attacker, validity: goodYear }),
];
const zoneKey = (): NonNullable<ReturnType<typeof world>["zones"]["example"]["keys"][0]> => {
  const [key] = world().zones.example.keys;
  if (key === undefined) throw new Error("the zone is signed");
  return key;
};

describe("SEC-1: an upstream that lies is not believed", () => {
  type Row = readonly [lie: Lie, type: RecordType, name: string, reason: string, why: string];
  const lies: readonly Row[] = [
    [
      (message) => without(message, isSignature),
      "A",
      "mx.example.test",
      "signature-missing",
      "trap 10 all signatures stripped, the root's too",
    ],
    [
      about("mx.example.test", "A", (message) => without(message, isSignature)),
      "A",
      "mx.example.test",
      "signature-missing",
      "the answer's signatures stripped",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: forged })),
      "A",
      "mx.example.test",
      "signature-missing",
      "spoof-mx: another address, unsigned",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        answers: message.answers.map((one) => (one.data.type === "A" ? { ...one, data: a("203.0.113.66") } : one)),
      })),
      "A",
      "mx.example.test",
      "signature-invalid",
      "another address under the true signature",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: [...forged, ...message.answers] })),
      "A",
      "mx.example.test",
      "signature-invalid",
      "an address more",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: signedByAttacker("example.test") })),
      "A",
      "mx.example.test",
      "key-missing",
      "signed by a key that is not the zone's",
    ],
    [
      (message, name, type) =>
        name === "mx.example.test"
          ? { ...message, answers: signedByAttacker("example.test") }
          : name === "example.test" && type === "DNSKEY"
            ? { ...message, answers: [...message.answers, record("example.test", attacker.data)] }
            : message,
      "A",
      "mx.example.test",
      "signature-invalid",
      "the key smuggled into the zone's keys",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: signedByAttacker(".") })),
      "A",
      "mx.example.test",
      "key-missing",
      "the root named as signer",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: signedByAttacker("mx.example.test") })),
      "A",
      "mx.example.test",
      "signature-missing",
      "a zone named as signer that is none",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: signedByAttacker("plain.test") })),
      "A",
      "mx.example.test",
      "signature-missing",
      "SEC-4 an unsigned zone elsewhere named as signer: it must lie above the name",
    ],
    [
      spliced(
        "mx.example.test",
        "A",
        renamed(truth("there.wild.example.test", "A"), "there.wild.example.test", "mx.example.test"),
      ),
      "A",
      "mx.example.test",
      "signer-wrong",
      "the records of another name, renamed",
    ],
    [
      spliced(
        "there.wild.example.test",
        "A",
        renamed(truth("any.wild.example.test", "A"), "any.wild.example.test", "there.wild.example.test"),
      ),
      "A",
      "there.wild.example.test",
      "wildcard-unproven",
      "SEC-3 a wildcard's records for a name that exists",
    ],
    [
      spliced(
        "there.wild.hashed.test",
        "A",
        renamed(truth("any.wild.hashed.test", "A"), "any.wild.hashed.test", "there.wild.hashed.test"),
      ),
      "A",
      "there.wild.hashed.test",
      "wildcard-unproven",
      "SEC-3 the same with NSEC3",
    ],
    [
      about("there.wild.example.test", "MX", (message) => ({
        ...message,
        answers: [],
        authorities: world()
          .zones.example.denialAt(wire("*.wild.example.test"))
          .map((one) => ({ ...one, name: wire("there.wild.example.test") })),
      })),
      "MX",
      "there.wild.example.test",
      "denial-missing",
      "SEC-3 a wildcard's record of absence, renamed: wildcards make no such records",
    ],
    ...(["NSEC", "SOA"] as const).map((type): Row => [
      about("nothing.example.test", "MX", (message) => ({
        ...message,
        authorities: message.authorities.flatMap((one) =>
          one.data.type === "RRSIG" && typeName(one.data.covered) === type
            ? [{ ...one, data: { ...one.data, signature: one.data.signature.map((octet) => octet ^ 1) } }]
            : [one],
        ),
      })),
      "MX",
      "nothing.example.test",
      "signature-invalid",
      `SEC-3 NXDOMAIN with a broken signature over ${type}`,
    ]),
    [
      about("any.wild.example.test", "A", (message) => without(message, isDenial)),
      "A",
      "any.wild.example.test",
      "wildcard-unproven",
      "SEC-3 a wildcard without proof that nothing is closer",
    ],
    [
      about("nothing.example.test", "MX", (message) => without(message, isDenial)),
      "MX",
      "nothing.example.test",
      "denial-missing",
      "SEC-3 NXDOMAIN without proof",
    ],
    [
      about("example.test", "MX", (message) => ({ ...message, answers: [], rcode: 3 })),
      "MX",
      "example.test",
      "denial-missing",
      "trap 7 the MX hidden behind a bare NXDOMAIN",
    ],
    [
      about("example.test", "MX", (message) => ({ ...message, answers: [] })),
      "MX",
      "example.test",
      "denial-missing",
      "trap 7 and behind a bare NODATA",
    ],
    [
      spliced("mx.example.test", "A", truth("mx.example.test", "MX")),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 the NODATA of another type: the bitmap has this one",
    ],
    [
      spliced("mx.hashed.test", "A", truth("mx.hashed.test", "MX")),
      "A",
      "mx.hashed.test",
      "denial-missing",
      "SEC-3 the same with NSEC3",
    ],
    [
      spliced("mx.example.test", "A", truth("nothing.example.test", "A")),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 the NXDOMAIN of another name",
    ],
    [
      spliced("mx.hashed.test", "A", truth("nothing.hashed.test", "A")),
      "A",
      "mx.hashed.test",
      "denial-missing",
      "SEC-3 the same with NSEC3",
    ],
    [
      spliced("any.wild.example.test", "A", { ...truth("nothing.example.test", "A") }),
      "A",
      "any.wild.example.test",
      "denial-missing",
      "SEC-3 a wildcard denied by another name's NXDOMAIN",
    ],
    [
      about("example.test", "TXT", (message) => ({
        ...message,
        answers: [],
        authorities: [...world().zones.test.soa(), ...world().zones.test.denialAt(wire("example.test"))],
      })),
      "TXT",
      "example.test",
      "denial-missing",
      "SEC-3 the parent's side of the cut denying the child's records (RFC 6840 §4.1)",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        answers: [],
        rcode: 3,
        authorities: [...world().zones.test.soa(), ...world().zones.test.denialAt(wire("example.test"))],
      })),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 and a name below the cut (RFC 6840 §4.1)",
    ],
    [
      about("example.test", "DS", (message) => ({
        ...message,
        answers: [],
        authorities: [...world().zones.example.soa(), ...world().zones.example.denialAt(wire("example.test"))],
      })),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 the child's side denying its own DS (RFC 4035 §B.8)",
    ],
    [
      about("example.test", "DS", (message) => ({ ...message, answers: [] })),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 the DS gone, without proof",
    ],
    [
      about("example.test", "DS", (message) => ({
        ...message,
        answers: [],
        authorities: [...world().zones.test.soa(), ...world().zones.test.denialOver(wire("plain.test"))],
      })),
      "A",
      "mx.example.test",
      "denial-missing",
      "SEC-3 the DS denied by the opt-out gap of another name",
    ],
    [
      about("example.test", "DS", (message) => without(message, isSignature)),
      "A",
      "mx.example.test",
      "signature-missing",
      "the DS unsigned",
    ],
    [
      about("example.test", "DS", (message) => ({
        ...message,
        answers: truth("hashed.test", "DS").answers.map((one) => ({ ...one, name: wire("example.test") })),
      })),
      "A",
      "mx.example.test",
      "signature-invalid",
      "the DS of another zone",
    ],
    [
      about("example.test", "DNSKEY", (message) => ({
        ...message,
        answers: truth("hashed.test", "DNSKEY").answers.map((one) => ({ ...one, name: wire("example.test") })),
      })),
      "A",
      "mx.example.test",
      "key-mismatch",
      "the keys of another zone",
    ],
    [
      about("example.test", "DNSKEY", (message) => ({
        ...message,
        answers: message.answers.map((one) =>
          one.data.type === "DNSKEY" ? { ...one, data: { ...one.data, flags: one.data.flags & ~0x0100 } } : one,
        ),
      })),
      "A",
      "mx.example.test",
      "no-zone-key",
      "a key that may not sign a zone (RFC 4034 §2.1.1)",
    ],
    [
      about("example.test", "DNSKEY", (message) => without(message, isSignature)),
      "A",
      "mx.example.test",
      "signature-missing",
      "the keys unsigned",
    ],
    [
      about("example.test", "DNSKEY", (message) => ({ ...message, answers: [] })),
      "A",
      "mx.example.test",
      "key-missing",
      "no keys",
    ],
    [
      about("alias.example.test", "A", (message) => ({
        ...message,
        answers: message.answers.map((one) =>
          one.data.type === "CNAME" ? { ...one, data: { type: "CNAME", target: wire("host.plain.test") } } : one,
        ),
      })),
      "A",
      "alias.example.test",
      "signature-invalid",
      "MX-4 an alias turned elsewhere",
    ],
    [
      about("mx.moved.example.test", "A", (message) => ({
        ...message,
        answers: message.answers.map((one) =>
          one.data.type === "CNAME" ? { ...one, data: { type: "CNAME", target: wire("host.plain.test") } } : one,
        ),
      })),
      "A",
      "mx.moved.example.test",
      "alias-mismatch",
      "SEC-4 a CNAME that is not what the DNAME makes",
    ],
    [
      about("away.example.test", "A", (message) =>
        without(message, (one) => one.name === "mx.hashed.test" && isSignature(one)),
      ),
      "A",
      "away.example.test",
      "signature-missing",
      "MX-4 the last link's signature stripped",
    ],
    [
      about("outside.example.test", "A", (message) => without(message, isSignature)),
      "A",
      "outside.example.test",
      "signature-missing",
      "trap 6 the first link's signature stripped, the last needs none",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        answers: [
          ...without(message, isSignature).answers,
          signSet(without(message, isSignature).answers, {
            zone: wire("example.test"),
            key: zoneKey(),
            validity: { inception: 1_000_000_000, expiration: 1_000_000_100 },
          }),
        ],
      })),
      "A",
      "mx.example.test",
      "signature-expired",
      "SEC-4 an old signature replayed",
    ],
  ];
  for (const [lie, type, name, reason, why] of lies)
    test(`${type} ${name} is bogus (${reason}): ${why}`, async () => {
      const answer = await stage(lie).resolve(name, type);
      expect({ ...answer, proof: [], reason: answer.reason.code }).toMatchObject({
        status: "bogus",
        kind: "failure",
        failure: "bogus",
        records: [],
        reason,
      });
      expect(answer.reason.ede).toBeGreaterThan(0);
    });

  const survived: readonly [lie: Lie, type: RecordType, name: string, kind: Validated["kind"], why: string][] = [
    [
      about("below.example.test", "A", (message) => ({ ...message, rcode: 3 })),
      "A",
      "below.example.test",
      "nodata",
      "SEC-3 an empty non-terminal said not to exist: what is proven counts",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        answers: message.answers.filter((one) => !isSignature(one)),
        additionals: message.answers.filter(isSignature),
      })),
      "A",
      "mx.example.test",
      "records",
      "a signature in another section proves the same",
    ],
    [
      about("mx.example.test", "A", (message) => ({ ...message, answers: [...message.answers, ...message.answers] })),
      "A",
      "mx.example.test",
      "records",
      "every record twice (RFC 4034 §6.3)",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        answers: [...message.answers, ...signedByAttacker("example.test").slice(1)],
      })),
      "A",
      "mx.example.test",
      "records",
      "a bad signature beside a good one",
    ],
    [
      about("mx.example.test", "A", (message) => ({
        ...message,
        authorities: [record("example.test", { type: "NS", target: wire("ns.attacker.test") })],
      })),
      "A",
      "mx.example.test",
      "records",
      "unsigned records that nobody asked for",
    ],
    [
      about("mx.example.test", "MX", (message) => ({
        ...message,
        authorities: [
          ...message.authorities.filter((one) => one.name !== "example.test"),
          record("example.test", { type: "NS", target: wire("ns.test") }),
        ],
      })),
      "MX",
      "mx.example.test",
      "nodata",
      "an absence with the zone's servers in place of its SOA is no referral",
    ],
    [
      about("mx.moved.example.test", "A", (message) => without(message, (one) => one.name === "mx.moved.example.test")),
      "A",
      "mx.moved.example.test",
      "records",
      "SEC-4 a DNAME without the CNAME that it makes (RFC 6672 §3.1)",
    ],
  ];
  for (const [lie, type, name, kind, why] of survived)
    test(`${type} ${name} is still secure, ${kind}: ${why}`, async () => {
      const answer = await stage(lie).resolve(name, type);
      expect(answer).toMatchObject({ status: "secure", kind });
    });

  const silences: readonly [type: RecordType, name: string, why: string][] = [
    ["A", "mx.example.test", "the question itself"],
    ["DS", "example.test", "a DS on the way"],
    ["DNSKEY", "test", "the keys of a zone on the way"],
    ["DNSKEY", ".", "the keys of the root"],
  ];
  test.each(silences)("MX-2: silence about %s %s is indeterminate, never insecure: %s", async (type, name) => {
    const answer = await stage(about(name, type, () => undefined)).resolve("mx.example.test", "A");
    expect(answer).toMatchObject({
      status: "indeterminate",
      kind: "failure",
      failure: "timeout",
      reason: { code: "no-answer" },
    });
  });

  test.each([2, 5, 4, 9])("MX-2: code %i about a DS on the way is indeterminate, never insecure", async (rcode) => {
    const answer = await stage(about("example.test", "DS", (message) => ({ ...message, rcode }))).resolve(
      "mx.example.test",
      "A",
    );
    expect(answer).toMatchObject({ status: "indeterminate", kind: "failure" });
  });
});

/** What is told of an answer: everything that a caller could act on but the time for which it may be kept. */
function told({ status, kind, owner, aliases, records }: Validated): unknown {
  const data = records.map(
    (one) => `${one.name} ${one.data.type} ${Buffer.from(canonicalRdata(one.data)).toString("hex")}`,
  );
  return { status, kind, owner, aliases, records: [...new Set(data)].toSorted() };
}

/** What an honest upstream's answer comes to, and what it was asked on the way. */
const honestly = new Map<string, Promise<{ readonly answer: Validated; readonly asked: readonly string[] }>>();
function expectedOf(
  name: string,
  type: RecordType,
): Promise<{ readonly answer: Validated; readonly asked: readonly string[] }> {
  const { asked, resolve } = stage();
  const known = honestly.get(`${type} ${name}`) ?? resolve(name, type).then((answer) => ({ answer, asked }));
  honestly.set(`${type} ${name}`, known);
  return known;
}

const questions: readonly (readonly [type: RecordType, name: string])[] = [
  ["MX", "example.test"],
  ["TXT", "hashed.test"],
  ["MX", "nothing.hashed.test"],
  ["MX", "nothing.example.test"],
  ["MX", "mx.example.test"],
  ["A", "any.wild.example.test"],
  ["MX", "any.wild.hashed.test"],
  ["A", "away.example.test"],
  ["A", "mx.moved.example.test"],
  ["A", "lost.hashed.test"],
];

test("SEC-1: flip any byte of a secure answer: it is not secure, or it is equal", async () => {
  const pick = fc.record({
    question: fc.nat(questions.length - 1),
    message: fc.nat(20),
    at: fc.nat(5000),
    by: fc.integer({ min: 1, max: 255 }),
  });
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(pick, async ({ question, message, at, by }) => {
      const [type, name] = questions[question] ?? ["A", "."];
      const { answer: expected, asked } = await expectedOf(name, type);
      expect(expected.status).toBe("secure");
      const victim = asked[message % asked.length] ?? "";
      const flip: Lie = (said, one, oneType) => {
        if (`${oneType} ${one}` !== victim) return said;
        const bytes = encodeMessage(said);
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ by;
        const decoded = decodeMessage(bytes);
        // The exchange takes no answer to another question.
        return decoded.ok && decoded.value.questions.length === 1 ? decoded.value : undefined;
      };
      const got = await stage(flip).resolve(name, type);
      seen.set(got.status, (seen.get(got.status) ?? 0) + 1);
      if (got.status !== "secure") return;
      expect(told(got)).toEqual(told(expected));
      expect(got.ttlSeconds).toBeLessThanOrEqual(expected.ttlSeconds);
    }),
    { numRuns: 2000 },
  );
  expect(seen.get("bogus")).toBeGreaterThan(200);
});

describe("SEC-1: true records put together at random", () => {
  const names = ["example", "hashed", "optout"].flatMap((zone) =>
    [
      "",
      "mx.",
      "nothing.",
      "below.",
      "deep.below.",
      "any.wild.",
      "there.wild.",
      "alias.",
      "away.",
      "moved.",
      "mx.moved.",
      "plain.",
    ].map((label) => `${label}${zone}.test`),
  );
  const asked = fc.record({
    name: fc.constantFrom(...names),
    type: fc.constantFrom("A", "MX", "TXT", "DS", "CNAME", "TLSA"),
  });
  /** Everything that any honest answer has: true, signed, and replayed where it does not belong. */
  const pool = new Map<string, readonly ResourceRecord[]>();
  for (const name of [...names, ".", "test", "example.test", "plain.test"]) {
    for (const type of ["A", "MX", "TXT", "DS", "DNSKEY", "NS", "CNAME", "TLSA"]) {
      for (const section of ["answers", "authorities"] as const) {
        for (const one of truth(name, type)[section]) {
          const code = one.data.type === "RRSIG" ? one.data.covered : typeCode(one.data.type);
          const key = `${one.name} ${code}`;
          if (pool.get(key)?.includes(one) !== true) pool.set(key, [...(pool.get(key) ?? []), one]);
        }
      }
    }
  }
  const sets = [...pool.values()];
  const mixed = fc.record({
    answers: fc.array(fc.nat(sets.length - 1), { maxLength: 3 }),
    authorities: fc.array(fc.nat(sets.length - 1), { maxLength: 5 }),
    rcode: fc.constantFrom(0, 3),
    renamed: fc.boolean(),
    keepTruth: fc.boolean(),
  });

  test("whatever is secure is true", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(asked, mixed, fc.nat(6), async ({ name, type }, mix, which) => {
        const { answer: expected, asked: questionsAsked } = await expectedOf(name, type);
        const victim = questionsAsked[which % questionsAsked.length] ?? "";
        const lie: Lie = (said, at, atType) => {
          if (`${atType} ${at}` !== victim) return said;
          const take = (all: readonly number[]): readonly ResourceRecord[] => all.flatMap((one) => sets[one] ?? []);
          const moved = (all: readonly ResourceRecord[]): readonly ResourceRecord[] =>
            mix.renamed ? all.map((one) => ({ ...one, name: at })) : all;
          return {
            ...said,
            rcode: mix.rcode,
            answers: moved(take(mix.answers)),
            authorities: [...take(mix.authorities), ...(mix.keepTruth ? said.authorities : [])],
          };
        };
        const got = await stage(lie).resolve(name, type);
        seen.set(got.status, (seen.get(got.status) ?? 0) + 1);
        if (got.status === "secure") expect(told(got)).toEqual(told({ ...expected, status: "secure" }));
        // Nor may it turn what is secure into what only seems not to be signed.
        if (got.status === "insecure") expect(expected.status).toBe("insecure");
      }),
      { numRuns: 3000 },
    );
    expect(seen.get("bogus")).toBeGreaterThan(200);
  });
});

test("whatever an upstream says, there is an answer, and it is not secure", async () => {
  const name = fc.constantFrom(
    ...["mx.example.test", "example.test", "test", ".", "x.mx.example.test"].map(wire),
  ) as fc.Arbitrary<WireName>;
  const bytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });
  const u8 = fc.nat(255);
  const u16 = fc.nat(0xffff);
  const u32 = fc.nat(0xffffffff);
  const tag = fc.constantFrom(...[...world().zones.example.keys, ...world().zones.root.keys].map((key) => key.tag), 1);
  const algorithm = fc.constantFrom(8, 13, 15, 16, 253);
  const data: fc.Arbitrary<ResourceRecord["data"]> = fc.oneof(
    fc.constant(a("203.0.113.66")),
    fc.constant(mx(0, "attacker.test")),
    fc.record({ type: fc.constantFrom("CNAME" as const, "DNAME" as const, "NS" as const), target: name }),
    fc.record({
      type: fc.constant("DS" as const),
      keyTag: tag,
      algorithm,
      digestType: fc.constantFrom(1, 2, 4, 9),
      digest: bytes(48),
    }),
    fc.record({
      type: fc.constant("DNSKEY" as const),
      flags: fc.constantFrom(0, 256, 257, 385),
      protocol: fc.constantFrom(3, 0),
      algorithm,
      publicKey: bytes(140),
    }),
    fc.record({
      type: fc.constant("RRSIG" as const),
      covered: fc.constantFrom(1, 2, 5, 15, 39, 43, 47, 48, 50),
      algorithm,
      labels: fc.nat(4),
      originalTtl: u32,
      expiration: u32,
      inception: u32,
      keyTag: tag,
      signer: name,
      signature: bytes(64),
    }),
    fc.record({
      type: fc.constant("NSEC3" as const),
      hashAlgorithm: fc.nat(2),
      flags: u8,
      iterations: u16,
      salt: bytes(8),
      nextHash: bytes(20),
      bitmap: fc.constant(Uint8Array.of(0, 1, 0x40)),
    }),
  );
  const section = fc.array(fc.record({ name, ttlSeconds: fc.nat(1000), data }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      section,
      section,
      fc.constantFrom(0, 0, 3, 2, 6),
      fc.nat(5),
      async (answers, authorities, rcode, from) => {
        let asks = 0;
        const lie: Lie = (said) => (asks++ < from ? said : { ...said, answers, authorities, rcode });
        const got = await stage(lie).resolve("mx.example.test", "TXT");
        // Where the lies began only behind the last question, all was true.
        if (asks > from) expect(["bogus", "indeterminate"]).toContain(got.status);
      },
    ),
    { numRuns: 2000 },
  );
});
