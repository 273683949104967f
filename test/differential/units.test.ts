/** The parts of the comparison that need no daemon. */
import { describe, expect, test } from "vitest";
import { complaint } from "./believed.ts";
import type { Message, ResourceRecord } from "../../src/dns/index.ts";
import { createDice } from "./dice.ts";
import { altered } from "./liar.ts";
import { makeQuestions } from "./questions.ts";
import { nameOf } from "./servers/daemon.ts";
import { damage } from "./signed/damage.ts";
import { keyTagOf } from "./signed/keys.ts";
import { readZone, writeZone } from "./signed/text.ts";
import { difference, keptTooLong, type Verdict } from "./verdict.ts";
import { faults, planWorld } from "./world/plan.ts";
import type { Zone } from "./world/shape.ts";

describe("a made-up internet", () => {
  const world = planWorld(7);

  test("is the same for the same seed, questions and all", () => {
    expect(planWorld(7)).toEqual(world);
    expect(makeQuestions(planWorld(7), 500)).toEqual(makeQuestions(world, 500));
    expect(planWorld(8)).not.toEqual(world);
  });

  test("has every algorithm of SEC-2, both kinds of denial, opt-out, and iterations below and above 100", () => {
    const signings = world.zones.flatMap(({ signing }) => (signing === undefined ? [] : [signing]));
    const used = new Set(signings.flatMap(({ algorithms }) => algorithms));
    for (const algorithm of [8, 10, 13, 14, 15, 16]) expect(used, String(algorithm)).toContain(algorithm);
    const hashed = signings.flatMap(({ denial }) => (denial.kind === "nsec3" ? [denial] : []));
    expect(hashed.length).toBeLessThan(signings.length);
    expect(new Set(hashed.map(({ optOut }) => optOut)).size).toBe(2);
    expect(hashed.some(({ iterations }) => iterations > 100)).toBe(true);
    expect(hashed.some(({ iterations }) => iterations > 0 && iterations <= 100)).toBe(true);
  });

  test("has children below their parents alone, and no record below a cut but glue", () => {
    for (const zone of world.zones) {
      if (zone.parent !== undefined)
        expect(zone.name.endsWith(zone.parent.name === "." ? "." : `.${zone.parent.name}`)).toBe(true);
      for (const cut of zone.landmarks.cuts) {
        const below = zone.records.filter(({ owner }) => owner.endsWith(`.${cut}`));
        expect(new Set([`ns.${cut}`, ...below.map(({ owner }) => owner)]).size).toBe(1);
      }
    }
  });
});

describe("damage", () => {
  const signature = (covered: string): string =>
    `${covered} 13 2 300 20300101000000 20200101000000 4711 zone.example. c2lnbmF0dXJlIQ==`;
  const text = [
    ["zone.example.", "SOA", "ns.zone.example. admin.zone.example. 1 7200 3600 1209600 300"],
    ["zone.example.", "DNSKEY", "257 3 13 a2V5"],
    ["zone.example.", "DNSKEY", "256 3 13 a2V6"],
    ["zone.example.", "NSEC", "www.zone.example. NS SOA RRSIG NSEC DNSKEY"],
    ["www.zone.example.", "A", "192.0.2.1"],
    ["www.zone.example.", "NSEC", "zone.example. A RRSIG NSEC"],
  ]
    .map(([owner, type = "", rdata]) => `${owner} 300 IN ${type} ${rdata}\n${owner} 300 IN RRSIG ${signature(type)}\n`)
    .join("");
  const signed = readZone(text);
  const stale = signed.map((record) => ({ ...record, rdata: record.rdata.replace("20300101", "20210101") }));

  test("is done to a zone's text, which otherwise comes out as it went in", () => {
    expect(writeZone(signed)).toBe(text);
    const sound = { name: "zone.example.", faults: [] } as unknown as Zone;
    expect(damage(createDice(1), sound, signed, {})).toBe(signed);
  });

  test.each([...new Set(faults)])("changes the zone: %s", (fault) => {
    const zone = { name: "zone.example.", faults: [fault] } as unknown as Zone;
    const outcomes = Array.from({ length: 20 }, (_, seed) =>
      writeZone(damage(createDice(seed), zone, signed, { expired: stale, future: stale })),
    );
    expect(outcomes.filter((outcome) => outcome !== text).length).toBeGreaterThan(5);
  });
});

test("the key tag is that of RFC 4034 §5.4's example", () => {
  const key =
    "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
  expect(keyTagOf(Buffer.concat([Buffer.of(1, 0, 3, 5), Buffer.from(key, "base64")]))).toBe(60_485);
});

test("the comparison notices whatever may differ", () => {
  const name = nameOf("a.example");
  const one: Verdict = { status: "secure", rcode: 0, aliases: [name], records: ["x"], detail: "" };
  expect(difference(one, { ...one, detail: "another" })).toBeUndefined();
  const others: readonly Partial<Verdict>[] = [
    { status: "insecure" },
    { status: "bogus" },
    { rcode: 3 },
    { aliases: [] },
    { records: ["y"] },
    { records: [] },
  ];
  for (const other of others) expect(difference(one, { ...one, ...other })).toBeDefined();
});

test("SEC-4 the comparison notices a TTL beyond what was signed", () => {
  const name = nameOf("a.example");
  const sign = (originalTtl: number): ResourceRecord =>
    ({ name, ttlSeconds: 9999, data: { type: "RRSIG", covered: 1, originalTtl } }) as ResourceRecord;
  const plain = (...answers: readonly ResourceRecord[]): Message => ({ answers }) as unknown as Message;
  const secure = (ttlSeconds: number): Verdict => ({ status: "secure", detail: "", ttlSeconds });
  expect(keptTooLong(secure(300), plain(sign(300)))).toBeUndefined();
  expect(keptTooLong(secure(301), plain(sign(300)))).toBeDefined();
  expect(keptTooLong(secure(301), plain(sign(300), sign(600)))).toBeUndefined();
  expect(keptTooLong(secure(301), plain())).toBeUndefined();
});

describe("the law of lies", () => {
  const world = planWorld(7);
  const question = { name: nameOf("nobody.nowhere"), type: "A" };
  const secure: Verdict = { status: "secure", rcode: 0, aliases: [], records: ["x"], detail: "" };
  const failed: Verdict = { status: "bogus", detail: "" };
  const insecure: Verdict = { ...secure, status: "insecure" };
  test.each<[string, Verdict, Verdict, boolean]>([
    ["the truth", secure, secure, true],
    ["nothing", secure, failed, true],
    ["other data as proven", secure, { ...secure, records: ["y"] }, false],
    ["absence as proven", secure, { ...secure, records: [], rcode: 3 }, false],
    ["what is proven as unproven", secure, insecure, false],
    ["other unproven data as unproven", insecure, { ...insecure, records: ["y"] }, true],
    ["other unproven data as proven", insecure, { ...secure, records: ["y"] }, false],
  ])("about believing %s", (_what, truth, told, lawful) => {
    expect(complaint(question, truth, told, world) === undefined).toBe(lawful);
  });
});

test("the liar's alteration always alters", () => {
  const data = { type: "DS", keyTag: 1, algorithm: 13, digestType: 2, digest: Uint8Array.of(1, 2, 3) } as const;
  for (let seed = 0; seed < 50; seed++) expect(altered(createDice(seed), data)).not.toEqual(data);
});
