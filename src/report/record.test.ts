import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domain } from "../base/index.ts";
import { readRecords, recordName, reportLimits, targetText } from "./index.ts";

function told(texts: readonly string[]): unknown {
  const record = readRecords(texts);
  return record.kind === "wanted" ? record.targets.map(targetText) : record.why;
}

test("RFC 8460 §3: the record stands below _smtp._tls of the policy domain", () => {
  expect(recordName(domain("example.com"))).toBe("_smtp._tls.example.com");
});

describe("records that ask for reports (RFC 8460 §3)", () => {
  test.each<[texts: readonly string[], targets: readonly string[], why: string]>([
    [["v=TLSRPTv1;rua=mailto:reports@example.com"], ["mailto:reports@example.com"], "§3.1.1"],
    [
      ["v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt"],
      ["https://reporting.example.com/v1/tlsrpt"],
      "§3.1.2",
    ],
    [
      ["v=TLSRPTv1; rua=mailto:a@example.com,https://b.example/"],
      ["mailto:a@example.com", "https://b.example/"],
      "two in one",
    ],
    [
      ["v=TLSRPTv1;rua=mailto:a@example.com , mailto:b@example.com"],
      ["mailto:a@example.com", "mailto:b@example.com"],
      "space around the comma",
    ],
    [
      ["v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com"],
      ["mailto:a@example.com", "mailto:b@example.com"],
      "two rua fields",
    ],
    [["v=TLSRPTv1; rua=mailto:a@example.com;"], ["mailto:a@example.com"], "a semicolon at the end"],
    [["v=TLSRPTv1 ;\trua=mailto:a@example.com ; "], ["mailto:a@example.com"], "space around semicolons"],
    [["v=TLSRPTv1; x-1.y_z=whatever; rua=mailto:a@example.com"], ["mailto:a@example.com"], "an unknown field"],
    [["v=spf1 -all", "v=TLSRPTv1; rua=mailto:a@example.com"], ["mailto:a@example.com"], "another record beside it"],
    [["v=TLSRPTv1; rua=mailto:a%2Bb@example.com"], ["mailto:a+b@example.com"], "percent-encoded"],
    [["v=TLSRPTv1; rua=MAILTO:a@Example.COM"], ["mailto:a@example.com"], "scheme and domain in capitals"],
    [["v=TLSRPTv1; rua=mailto:a@example.com?subject=x"], ["mailto:a@example.com"], "no header fields from strangers"],
    [["v=TLSRPTv1; rua=mailto:a@example.com,mailto:a@example.com"], ["mailto:a@example.com"], "the same twice"],
    [["v=TLSRPTv1; rua=https://r.example:8443/x?y=z#part"], ["https://r.example:8443/x?y=z"], "port and query"],
    [["v=TLSRPTv1; rua=http://r.example/,ftp://r.example/"], [], "schemes that are not for reports"],
    [["v=TLSRPTv1; rua=https://user:password@r.example/"], [], "a password"],
    [["v=TLSRPTv1; rua=mailto:a@example.com%2Cb@example.com"], [], "two addresses in one"],
    [["v=TLSRPTv1; rua=mailto:a@example.com%0D%0ABcc:b@example.com"], [], "trap 28: an injection"],
    [["v=TLSRPTv1; rua=mailto:a@[192.0.2.1]"], [], "an address literal"],
    [["v=TLSRPTv1; rua=mailto:%C3%BC@example.com"], [], "a local part that only SMTPUTF8 carries"],
    [["v=TLSRPTv1; rua=mailto:%ZZ@example.com"], [], "no percent-encoding"],
    [["v=TLSRPTv1; rua=mailto:example.com"], [], "no address"],
  ])("%j leads to %j: %s", (texts, targets) => expect(told(texts)).toEqual(targets));
});

describe("records that do not (RFC 8460 §3)", () => {
  test.each<[texts: readonly string[], fault: string, why: string]>([
    [[], "none", "nothing there"],
    [["v=spf1 -all"], "none", "something else"],
    [["v=TLSRPTv1"], "none", "not the beginning that counts: no semicolon"],
    [["v=TLSRPTv2; rua=mailto:a@example.com"], "none", "another version"],
    [["V=TLSRPTv1; rua=mailto:a@example.com"], "none", "the version is case-sensitive (%s)"],
    [["v=tlsrptv1; rua=mailto:a@example.com"], "none", "so is its value"],
    [[" v=TLSRPTv1; rua=mailto:a@example.com"], "none", "space in front"],
    [["v=TLSRPTv1;rua=mailto:a@b.example", "v=TLSRPTv1;rua=mailto:b@b.example"], "several", "not exactly one"],
    [["v=TLSRPTv1;"], "no-rua", "no field at all"],
    [["v=TLSRPTv1; x=y"], "no-rua", "no rua"],
    [["v=TLSRPTv1; RUA=mailto:a@example.com"], "no-rua", "names are case-sensitive"],
    [["v=TLSRPTv1; v=TLSRPTv1; rua=mailto:a@example.com"], "second-version", "the version twice"],
    [["v=TLSRPTv1; rua=mailto:a@example.com; v=TLSRPTv2"], "second-version", "two versions"],
    [["v=TLSRPTv1; rua"], "bad-field", "no value"],
    [["v=TLSRPTv1; rua="], "bad-field", "an empty value"],
    [["v=TLSRPTv1;; rua=mailto:a@example.com"], "bad-field", "an empty field"],
    [["v=TLSRPTv1; rua=mailto:a@example.com; =x"], "bad-field", "no name"],
    [["v=TLSRPTv1; x=a b; rua=mailto:a@example.com"], "bad-field", "a space in a value"],
    [["v=TLSRPTv1; rua=mailto:ü@example.com"], "bad-field", "not ASCII"],
    [["v=TLSRPTv1; rua=mailto:a!b@example.com"], "bad-uri", "an exclamation mark that is not encoded"],
    [["v=TLSRPTv1; rua=mailto:a@example.com,"], "bad-uri", "an empty one behind the comma"],
    [["v=TLSRPTv1; rua=reports@example.com"], "bad-uri", "no scheme"],
    [["v=TLSRPTv1; rua=mailto:a b@example.com"], "bad-uri", "a space"],
    [[`v=TLSRPTv1; rua=mailto:a@example.com; x=${"y".repeat(reportLimits.recordMaxChars)}`], "too-long", "no end"],
  ])("%j: %s: %s", (texts, fault) => expect(told(texts)).toBe(fault));
});

describe("what no report can be sent to is told apart (RFC 8460 §3)", () => {
  test.each<[rua: string, targets: readonly string[], unusable: readonly [uri: string, why: string][]]>([
    ["mailto:a@example.com", ["mailto:a@example.com"], []],
    ["ftp://r.example/", [], [["ftp://r.example/", "scheme"]]],
    ["http://r.example/", [], [["http://r.example/", "in-clear"]]],
    ["mailto:reports", [], [["mailto:reports", "no-address"]]],
    ["mailto:a@", [], [["mailto:a@", "no-address"]]],
    ["mailto:@example.com", [], [["mailto:@example.com", "no-address"]]],
    ["mailto:a@[192.0.2.1]", [], [["mailto:a@[192.0.2.1]", "no-address"]]],
    ["https:///v1", [], [["https:///v1", "no-host"]]],
    ["https:r.example", [], [["https:r.example", "no-host"]]],
    ["https://user:password@r.example/", [], [["https://user:password@r.example/", "no-host"]]],
    ["mailto:a@example.com,http://r.example/", ["mailto:a@example.com"], [["http://r.example/", "in-clear"]]],
  ])("rua=%s", (rua, targets, unusable) => {
    const read = readRecords([`v=TLSRPTv1; rua=${rua}`]);
    if (read.kind !== "wanted") throw new Error(JSON.stringify(read));
    expect(read.targets.map(targetText)).toEqual(targets);
    expect(read.unusable.map(({ uri, why }) => [uri, why])).toEqual(unusable);
  });
});

test("a record's targets are bounded", () => {
  const rua = Array.from({ length: 50 }, (_, at) => `mailto:r${at}@x.example`).join(",");
  expect(told([`v=TLSRPTv1; rua=${rua}`])).toHaveLength(reportLimits.targetsPerDomainMax);
});

test("whatever stands in a record, reading it never throws, and leads nowhere but to an address or an HTTPS server", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("v=TLSRPTv1;", "rua=", "mailto:", "https://", "a@b.example", ",", ";", "%2C", "%00", "!", " "),
  );
  const record = fc.array(piece, { maxLength: 12 }).map((pieces) => `v=TLSRPTv1;rua=${pieces.join("")}`);
  fc.assert(
    fc.property(fc.array(record, { maxLength: 2 }), (texts) => {
      const read = readRecords(texts);
      if (read.kind !== "wanted") return;
      for (const target of read.targets) {
        expect(targetText(target)).toMatch(/^(?:https:\/\/[^\s@]+|mailto:[\x21-\x7e ]+@[\x21-\x7e]+)$/);
        expect(targetText(target)).not.toMatch(/[\r\n]/);
      }
    }),
  );
});
