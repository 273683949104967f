import { describe, expect, test } from "vitest";
import { keyOf, makeKey, signSet, type SigningKey } from "../../../test/support/signer.ts";
import { goodYear, reply, SignedZone, recursor, wire } from "../../../test/support/signed-zone.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { err, limits, ok, type Result } from "../../base/index.ts";
import { a, cname, record } from "../message.cases.ts";
import type { RecordType } from "../types.ts";
import type { DnskeyData, Message, ResourceRecord, WireName } from "../wire.ts";
import { standardSuite, type Suite } from "./algorithms.ts";
import { keyTag } from "./keys.ts";
import { validatorLimits } from "./limits.ts";
import { nsec3Prover } from "./nsec3.ts";
import { createValidatorUnder } from "./validator.ts";
import { Work } from "./work.ts";
import { world } from "./world.cases.ts";

/** The suite of today, that counts how often it is used. */
function counting(): { readonly suite: Suite; verified(): number } {
  let verified = 0;
  const algorithms = [...standardSuite.algorithms].map(
    ([code, algorithm]) =>
      [
        code,
        {
          ...algorithm,
          verify(...parts: Parameters<typeof algorithm.verify>) {
            verified++;
            return algorithm.verify(...parts);
          },
        },
      ] as const,
  );
  return { suite: { ...standardSuite, algorithms: new Map(algorithms) }, verified: () => verified };
}

type Say = (name: WireName, type: RecordType) => Message | undefined;

function validatorOver(say: Say, anchors: ReturnType<SignedZone["anchors"]>) {
  const { suite, verified } = counting();
  let asks = 0;
  const clock = manualClock();
  const validator = createValidatorUnder(
    { suite, nsec3IterationsMax: validatorLimits.nsec3IterationsMax },
    {
      ask: (name, type) => {
        asks++;
        const said = say(name, type);
        const answer: Result<Message, { readonly failure: "timeout"; readonly detail: string }> =
          said === undefined ? err({ failure: "timeout", detail: "silence" }) : ok(said);
        return Promise.resolve(answer);
      },
      clock,
      anchors: () => anchors,
    },
  );
  return { validator, verified, clock, asks: () => asks };
}

/** Another key with the same tag: two octets of the key are turned until it fits. Any octets are an Ed25519 key. */
function colliding(key: SigningKey, salt: number): DnskeyData {
  const publicKey = Uint8Array.from(key.data.publicKey);
  publicKey[0] = ((publicKey[0] ?? 0) + 1 + salt) & 0xff;
  for (let word = 0; word < 0x10000; word++) {
    publicKey[30] = word >> 8;
    publicKey[31] = word & 0xff;
    const data = { ...key.data, publicKey };
    if (keyTag(data) === key.tag) return { ...data, publicKey: Uint8Array.from(publicKey) };
  }
  throw new Error("no such key");
}

describe("SEC-4: KeyTrap (CVE-2023-50387)", () => {
  const honest = makeKey(15);
  const decoys = Array.from({ length: 12 }, (_, index) => colliding(honest, index)).map((data) =>
    keyOf(data, honest.secret),
  );
  const bad = (set: readonly ResourceRecord[], count: number): readonly ResourceRecord[] =>
    Array.from({ length: count }, (_, index) => {
      const signature = signSet(set, { zone: wire("trap.test"), key: honest, validity: goodYear });
      if (signature.data.type !== "RRSIG") throw new Error("a signature");
      const octets = Uint8Array.from(signature.data.signature);
      octets[index % octets.length] = (octets[index % octets.length] ?? 0) ^ (1 + (index >> 6));
      return { ...signature, data: { ...signature.data, signature: octets } };
    });

  test("keys that share a tag, times signatures that are wrong: bounded, and bogus", async () => {
    const zone = new SignedZone("trap.test", { signing: { keys: [honest] } });
    const set = [record("host.trap.test", a("192.0.2.1"))];
    const keys = [honest, ...decoys].map(({ data }) => record("trap.test", data));
    const { validator, verified } = validatorOver(
      (name, type) =>
        type === "DNSKEY"
          ? reply(name, type, {
              answers: [...keys, signSet(keys, { zone: wire("trap.test"), key: honest, validity: goodYear })],
            })
          : reply(name, type, { answers: [...set, ...bad(set, 200)] }),
      zone.anchors(),
    );
    const answer = await validator.resolve(wire("host.trap.test"), "A");
    expect(answer).toMatchObject({ status: "bogus", reason: { code: "work-limit" } });
    expect(verified()).toBe(1 + validatorLimits.failedVerificationsMax);
  });

  test("wrong signatures over the keys themselves: bounded, and bogus", async () => {
    const zone = new SignedZone("trap.test", { signing: { keys: [honest] } });
    const keys = [honest, ...decoys].map(({ data }) => record("trap.test", data));
    const { validator, verified } = validatorOver(
      (name, type) => reply(name, type, { answers: [...keys, ...bad(keys, 200)] }),
      zone.anchors(),
    );
    expect(await validator.resolve(wire("trap.test"), "SOA")).toMatchObject({ status: "bogus" });
    expect(verified()).toBeLessThanOrEqual(validatorLimits.failedVerificationsMax);
  });

  test("many sets, each with a few wrong signatures: the bound is the question's", async () => {
    const zone = new SignedZone("trap.test", { signing: { keys: [honest] } });
    const honestly = recursor([zone]);
    const sets = Array.from({ length: 60 }, (_, index) => [
      record("host.trap.test", { type: "other" as const, code: 1000 + index, rdata: Uint8Array.of(index) }),
    ]);
    const answers = sets.flatMap((set) => [
      ...set,
      ...bad(set, 3),
      signSet(set, { zone: wire("trap.test"), key: honest, validity: goodYear }),
    ]);
    const { validator, verified } = validatorOver(
      (name, type) => (type === "ANY" ? reply(name, type, { answers }) : honestly(name, type)),
      zone.anchors(),
    );
    const answer = await validator.resolve(wire("host.trap.test"), "ANY");
    expect(answer).toMatchObject({ status: "bogus", reason: { code: "work-limit" } });
    expect(verified()).toBeLessThan(30);
  });

  test("two keys of a zone that happen to share a tag are no attack", async () => {
    const twin = decoys[0] ?? honest;
    const zone = new SignedZone("trap.test", { signing: { keys: [honest] } });
    const set = [record("host.trap.test", a("192.0.2.1"))];
    const keys = [twin, honest].map(({ data }) => record("trap.test", data));
    const sign = (all: readonly ResourceRecord[]): readonly ResourceRecord[] => [
      ...all,
      signSet(all, { zone: wire("trap.test"), key: honest, validity: goodYear }),
    ];
    const { validator } = validatorOver(
      (name, type) => reply(name, type, { answers: sign(type === "DNSKEY" ? keys : set) }),
      zone.anchors(),
    );
    expect(await validator.resolve(wire("host.trap.test"), "A")).toMatchObject({ status: "secure" });
  });

  test("more DS records than can be compared with the keys end in bogus", async () => {
    const parent = new SignedZone("test", { signing: {} });
    const child = new SignedZone("trap.test", { signing: { keys: [honest] } });
    parent.delegate(child, false);
    for (let index = 0; index < 200; index++) {
      parent.add("trap", {
        type: "DS",
        keyTag: honest.tag,
        algorithm: 15,
        digestType: 2,
        digest: Uint8Array.of(index),
      });
    }
    const { validator } = validatorOver(recursor([parent, child]), parent.anchors());
    expect(await validator.resolve(wire("trap.test"), "SOA")).toMatchObject({ status: "bogus" });
  });
});

describe("SEC-4: the work of NSEC3 (CVE-2023-50868)", () => {
  const parameters = { iterations: validatorLimits.nsec3IterationsMax, salt: new Uint8Array(255) };
  const zone = new SignedZone("deep.test", { signing: { nsec3: parameters } });
  const [fact] = zone.denialAt(wire("deep.test"));

  test("a name of a hundred labels costs no more than the bound", () => {
    const work = new Work(manualClock());
    let rounds = 0;
    const counted = Object.assign(Object.create(work) as Work, {
      mayHash: (count: number) => {
        const may = work.mayHash(count);
        if (may) rounds += count;
        return may;
      },
    });
    if (fact?.data.type !== "NSEC3") throw new Error("a record of absence");
    const prover = nsec3Prover(wire("deep.test"), [{ owner: fact.name, data: fact.data }], {
      work: counted,
      nsec3IterationsMax: parameters.iterations,
    });
    const name = wire(`${"a.".repeat(100)}deep.test`);
    expect(prover?.nxdomain(name)).toBeUndefined();
    expect(prover?.nodata(name, 1)).toBeUndefined();
    expect(rounds).toBeGreaterThan(1000);
    expect(rounds).toBeLessThanOrEqual(validatorLimits.nsec3HashesMax);
    expect(work.exhausted).toBe(true);
  });

  const iterations: readonly [iterations: number, status: string, reason: string][] = [
    [0, "secure", "chain-complete"],
    [validatorLimits.nsec3IterationsMax, "secure", "chain-complete"],
    [validatorLimits.nsec3IterationsMax + 1, "insecure", "nsec3-iterations"],
    [65_535, "insecure", "nsec3-iterations"],
  ];
  test.each(iterations)("SEC-3: an absence by NSEC3 of %i iterations is %s (%s)", async (count, status, code) => {
    // With that many, the test's own zone need not be right: nobody computes it.
    const own = new SignedZone("many.test", {
      records: { host: [a("192.0.2.1")], "*.wild": [a("192.0.2.2")] },
      signing: { nsec3: { iterations: count > 1000 ? 0 : count } },
    });
    const key = own.keys[0] ?? makeKey(13);
    const raised = (message: Message): Message => ({
      ...message,
      authorities: message.authorities.flatMap((one) => {
        if (one.data.type === "RRSIG" && one.data.covered === 50) return [];
        if (one.data.type !== "NSEC3") return [one];
        const set = { ...one, data: { ...one.data, iterations: count } };
        return [set, signSet([set], { zone: wire("many.test"), key, validity: goodYear })];
      }),
    });
    const honestly = recursor([own]);
    const { validator } = validatorOver((name, type) => raised(honestly(name, type)), own.anchors());
    const asked = [
      ["nothing.many.test", "A"],
      ["host.many.test", "MX"],
      ["any.wild.many.test", "A"],
    ] as const;
    for (const [name, type] of asked) {
      expect(await validator.resolve(wire(name), type)).toMatchObject({ status, reason: { code } });
    }
    expect(await validator.resolve(wire("host.many.test"), "A")).toMatchObject({ status: "secure" });
  });
});

describe("SEC-4: records of absence", () => {
  test("more of them than an honest zone needs are not looked at", async () => {
    const records = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`n${index}`, [a("192.0.2.1")]] as const),
    );
    const zone = new SignedZone("many.test", { records, signing: {} });
    const all = Array.from({ length: 40 }, (_, index) => zone.denialAt(wire(`n${index}.many.test`))).flat();
    const honestly = recursor([zone]);
    const { validator, verified } = validatorOver(
      (name, type) => (type === "MX" ? reply(name, type, { authorities: all }) : honestly(name, type)),
      zone.anchors(),
    );
    const answer = await validator.resolve(wire("n1.many.test"), "MX");
    expect(answer).toMatchObject({ status: "bogus", reason: { code: "work-limit" } });
    expect(verified()).toBe(1);
  });
});

describe("how far a question may lead", () => {
  const records = Object.fromEntries(
    Array.from({ length: 14 }, (_, index) => [`n${index}`, [cname(`n${index + 1}.chain.test`)]] as const),
  );
  const zone = new SignedZone("chain.test", {
    records: {
      ...records,
      n14: [a("192.0.2.1")],
      loop: [cname("loop.chain.test")],
      one: [cname("two.chain.test")],
      two: [cname("one.chain.test")],
    },
    signing: {},
  });
  const honestly = recursor([zone]);
  const alone: Say = (name, type) => {
    const message = honestly(name, type);
    return { ...message, answers: message.answers.filter((one) => one.name === name), authorities: [] };
  };

  const chains: readonly [name: string, kind: string, why: string][] = [
    ["n4.chain.test", "records", "ten aliases"],
    ["n3.chain.test", "failure", "eleven"],
    ["loop.chain.test", "failure", "an alias of itself"],
    ["one.chain.test", "failure", "two that lead to each other"],
  ];
  test.each(chains)("SEC-4 MX-4: %s: %s: %s", async (name, kind) => {
    for (const say of [
      honestly,
      (asked: WireName, type: RecordType) => (type === "A" ? alone(asked, type) : honestly(asked, type)),
    ]) {
      const { validator } = validatorOver(say, zone.anchors());
      const answer = await validator.resolve(wire(name), "A");
      expect(answer.kind).toBe(kind);
      if (kind === "failure") expect(answer).toMatchObject({ status: "indeterminate", failure: "chain-too-long" });
    }
  });

  test("a name of many labels is not followed label by label without end", async () => {
    // Every label exists, and none begins a zone.
    const deep = new SignedZone("deep.test", { records: { ["a.".repeat(100) + "a"]: [a("192.0.2.1")] }, signing: {} });
    const say = recursor([deep]);
    const name = wire(`${"a.".repeat(100)}a.deep.test`);
    const stripped: Say = (asked, type) =>
      type === "A" ? reply(asked, type, { answers: [record(asked, a("192.0.2.1"))] }) : say(asked, type);
    const { validator, asks } = validatorOver(stripped, deep.anchors());
    expect(await validator.resolve(name, "A")).toMatchObject({
      status: "indeterminate",
      reason: { code: "work-limit" },
    });
    expect(asks()).toBeLessThanOrEqual(validatorLimits.asksPerQuestionMax);
    // Signed, it needs no such search.
    expect(await validatorOver(say, deep.anchors()).validator.resolve(name, "A")).toMatchObject({ status: "secure" });
  });

  test("a DNAME that makes too long a name ends the way", async () => {
    const long = "a".repeat(60);
    const target = `${long}.${long}.${long}.test`;
    const moving = new SignedZone("chain.test", {
      records: { moved: [{ type: "DNAME", target: wire(target) }] },
      signing: {},
    });
    const say: Say = (name, type) => {
      if (type !== "A") return recursor([moving])(name, type);
      return reply(name, type, { answers: moving.set(wire("moved.chain.test"), 39) });
    };
    const { validator } = validatorOver(say, moving.anchors());
    expect(await validator.resolve(wire(`${long}.${long}.moved.chain.test`), "A")).toMatchObject({
      status: "indeterminate",
      reason: { code: "chain-too-long" },
    });
  });

  test("what one question used up does not make a zone fail for another that waits for the same step", async () => {
    const { honest, anchors } = world();
    let hold: (() => void) | undefined;
    const clock = manualClock();
    let keysAsked = 0;
    const validator = createValidatorUnder(
      { suite: standardSuite, nsec3IterationsMax: validatorLimits.nsec3IterationsMax },
      {
        clock,
        anchors: () => anchors,
        async ask(name, type, deadline) {
          if (type === "DNSKEY" && (name as string) === "example.test" && keysAsked++ === 0) {
            await new Promise<void>((resolve) => (hold = resolve));
            if (clock.monotonic() >= deadline) return err({ failure: "timeout", detail: "no time was left to ask" });
          }
          return ok(honest(name, type));
        },
      },
    );
    const first = validator.resolve(wire("mx.example.test"), "A");
    await clock.advance(9_000);
    const second = validator.resolve(wire("example.test"), "MX");
    await clock.advance(2_000);
    hold?.();
    expect(await first).toMatchObject({ status: "indeterminate", failure: "timeout" });
    expect(await second).toMatchObject({ status: "secure" });
    expect(keysAsked).toBe(2);
  });

  test("nor is that it was used up remembered of the zone", async () => {
    const { honest, anchors } = world();
    const clock = manualClock();
    let slow = true;
    const validator = createValidatorUnder(
      { suite: standardSuite, nsec3IterationsMax: validatorLimits.nsec3IterationsMax },
      {
        clock,
        anchors: () => anchors,
        async ask(name, type) {
          if (!slow || type !== "DNSKEY") return ok(honest(name, type));
          await clock.advance(limits.dnsQuestionTimeoutMs);
          return err({ failure: "timeout", detail: "no time was left to ask" });
        },
      },
    );
    expect(await validator.resolve(wire("mx.example.test"), "A")).toMatchObject({ status: "indeterminate" });
    slow = false;
    expect(await validator.resolve(wire("mx.example.test"), "A")).toMatchObject({ status: "secure" });
  });
});
