import { describe, expect, test } from "vitest";
import { anchorOf, dsRecord, makeKey, signSet, type SigningKey } from "../../../test/support/signer.ts";
import { goodYear, recursor, reply, SignedZone, wire } from "../../../test/support/signed-zone.ts";
import { limits, ok } from "../../base/index.ts";
import { a, cname, record } from "../message.cases.ts";
import type { Message, ResourceRecord } from "../wire.ts";
import { createValidator } from "./validator.ts";
import type { TrustAnchor } from "./types.ts";
import { isValidated } from "./validated.ts";
import { stage, world, type Lie } from "./world.cases.ts";

const failing =
  (question: string): Lie =>
  (message, name, type) =>
    `${type} ${name}` === question ? undefined : message;

describe("what a chain costs", () => {
  test("from nothing: the keys of each zone, a DS for each cut, and the answer", async () => {
    const { asked, resolve } = stage();
    await resolve("mx.example.test", "A");
    expect(asked).toEqual([
      "A mx.example.test",
      "DNSKEY .",
      "DS test",
      "DNSKEY test",
      "DS example.test",
      "DNSKEY example.test",
    ]);
  });

  test("once the zone is known: the answer alone", async () => {
    const { asked, resolve } = stage();
    await resolve("mx.example.test", "A");
    asked.length = 0;
    expect(await resolve("example.test", "MX")).toMatchObject({ status: "secure" });
    expect(await resolve("nothing.example.test", "MX")).toMatchObject({ status: "secure", kind: "nxdomain" });
    expect(asked).toEqual(["MX example.test", "MX nothing.example.test"]);
  });

  test("that a zone is not signed is known as well", async () => {
    const { asked, resolve } = stage();
    await resolve("host.plain.test", "A");
    asked.length = 0;
    expect(await resolve("host.plain.test", "MX")).toMatchObject({ status: "insecure", kind: "nodata" });
    expect(asked).toEqual(["MX host.plain.test"]);
  });

  test("whoever needs the same step at once shares it", async () => {
    const { asked, resolve } = stage();
    const names = ["mx.example.test", "there.wild.example.test", "mx.hashed.test", "host.plain.test"];
    const answers = await Promise.all(names.map((name) => resolve(name, "A")));
    expect(answers.map(({ status }) => status)).toEqual(["secure", "secure", "secure", "insecure"]);
    expect(asked.length).toBe(new Set(asked).size);
  });

  test("below a name that does not exist nothing is looked for", async () => {
    const { asked, resolve } = stage((message, name, type) =>
      type === "A" ? { ...message, answers: [record(name, a("203.0.113.66"))], authorities: [], rcode: 0 } : message,
    );
    await resolve("a.b.c.nothing.example.test", "A");
    expect(asked.filter((question) => question.startsWith("DS"))).toEqual([
      "DS test",
      "DS example.test",
      "DS nothing.example.test",
    ]);
  });

  test("an alias to a name about which the answer says nothing is asked on", async () => {
    const { asked, resolve } = stage((message, name, type) =>
      `${type} ${name}` === "A away.example.test"
        ? { ...message, rcode: 3, answers: message.answers.filter((one) => one.name === name) }
        : message,
    );
    expect(await resolve("away.example.test", "A")).toMatchObject({ status: "secure", kind: "records", rcode: 0 });
    expect(asked.slice(-1)).toEqual(["DNSKEY hashed.test"]);
    expect(asked).toContain("A mx.hashed.test");
  });

  test("a step is found anew when its time is over", async () => {
    const { asked, clock, resolve } = stage();
    await resolve("mx.example.test", "A");
    asked.length = 0;
    await clock.advance(3_600_000);
    await resolve("mx.example.test", "A");
    expect(asked.length).toBe(6);
  });

  test("a failure is remembered for a few seconds only", async () => {
    let down = true;
    const { asked, clock, resolve } = stage((message, name, type) =>
      down ? failing("DS example.test")(message, name, type) : message,
    );
    expect(await resolve("mx.example.test", "A")).toMatchObject({ status: "indeterminate" });
    down = false;
    expect(await resolve("mx.example.test", "A")).toMatchObject({ status: "indeterminate" });
    expect(asked.filter((question) => question === "DS example.test").length).toBe(1);
    await clock.advance(limits.dnsFailureTtlSeconds * 1000);
    expect(await resolve("mx.example.test", "A")).toMatchObject({ status: "secure" });
  });
});

describe("time", () => {
  test("what was proven outlives a jump of the wall clock, and no more than its TTL", async () => {
    const { clock } = stage();
    let wall = clock.now();
    const asked: string[] = [];
    const validator = createValidator({
      ask: (name, type) => {
        asked.push(`${type} ${name}`);
        return Promise.resolve({ ok: true, value: world().honest(name, type) });
      },
      clock: { now: () => wall, monotonic: clock.monotonic },
      anchors: () => world().anchors,
    });
    const resolve = () => validator.resolve(wire("mx.example.test"), "A");
    expect(await resolve()).toMatchObject({ status: "secure" });
    wall += 40 * 365 * 86_400_000;
    asked.length = 0;
    // The keys stand; the answer's own signature is over.
    expect(await resolve()).toMatchObject({ status: "bogus", reason: { code: "signature-expired", ede: 7 } });
    wall -= 80 * 365 * 86_400_000;
    expect(await resolve()).toMatchObject({ status: "bogus", reason: { code: "signature-not-yet-valid", ede: 8 } });
    expect(asked).toEqual(["A mx.example.test", "A mx.example.test"]);
  });

  test("SEC-4 the TTL of an answer is what came, at most the signature's original", async () => {
    const withTtl =
      (ttlSeconds: number): Lie =>
      (message, name, type) =>
        `${type} ${name}` === "A mx.example.test"
          ? { ...message, answers: message.answers.map((one) => ({ ...one, ttlSeconds })) }
          : message;
    expect((await stage(withTtl(60)).resolve("mx.example.test", "A")).ttlSeconds).toBe(60);
    expect((await stage(withTtl(2 ** 31 - 1)).resolve("mx.example.test", "A")).ttlSeconds).toBe(3600);
  });

  test("SEC-4 and at most until the signature ends", async () => {
    const set = stage();
    await set.clock.advance(Date.UTC(2026, 11, 31, 23, 50) - set.clock.now());
    expect((await set.resolve("mx.example.test", "A")).ttlSeconds).toBe(600);
  });

  test("SEC-3 what a wildcard made is kept no longer than the proof that the name does not exist", async () => {
    expect((await stage().resolve("any.wild.example.test", "A")).ttlSeconds).toBe(600);
    expect((await stage().resolve("*.wild.example.test", "A")).ttlSeconds).toBe(3600);
  });

  test("an absence is kept for as long as its proof, and as the zone says of absences", async () => {
    expect((await stage().resolve("nothing.example.test", "A")).ttlSeconds).toBe(600);
    const shorter: Lie = (message) => ({
      ...message,
      authorities: message.authorities.map((one) => ({ ...one, ttlSeconds: 7 })),
    });
    expect((await stage(shorter).resolve("nothing.example.test", "A")).ttlSeconds).toBe(7);
  });
});

describe("trust anchors", () => {
  const other = (zone: string): TrustAnchor => {
    const { tag: keyTag } = makeKey(13);
    return { zone: wire(zone), keyTag, algorithm: 13, digestType: 2, digest: new Uint8Array(32) };
  };
  const root = world().anchors;
  const example = world().zones.example.anchors();
  const rows: readonly [anchors: readonly TrustAnchor[], name: string, status: string, reason: string, why: string][] =
    [
      [[], "mx.example.test", "insecure", "no-anchor", "none at all"],
      [example, "mx.hashed.test", "insecure", "no-anchor", "none above the name"],
      [example, "mx.example.test", "secure", "chain-complete", "an island of trust"],
      [[...root, ...example], "mx.example.test", "secure", "chain-complete", "one of a zone below"],
      [[...root, other(".")], "mx.example.test", "secure", "chain-complete", "a key to come beside the key in use"],
      [[other(".")], "mx.example.test", "bogus", "key-mismatch", "a key that the root does not have"],
      [
        [...root, other("example.test")],
        "mx.example.test",
        "bogus",
        "key-mismatch",
        "the closest counts, not the one that fits",
      ],
      [
        [{ ...other("."), algorithm: 5 }],
        "mx.example.test",
        "insecure",
        "unsupported-algorithm",
        "one of an algorithm that nobody uses",
      ],
      [
        [...root, ...world().zones.plain.anchors()],
        "host.plain.test",
        "insecure",
        "opt-out",
        "none for what is not signed",
      ],
      [[other("plain.test"), ...root], "host.plain.test", "bogus", "key-missing", "one for what is not signed"],
    ];
  for (const [anchors, name, status, reason, why] of rows) {
    test(`A ${name} is ${status} (${reason}): ${why}`, async () => {
      expect(await stage(undefined, anchors).resolve(name, "A")).toMatchObject({ status, reason: { code: reason } });
    });
  }

  test("a signer above the anchor cannot undo it", async () => {
    const set = stage(
      (message, name, type) =>
        `${type} ${name}` === "A mx.example.test"
          ? {
              ...message,
              answers: message.answers.map((one) =>
                one.data.type === "RRSIG" ? { ...one, data: { ...one.data, signer: wire("test") } } : one,
              ),
            }
          : message,
      example,
    );
    expect(await set.resolve("mx.example.test", "A")).toMatchObject({ status: "bogus" });
  });

  test("what was proven under anchors that are no longer there is proven anew", async () => {
    let anchors: readonly TrustAnchor[] = root;
    const asked: string[] = [];
    const validator = createValidator({
      ask: (name, type) => {
        asked.push(`${type} ${name}`);
        return Promise.resolve({ ok: true, value: world().honest(name, type) });
      },
      clock: stage().clock,
      anchors: () => anchors,
    });
    const resolve = () => validator.resolve(wire("mx.example.test"), "A");
    expect(await resolve()).toMatchObject({ status: "secure" });
    anchors = [...root];
    asked.length = 0;
    expect(await resolve()).toMatchObject({ status: "secure" });
    expect(asked).toEqual(["A mx.example.test"]);
    anchors = [other(".")];
    expect(await resolve()).toMatchObject({ status: "bogus" });
    anchors = root;
    expect(await resolve()).toMatchObject({ status: "secure" });
  });
});

test("what was found under anchors that changed meanwhile is not kept", async () => {
  let anchors: readonly TrustAnchor[] = world().anchors;
  let hold: (() => void) | undefined;
  const { clock } = stage();
  const asked: string[] = [];
  const validator = createValidator({
    async ask(name, type) {
      asked.push(`${type} ${name}`);
      if (type === "DNSKEY" && hold === undefined) await new Promise<void>((resolve) => (hold = resolve));
      return ok(world().honest(name, type));
    },
    clock,
    anchors: () => anchors,
  });
  const first = validator.resolve(wire("test"), "SOA");
  await clock.advance(1);
  anchors = [...world().anchors, ...world().zones.example.anchors()];
  const second = validator.resolve(wire("test"), "NS");
  await clock.advance(1);
  hold?.();
  expect(await first).toMatchObject({ status: "secure" });
  expect(await second).toMatchObject({ status: "secure" });
  expect(asked.filter((question) => question === "DNSKEY .").length).toBe(2);
});

describe("which keys count", () => {
  const zone = wire("example.test");
  const ksk = makeKey(13);
  const rows: readonly [flags: number, status: string, reason: string, why: string][] = [
    [256, "secure", "chain-complete", "a zone key that the anchor's key vouches for"],
    [0, "bogus", "key-missing", "one that is no zone key (RFC 4034 §2.1.1)"],
    [256 | 128, "bogus", "key-missing", "one that was revoked (RFC 5011 §2.1)"],
  ];
  test.each(rows)("a record signed with a key of flags %i is %s (%s): %s", async (flags, status, code) => {
    const own = makeKey(13, flags);
    const sign = (set: readonly ResourceRecord[], key: SigningKey): Message["answers"] => [
      ...set,
      signSet(set, { zone, key, validity: goodYear }),
    ];
    const keys = sign([record("example.test", ksk.data), record("example.test", own.data)], ksk);
    const host = sign([record("mx.example.test", a("192.0.2.1"))], own);
    const validator = createValidator({
      ask: (name, type) => Promise.resolve(ok(reply(name, type, { answers: type === "DNSKEY" ? keys : host }))),
      clock: stage().clock,
      anchors: () => [anchorOf(zone, ksk)],
    });
    const answer = await validator.resolve(wire("mx.example.test"), "A");
    expect({ status: answer.status, code: answer.reason.code }).toEqual({ status, code });
  });
});

describe("wildcards and cuts", () => {
  const childZone = new SignedZone("child.test", { records: { host: [a("192.0.2.1")] }, signing: {} });

  test("SEC-3 a wildcard's alias replayed for a DS hides the delegation for seconds at most", async () => {
    const parent = new SignedZone("test", { records: { "*": [cname("host.child.test")] }, signing: {} });
    parent.delegate(childZone);
    const honest = recursor([parent, childZone]);
    let lying = true;
    const { clock } = stage();
    const validator = createValidator({
      ask(name, type) {
        const truth = honest(name, type);
        if (!lying || type !== "DS") return Promise.resolve(ok(truth));
        const alias = honest(wire("nothing.test"), "CNAME").answers.map((one) => ({ ...one, name }));
        return Promise.resolve(ok({ ...truth, answers: alias, authorities: [] }));
      },
      clock,
      anchors: () => parent.anchors(),
    });
    const resolve = () => validator.resolve(wire("host.child.test"), "A");
    expect(await resolve()).toMatchObject({ status: "bogus", reason: { code: "denial-missing" } });
    lying = false;
    await clock.advance(limits.dnsFailureTtlSeconds * 1000);
    expect(await resolve()).toMatchObject({ status: "secure" });
  });

  test("an alias that a wildcard makes is followed where nothing is delegated", async () => {
    const parent = new SignedZone("test", { records: { "*": [cname("host.child.test")] }, signing: {} });
    parent.delegate(childZone);
    const honest = recursor([parent, childZone]);
    const stripped = (message: Message): Message => ({
      ...message,
      answers: message.answers.filter((one) => one.data.type !== "RRSIG" || (one.name as string) === "host.child.test"),
    });
    const resolve = (lie: boolean) =>
      createValidator({
        ask: (name, type) =>
          Promise.resolve(ok(lie && type === "A" ? stripped(honest(name, type)) : honest(name, type))),
        clock: stage().clock,
        anchors: () => parent.anchors(),
      }).resolve(wire("any.test"), "A");
    expect(await resolve(false)).toMatchObject({ status: "secure", owner: "host.child.test" });
    // Unsigned, the way to the name is looked for: its DS question meets the same alias.
    expect(await resolve(true)).toMatchObject({ status: "bogus", reason: { code: "signature-missing" } });
  });

  test("a DS that a wildcard makes delegates nothing", async () => {
    const [key = makeKey(13)] = childZone.keys;
    const parent = new SignedZone("test", { records: { "*": [dsRecord(wire("child.test"), key)] }, signing: {} });
    const honest = recursor([parent, childZone]);
    const validator = createValidator({
      ask: (name, type) => Promise.resolve(ok(honest(name, type))),
      clock: stage().clock,
      anchors: () => parent.anchors(),
    });
    const answer = await validator.resolve(wire("host.child.test"), "A");
    expect(answer).toMatchObject({ status: "bogus", reason: { code: "signer-wrong" } });
  });
});

describe("the proof", () => {
  test("tells who vouches for the answer, from the anchor down", async () => {
    const { proof } = await stage().resolve("away.example.test", "A");
    expect(proof.map(({ kind, zone, owner, type }) => `${kind} ${zone} ${type} ${owner}`)).toEqual([
      "anchor . DNSKEY .",
      "dnskey . DNSKEY .",
      "ds . DS test",
      "dnskey test DNSKEY test",
      "ds test DS example.test",
      "dnskey example.test DNSKEY example.test",
      "alias example.test CNAME away.example.test",
      "ds test DS hashed.test",
      "dnskey hashed.test DNSKEY hashed.test",
      "answer hashed.test A mx.hashed.test",
    ]);
    const [key] = world().zones.example.keys;
    expect(proof.find(({ kind }) => kind === "alias")).toMatchObject({
      keyTag: key?.tag,
      algorithm: 13,
      expiresAt: Date.UTC(2027, 0, 1),
    });
    expect(JSON.parse(JSON.stringify(proof))).toEqual(proof);
  });

  test("tells how an absence was shown", async () => {
    const { proof } = await stage().resolve("any.wild.example.test", "MX");
    const denials = proof.filter(({ kind }) => kind === "denial");
    // One record does both: it is the wildcard's, and the name lies in its gap.
    expect(denials).toMatchObject([
      { owner: "*.wild.example.test", type: "NSEC", detail: "NSEC, wildcard without the type" },
    ]);
  });

  test("tells where what is signed ends", async () => {
    const { proof } = await stage().resolve("host.plain.example.test", "A");
    expect(proof.at(-1)).toMatchObject({
      kind: "insecure-delegation",
      zone: "example.test",
      owner: "plain.example.test",
    });
  });

  test("nobody but the validator makes an answer with a status", async () => {
    const answer = await stage().resolve("mx.example.test", "A");
    expect(isValidated(answer)).toBe(true);
    expect(isValidated({ ...answer })).toBe(false);
    expect([undefined, null, 1, "secure"].map(isValidated)).toEqual([false, false, false, false]);
    expect(Object.isFrozen(answer)).toBe(true);
  });
});

describe("what went wrong is an answer", () => {
  test("an upstream that throws", async () => {
    const ask = (): never => {
      throw new Error("a fault\u0007");
    };
    const validator = createValidator({ ask, clock: stage().clock, anchors: () => world().anchors });
    const answer = await validator.resolve(wire("example.test"), "MX");
    expect(answer).toMatchObject({ status: "indeterminate", kind: "failure", failure: "network" });
    expect(answer.reason.text).not.toMatch(/[^\x20-\x7e]/);
  });

  test("an upstream that rejects while others wait, and then does not", async () => {
    let faults = 1;
    const validator = createValidator({
      ask: (name, type) => {
        if (type === "DNSKEY" && faults-- > 0) return Promise.reject(new Error("a fault"));
        return Promise.resolve({ ok: true, value: world().honest(name, type) });
      },
      clock: stage().clock,
      anchors: () => world().anchors,
    });
    const resolve = () => validator.resolve(wire("mx.example.test"), "A");
    expect((await Promise.all([resolve(), resolve()])).map(({ status }) => status)).toEqual([
      "indeterminate",
      "indeterminate",
    ]);
    expect(await resolve()).toMatchObject({ status: "secure" });
  });

  test("a type that there is not", async () => {
    expect(await stage().resolve("example.test", "NOSUCH")).toMatchObject({ kind: "failure", failure: "malformed" });
  });

  test("types go by their names, however they are written", async () => {
    const { asked, resolve } = stage();
    expect(await resolve("example.test", "TYPE15")).toMatchObject({ status: "secure", kind: "records", type: "MX" });
    expect(asked[0]).toBe("MX example.test");
  });

  test("MX-2: a referral is no absence", async () => {
    const { resolve } = stage((message, name, type) =>
      `${type} ${name}` === "A host.plain.test"
        ? { ...message, answers: [], authorities: [record("plain.test", { type: "NS", target: wire("ns.test") })] }
        : message,
    );
    expect(await resolve("host.plain.test", "A")).toMatchObject({ status: "indeterminate", failure: "refused" });
  });

  test("MX-2: records of a name that is said not to exist are neither", async () => {
    const { resolve } = stage((message) => ({ ...message, rcode: 3 }));
    expect(await resolve("mx.example.test", "A")).toMatchObject({ status: "indeterminate", failure: "malformed" });
  });

  test("a name of an unsigned zone with an absence that says nothing for how long", async () => {
    const { resolve } = stage((message, name) =>
      name === "nothing.plain.test"
        ? { ...message, authorities: [], answers: [record("other.test", a("192.0.2.1"))] }
        : message,
    );
    expect(await resolve("nothing.plain.test", "A")).toMatchObject({
      status: "insecure",
      kind: "nxdomain",
      ttlSeconds: limits.dnsFailureTtlSeconds,
    });
  });
});
