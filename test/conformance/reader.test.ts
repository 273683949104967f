import { describe, expect, test } from "vitest";
import { readConfig, serverOptions } from "./config.ts";
import { readReplay } from "./reader.ts";
import type { Replay } from "./replay.ts";

const small = `; a comment
server:
	trust-anchor: "example. 3600 IN DS 1 8 2 ${"00".repeat(32)}" # another
	; target-fetch-policy: "0 0 0 0 0"
	val-override-date: "20070916134226"
stub-zone:
	name: "."
	stub-addr: 192.0.2.53 	# a name server
CONFIG_END

SCENARIO_BEGIN A title, with words

$TTL 60
$ORIGIN example
RANGE_BEGIN 0 10
	ADDRESS 192.0.2.53
	ENTRY_BEGIN
	MATCH opcode qtype ; why
	MATCH qname
	ADJUST copy_id copy_query
	REPLY QR AA NXDOMAIN
	REPLY DO
	SECTION QUESTION
	www IN A
	SECTION ANSWER
	SECTION AUTHORITY
	example. SOA ns host 1 2 3 4 5 ; {id = 1}
	ENTRY_END
RANGE_END

STEP 1 QUERY
ENTRY_BEGIN ; a question
REPLY RD DO
SECTION QUESTION
www.example. IN A
ENTRY_END
STEP 5 TIME_PASSES ELAPSE 0.5
STEP 10 CHECK_ANSWER
ENTRY_BEGIN
MATCH all ede=6
REPLY QR RD RA AD DO NXDOMAIN
SECTION QUESTION
www.example. IN A
ENTRY_END
STEP 20 CHECK_AUTOTRUST example.
FILE_BEGIN
anything
FILE_END
SCENARIO_END
and what comes behind is nobody's business`;

function read(text: string): Replay {
  const replay = readReplay(text);
  if (!replay.ok) throw new Error(replay.error);
  return replay.value;
}

describe("a replay", () => {
  test("is read into its ranges, entries and steps", () => {
    const replay = read(small);
    expect(replay).toMatchObject({ title: "A title, with words", unreadable: [] });
    expect(replay.ranges).toMatchObject([{ from: 0, to: 10, addresses: ["192.0.2.53"] }]);
    expect(replay.ranges[0]?.entries).toMatchObject([
      {
        match: ["opcode", "qtype", "qname"],
        adjust: ["copy_id", "copy_query"],
        flags: new Set(["QR", "AA", "DO"]),
        rcode: 3,
        question: { name: "www.example", type: 1, class: 1 },
        sections: { answer: [], authority: [{ owner: "example", type: 6, ttlSeconds: 60 }], additional: [] },
      },
    ]);
    expect(replay.steps.map(({ number, kind, words }) => [number, kind, ...words])).toEqual([
      [1, "QUERY"],
      [5, "TIME_PASSES", "ELAPSE", "0.5"],
      [10, "CHECK_ANSWER"],
      [20, "CHECK_AUTOTRUST", "example."],
    ]);
    expect(replay.steps[2]?.entry).toMatchObject({ match: ["all", "ede=6"], rcode: 3 });
  });

  test("names a record type that it cannot read, and reads on", () => {
    const replay = read(small.replace("example. SOA ns host 1 2 3 4 5", "example. LOC 52 N 4 E 0m"));
    expect(replay.unreadable).toEqual(["cannot read LOC"]);
    expect(replay.steps).toHaveLength(4);
  });

  test("notes raw answers and further packets", () => {
    const raw = "HEX_ANSWER_BEGIN\n00 01 ; bytes\nHEX_ANSWER_END\nEXTRA_PACKET";
    const replay = read(small.replace("SECTION ANSWER", raw));
    expect(replay.ranges[0]?.entries[0]?.oddities).toEqual(["HEX_ANSWER_BEGIN", "EXTRA_PACKET"]);
  });

  const faults: readonly [from: string, to: string, fault: RegExp][] = [
    ["CONFIG_END", "", /CONFIG_END is missing/],
    ["SCENARIO_BEGIN A", "SCENARIO A", /^line 11: SCENARIO_BEGIN expected/],
    ["SCENARIO_END", "", /^line 50: a range or a step expected, not and what/],
    ["RANGE_BEGIN 0 10", "RANGE_BEGIN zero", /^line 15: a range needs two steps/],
    ["RANGE_BEGIN 0 10", "RANGE_BEGIN 10 0", /a range needs two steps/],
    ["ADDRESS 192", "ADDRES 192", /an address or an entry expected, not ADDRES/],
    ["NXDOMAIN\n	REPLY", "NXDOMANE\n	REPLY", /^line 21: not a flag: NXDOMANE/],
    ["SECTION QUESTION", "SECTION QUESTIONS", /not a section/],
    ["	SECTION QUESTION", "", /a section expected, not www IN A/],
    ["ns host 1", "ns host one", /^line 27: not a number/],
    ["STEP 1 QUERY", "STEP one QUERY", /a step needs a number and a kind/],
  ];
  test.each(faults)("with %j changed to %j: %s", (from, to, fault) => {
    expect(small).toContain(from);
    const replay = readReplay(small.replace(from, to));
    expect(replay.ok ? "" : replay.error).toMatch(fault);
  });

  test("of a file that ends early is a fault, wherever that is", () => {
    const lines = small.split("\n").slice(0, -1);
    for (let count = 0; count < lines.length - 1; count++)
      expect(readReplay(lines.slice(0, count).join("\n")).ok, `${count} lines`).toBe(false);
    expect(readReplay(lines.join("\n")).ok).toBe(true);
  });
});

describe("a configuration", () => {
  test("has clauses with options, several on a line if need be", () => {
    expect(readConfig(["server: do-ip6: no verbosity: 3", 'stub-zone: name: "a b" stub-addr: 1.2.3.4@53'])).toEqual([
      {
        name: "server",
        options: [
          { name: "do-ip6", values: ["no"] },
          { name: "verbosity", values: ["3"] },
        ],
      },
      {
        name: "stub-zone",
        options: [
          { name: "name", values: ["a b"] },
          { name: "stub-addr", values: ["1.2.3.4@53"] },
        ],
      },
    ]);
  });

  test("leaves out comments and the contents of files", () => {
    const config = readConfig([
      "server:",
      "; module-config: respip",
      " access-control: 127.0.0.1 allow # everybody",
      "TEMPFILE_CONTENTS x",
      "module-config: respip",
      "TEMPFILE_END",
    ]);
    expect(config).toEqual([{ name: "server", options: [{ name: "access-control", values: ["127.0.0.1", "allow"] }] }]);
  });

  test("may say a thing twice, and in several clauses", () => {
    expect(serverOptions(readConfig(["server: a: 1 a: 2", "server: a: 3"]), "a")).toEqual(["1", "2", "3"]);
  });
});
