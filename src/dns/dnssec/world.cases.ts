/** A small signed internet, and a validator over an upstream that may lie. For the tests of this folder. */
import { err, ok, type Result } from "../../base/index.ts";
import { manualClock, type ManualClock } from "../../../test/support/clock.ts";
import { goodYear, recursor, SignedZone, wire } from "../../../test/support/signed-zone.ts";
import { a, cname, mx, txt } from "../message.cases.ts";
import type { RecordType } from "../types.ts";
import type { Message, RecordData, WireName } from "../wire.ts";
import { createValidator } from "./validator.ts";
import type { AskUpstream, TrustAnchor, Validated, Validator } from "./types.ts";

export const dname = (target: string): RecordData => ({ type: "DNAME", target: wire(target) });

const hosts = {
  "@": [mx(10, "mx.example.test"), txt("apex")],
  mx: [a("192.0.2.25")],
  "deep.below": [a("192.0.2.26")],
  "*.wild": [a("192.0.2.27"), txt("wild")],
  "there.wild": [a("192.0.2.28"), mx(10, "mx.example.test")],
  "*.aliased": [cname("mx.example.test")],
  "*.cut": [a("192.0.2.29")],
  alias: [cname("mx.example.test")],
  away: [cname("mx.hashed.test")],
  outside: [cname("host.plain.test")],
  lost: [cname("nothing.example.test")],
  untyped: [cname("mx.hashed.test")],
  moved: [dname("hashed.test")],
} satisfies Record<string, readonly RecordData[]>;

export interface World {
  readonly zones: Readonly<
    Record<"root" | "test" | "example" | "hashed" | "optOut" | "plain" | "old" | "future" | "wrongDs", SignedZone>
  >;
  readonly anchors: readonly TrustAnchor[];
  readonly honest: (name: WireName, type: RecordType) => Message;
}

let made: World | undefined;

/** Made once: it takes a few dozen signatures, and nobody changes it. */
export function world(): World {
  made ??= makeWorld();
  return made;
}

function makeWorld(): World {
  const root = new SignedZone(".", { signing: { algorithm: 8 } });
  const test = new SignedZone("test", { signing: { nsec3: { optOut: true } } });
  const example = new SignedZone("example.test", { records: hosts, signing: {} });
  const salted = { salt: Uint8Array.of(0xaa, 0xbb), iterations: 3 };
  const hashed = new SignedZone("hashed.test", { records: hosts, signing: { algorithm: 15, nsec3: salted } });
  const optOut = new SignedZone("optout.test", { records: hosts, signing: { nsec3: { optOut: true } } });
  const plain = new SignedZone("plain.test", {
    records: { host: [a("192.0.2.80")], back: [cname("mx.example.test")] },
  });
  const second = 1000;
  const past = { inception: goodYear.inception, expiration: Date.UTC(2025, 11, 20) / second };
  const future = { inception: Date.UTC(2026, 5, 1) / second, expiration: goodYear.expiration };
  const old = new SignedZone("old.test", { records: { host: [a("192.0.2.1")] }, signing: { validity: past } });
  const early = new SignedZone("future.test", { records: { host: [a("192.0.2.1")] }, signing: { validity: future } });
  const wrongDs = new SignedZone("wrongds.test", { records: { host: [a("192.0.2.1")] }, signing: {} });
  const plainBelow = new SignedZone("plain.example.test", { records: { host: [a("192.0.2.81")] } });
  const plainHashed = new SignedZone("plain.hashed.test", { records: { host: [a("192.0.2.82")] } });
  const plainOptOut = new SignedZone("plain.optout.test", { records: { host: [a("192.0.2.83")] } });
  root.delegate(test);
  for (const child of [example, hashed, optOut, plain, old, early]) test.delegate(child);
  test.delegate(wrongDs, false);
  test.add("wrongds", {
    type: "DS",
    keyTag: wrongDs.keys[0]?.tag ?? 0,
    algorithm: 13,
    digestType: 2,
    digest: new Uint8Array(32),
  });
  example.delegate(plainBelow);
  hashed.delegate(plainHashed);
  optOut.delegate(plainOptOut);
  const all = [root, test, example, hashed, optOut, plain, old, early, wrongDs, plainBelow, plainHashed, plainOptOut];
  const zones = { root, test, example, hashed, optOut, plain, old, future: early, wrongDs };
  return { zones, anchors: root.anchors(), honest: remembering(recursor(all)) };
}

/** What is honest today is so tomorrow; and making it takes longer than checking it. */
function remembering(honest: World["honest"]): World["honest"] {
  const said = new Map<string, Message>();
  return (name, type) => {
    const message = said.get(`${type} ${name}`) ?? honest(name, type);
    said.set(`${type} ${name}`, message);
    return message;
  };
}

export type Lie = (message: Message, name: WireName, type: RecordType) => Message | undefined;

export interface Stage {
  readonly validator: Validator;
  readonly clock: ManualClock;
  /** `MX example.test`, in the order in which they were asked. */
  readonly asked: string[];
  resolve(name: string, type: RecordType): Promise<Validated>;
}

/** `lie` changes what the upstream says; undefined where it says nothing. */
export function stage(lie: Lie = (message) => message, anchors = world().anchors): Stage {
  const clock = manualClock();
  const asked: string[] = [];
  const ask: AskUpstream = (name, type) => {
    asked.push(`${type} ${name}`);
    const said = lie(world().honest(name, type), name, type);
    const answer: Result<Message, { readonly failure: "timeout"; readonly detail: string }> =
      said === undefined ? err({ failure: "timeout", detail: "no answer over UDP" }) : ok(said);
    return Promise.resolve(answer);
  };
  const validator = createValidator({ ask, clock, anchors: () => anchors });
  return { validator, clock, asked, resolve: (name, type) => validator.resolve(wire(name), type) };
}
