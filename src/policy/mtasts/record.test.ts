import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { effortMs } from "../../../test/support/effort.ts";
import { parseStsRecord, stsRecordFaultText, type StsRecordFault } from "./record.ts";

describe("STS-1 the TXT record (RFC 8461 §3.1)", () => {
  const good: readonly [id: string, why: string, ...texts: string[]][] = [
    ["20160831085700Z", "the example of the RFC", "v=STSv1; id=20160831085700Z;"],
    ["1", "without the last semicolon", "v=STSv1; id=1"],
    ["1", "without blanks", "v=STSv1;id=1"],
    ["1", "without blanks, with the last semicolon", "v=STSv1;id=1;"],
    ["1", "blanks before the semicolons too, as the grammar has it", "v=STSv1 ; id=1 ;"],
    ["1", "tabs are blanks", "v=STSv1;\tid=1\t;\t"],
    ["1", "many blanks", "v=STSv1;     id=1     ;     "],
    ["a", "one letter", "v=STSv1; id=a"],
    ["A", "case is kept", "v=STSv1; id=A"],
    ["x".repeat(32), "as long as may be", `v=STSv1; id=${"x".repeat(32)}`],
    ["0", "zero is an id like any other", "v=STSv1; id=0"],
    ["1", "an unknown field behind", "v=STSv1; id=1; next=2"],
    ["1", "an unknown field before", "v=STSv1; next=2; id=1"],
    ["1", "unknown fields all around", "v=STSv1; a=1; b=2; id=1; c=3;"],
    ["1", "names of fields have digits, dots, underscores and hyphens", "v=STSv1; 0a.b_c-d=x; id=1"],
    ["1", "a name of 32 characters", `v=STSv1; ${"n".repeat(32)}=x; id=1`],
    ["1", "values of others are any printable characters", 'v=STSv1; x=!"#$%&/()*+,-.:<>?@[]^_`{|}~; id=1'],
    ["1", "a field that looks like the version", "v=STSv1; v=STSv2; id=1"],
    ["1", "names have case: ID is another field", "v=STSv1; ID=2; id=1"],
    ["1", "of two ids the first counts", "v=STSv1; id=1; id=2"],
    ["1", "even if the second is none", "v=STSv1; id=1; id=not-an-id"],
    ["1", "other records of the name do not matter", "v=spf1 -all", "v=STSv1; id=1", "google-site-verification=x"],
    ["1", "nor those of later versions", "v=STSv2; id=2", "v=STSv1; id=1"],
    ["1", "nor those that only begin alike", "v=STSv10; id=2", "v=STSv1; id=1"],
    ["1", "nor one without a semicolon, which does not begin as it should", "v=STSv1", "v=STSv1; id=1"],
    ["1", "nor those of TLS reports", "v=TLSRPTv1; rua=mailto:a@b.example", "v=STSv1; id=1"],
  ];
  test.each(good)("%s: %s", (id, _, ...texts) => {
    expect(parseStsRecord(texts)).toEqual({ ok: true, value: { id } });
  });

  const bad: readonly [fault: StsRecordFault, why: string, ...texts: string[]][] = [
    ["none", "no records"],
    ["none", "an empty record", ""],
    ["none", "the version alone, without a semicolon", "v=STSv1"],
    ["none", "another version", "v=STSv2; id=1"],
    ["none", "a version that begins alike", "v=STSv11; id=1"],
    ["none", "lower case", "v=stsv1; id=1"],
    ["none", "upper case", "V=STSv1; id=1"],
    ["none", "a blank before the version", " v=STSv1; id=1"],
    ["none", "blanks around its equals sign", "v = STSv1; id=1"],
    ["none", "the id first", "id=1; v=STSv1"],
    ["none", "quotes that are part of the text", '"v=STSv1; id=1"'],
    ["none", "a comma for a semicolon", "v=STSv1, id=1"],
    ["none", "a colon for a semicolon", "v=STSv1: id=1"],
    ["none", "a byte order mark", "\ufeffv=STSv1; id=1"],
    ["none", "a line break for a blank", "v=STSv1\n; id=1"],
    ["none", "SPF", "v=spf1 -all"],
    ["several", "trap 22: two records mean none", "v=STSv1; id=1", "v=STSv1; id=2"],
    ["several", "trap 22: even if they are equal", "v=STSv1; id=1", "v=STSv1; id=1"],
    ["several", "trap 22: even if only one of them is sound", "v=STSv1; id=1", "v=STSv1; nonsense"],
    ["several", "trap 22: even if one hides behind a blank", "v=STSv1; id=1", "v=STSv1 ; id=2"],
    ["several", "trap 22: three", "v=STSv1; id=1", "v=STSv1; id=2", "v=STSv1; id=3"],
    ["no-id", "the version alone", "v=STSv1;"],
    ["no-id", "other fields alone", "v=STSv1; a=1"],
    ["no-id", "another case", "v=STSv1; ID=1"],
    ["no-id", "another case, mixed", "v=STSv1; Id=1;"],
    ["bad-id", "an id of nothing", "v=STSv1; id=;"],
    ["bad-id", "33 characters", `v=STSv1; id=${"1".repeat(33)}`],
    ["bad-id", "a hyphen", "v=STSv1; id=2016-08-31"],
    ["bad-id", "a dot", "v=STSv1; id=1.0"],
    ["bad-id", "a colon", "v=STSv1; id=08:57"],
    ["bad-id", "an underscore", "v=STSv1; id=a_b"],
    ["bad-id", "a blank within", "v=STSv1; id=1 2"],
    ["bad-id", "a blank before", "v=STSv1; id= 1"],
    ["bad-field", "a blank before the equals sign", "v=STSv1; id =1"],
    ["bad-id", "a letter outside ASCII", "v=STSv1; id=é"],
    ["bad-id", "a digit outside ASCII", "v=STSv1; id=１"],
    ["bad-id", "quotes", 'v=STSv1; id="1"'],
    ["bad-id", "a zero byte", "v=STSv1; id=1\0"],
    ["bad-id", "the first of two is none", "v=STSv1; id=not-an-id; id=1"],
    ["bad-field", "two semicolons", "v=STSv1;; id=1"],
    ["bad-field", "two semicolons at the end", "v=STSv1; id=1;;"],
    ["bad-field", "a field without an equals sign", "v=STSv1; id=1; nonsense"],
    ["bad-field", "a field without a name", "v=STSv1; =1; id=1"],
    ["bad-field", "a field without a value", "v=STSv1; a=; id=1"],
    ["bad-field", "two equals signs", "v=STSv1; a=b=c; id=1"],
    ["bad-field", "two equals signs in the id", "v=STSv1; id=1=2"],
    ["bad-field", "a name of 33 characters", `v=STSv1; ${"n".repeat(33)}=x; id=1`],
    ["bad-field", "a name that begins with a hyphen", "v=STSv1; -a=x; id=1"],
    ["bad-field", "a blank in the name", "v=STSv1; a b=x; id=1"],
    ["bad-field", "a blank in the value", "v=STSv1; a=x y; id=1"],
    ["bad-field", "a letter outside ASCII in a value", "v=STSv1; a=é; id=1"],
    ["bad-field", "a comma between fields", "v=STSv1; id=1, a=2"],
    ["bad-field", "a line break at the end", "v=STSv1; id=1;\n"],
  ];
  test.each(bad)("%s: %s", (fault, _, ...texts) => {
    expect(parseStsRecord(texts)).toEqual({ ok: false, error: fault });
    expect(stsRecordFaultText(fault)).toMatch(/^(?:is|has) \S/);
  });

  const blank = fc.stringMatching(/^[ \t]{0,3}$/);
  const field = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,31}$/), fc.stringMatching(/^[!-:<>-~]{1,20}$/));

  test("whatever the grammar makes is read, and its id found", () => {
    const others = fc.array(
      field.filter(([name]) => name !== "id"),
      { maxLength: 4 },
    );
    const shape = fc.record({ id: fc.stringMatching(/^[A-Za-z0-9]{1,32}$/), before: others, after: others, blank });
    fc.assert(
      fc.property(shape, fc.boolean(), ({ id, before, after, blank: between }, ends) => {
        const fields = [...before, ["id", id], ...after].map((pair) => pair.join("="));
        const text = ["v=STSv1", ...fields].join(`${between};${between}`) + (ends ? `${between};` : "");
        expect(parseStsRecord([text])).toEqual({ ok: true, value: { id } });
      }),
    );
  });

  test("whatever the text is, an id that comes out of it is one", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "binary" }).map((tail) => `v=STSv1;${tail}`),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        const record = parseStsRecord(texts);
        if (record.ok) expect(record.value.id).toMatch(/^[A-Za-z0-9]{1,32}$/);
      }),
    );
  });

  test("long nonsense is judged in no time", async () => {
    const long = 1_000_000;
    const blanks = " ".repeat(long);
    const texts = [
      ...[" ", ";", "a=1;", "=", "id=1;; ", "\t;"].map((piece) => `v=STSv1;${piece.repeat(long / piece.length)}`),
      `v=STSv1${blanks}`,
      `v=STSv1;a=x${blanks}y`,
      `v=STSv1;${blanks}a${blanks}=${blanks}b${blanks}=`,
    ];
    const effort = await effortMs(() => {
      for (const text of texts) expect(parseStsRecord([text]).ok).toBe(false);
    });
    expect(effort).toBeLessThan(3000);
  });
});
