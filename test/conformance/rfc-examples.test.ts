import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createValidator } from "../../src/dns/index.ts";
import { record, wire } from "./made-replay.cases.ts";
import { rfc4035, rfc5155, rfc5155Chain, surroundings, type Example } from "./rfc-examples.cases.ts";
import { nameBytes } from "./zonetext.ts";

const resolve = (example: Example, spoil?: (line: string) => boolean) =>
  createValidator(surroundings(example, spoil)).resolve(wire(example.name), example.type);

describe.each([
  ["RFC 4035", rfc4035],
  ["RFC 5155", rfc5155],
])("SEC-3 the examples of %s", (_rfc, examples) => {
  test.each(examples.map((example) => [example.title, example] as const))("%s", async (_title, example) => {
    const answer = await resolve(example);
    if (example.status === "not believed") expect(["secure", "nodata"]).not.toEqual([answer.status, answer.kind]);
    else
      expect([answer.status, answer.kind, answer.reason.text]).toEqual([
        example.status,
        example.kind,
        expect.any(String),
      ]);
  });

  const proofs = examples.flatMap((example) =>
    example.status === "not believed"
      ? []
      : [example, ...(example.others ?? [])]
          .flatMap(({ authority = [] }) => authority)
          .filter((line) => / NSEC3? /.test(line))
          .map((line) => [example.title, line.split(" ")[0] ?? "", line, example] as const),
  );
  test.each(proofs)("%s is no proof without the record at %s", async (_title, _owner, line, example) => {
    const { status } = await resolve(example, (one) => one === line);
    expect(line === example.leftOpen ? ["insecure"] : ["bogus", "indeterminate"]).toContain(status);
  });
});

describe("RFC 5155 appendix A", () => {
  test.each(rfc5155Chain)("%s is the hash of %s", (hash, name) => {
    let digest = Buffer.from(nameBytes(wire(name)));
    for (let round = 0; round <= 12; round++)
      digest = createHash("sha1").update(digest).update(Buffer.from("aabbccdd", "hex")).digest();
    const { rdata } = record(`a. NSEC3 1 0 0 - ${hash}`);
    expect(Buffer.from(rdata.subarray(6, 26)).equals(digest)).toBe(true);
  });
});
