import { describe, expect, test } from "vitest";
import { excuseFor, listed } from "./excuses.ts";
import { entry, range, record, replayText } from "./made-replay.cases.ts";
import { readReplay } from "./reader.ts";
import type { Checked } from "./stage.ts";
import type { RawRecord } from "./zonetext.ts";

interface Case {
  readonly records?: readonly RawRecord[];
  readonly config?: string;
  readonly expected: string;
  readonly heard: { readonly rcode: number; readonly code: string };
  readonly excuse: RegExp | undefined;
}

const hashed = (iterations: number): RawRecord =>
  record(`0000000000000000000000000000000a.example. NSEC3 1 0 ${iterations} - 0000000000000000000000000000000b A`);
const ds = (type: number): RawRecord => record(`example. DS 1 8 ${type} 00`);

const insecure = { rcode: 0, code: "nsec3-iterations" };
const secure = { rcode: 0, code: "chain-complete" };
const mismatch = { rcode: 2, code: "key-mismatch" };
const cases: readonly [why: string, one: Case][] = [
  [
    "iterations between the two limits",
    { records: [hashed(123)], expected: "SERVFAIL", heard: insecure, excuse: /RFC 9276/ },
  ],
  ["and AD", { records: [hashed(150)], expected: "AD NOERROR", heard: insecure, excuse: /RFC 9276/ }],
  ["over both limits", { records: [hashed(151)], expected: "SERVFAIL", heard: insecure, excuse: undefined }],
  [
    "where insecure is expected too",
    { records: [hashed(123)], expected: "NXDOMAIN", heard: insecure, excuse: undefined },
  ],
  [
    "iterations that nobody spoke of",
    { records: [hashed(123)], expected: "SERVFAIL", heard: secure, excuse: undefined },
  ],
  ["every algorithm", { config: "harden-algo-downgrade: yes", expected: "SERVFAIL", heard: secure, excuse: /§5.11/ }],
  ["not asked for", { config: "harden-algo-downgrade: no", expected: "SERVFAIL", heard: secure, excuse: undefined }],
  ["stripped", { config: "harden-dnssec-stripped: no", expected: "NOERROR", heard: mismatch, excuse: /insecure/ }],
  [
    "stripped, but bogus",
    { config: "harden-dnssec-stripped: no", expected: "SERVFAIL", heard: secure, excuse: undefined },
  ],
  ["SHA-1 beside SHA-256", { records: [ds(1), ds(2)], expected: "AD NOERROR", heard: mismatch, excuse: /RFC 4509/ }],
  ["SHA-256 alone", { records: [ds(2)], expected: "AD NOERROR", heard: mismatch, excuse: undefined }],
  ["a refused client", { expected: "REFUSED", heard: secure, excuse: /refuses/ }],
  ["nothing of the kind", { expected: "SERVFAIL", heard: secure, excuse: undefined }],
];

function played(
  name: string,
  { records = [], config, expected, heard }: Case,
  differences = ["it differs"],
): string | undefined {
  const steps = [`STEP 10 CHECK_ANSWER\n${entry({ question: "a. A", reply: expected })}`];
  const ranges = [range("192.0.2.1", [entry({ question: "a. A", authority: records })])];
  const replay = readReplay(replayText({ ranges, steps, ...(config === undefined ? {} : { config: [config] }) }));
  if (!replay.ok || replay.value.steps[0]?.entry === undefined) throw new Error("not a replay");
  const check: Checked = {
    step: 10,
    expected: replay.value.steps[0].entry,
    heard: { ...heard, authentic: false, answer: [], because: "" },
    verdict: { differences, notes: [] },
  };
  return excuseFor(name, replay.value, check);
}

describe("a difference is excused", () => {
  test.each(cases)("%s", (_why, one) => {
    const excuse = played("made.rpl", one);
    if (one.excuse === undefined) expect(excuse).toBeUndefined();
    else expect(excuse).toMatch(one.excuse);
  });

  test("by name where no rule can tell", () => {
    const one: Case = { expected: "NXDOMAIN", heard: mismatch, excuse: undefined };
    for (const { replay, steps, reason } of listed) {
      expect(steps).toContain(10);
      expect(played(replay, one)).toBe(reason);
    }
    expect(played("val_positive.rpl", one)).toBeUndefined();
  });

  test("only if there is one", () => {
    const [, one] = cases[0] ?? [];
    if (one !== undefined) expect(played("made.rpl", one, [])).toBeUndefined();
  });
});
