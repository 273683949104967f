import { describe, expect, test } from "vitest";
import type { DnsStatus } from "../../base/index.ts";
import { stage } from "./world.cases.ts";

type Kind = "records" | "nodata" | "nxdomain" | "failure";

describe("an honest upstream", () => {
  const answers: readonly [type: string, name: string, status: DnsStatus, kind: Kind, reason: string, why: string][] = [
    ["MX", "example.test", "secure", "records", "chain-complete", "SEC-1 from the root's key down"],
    ["A", "mx.example.test", "secure", "records", "chain-complete", "SEC-2 ECDSA P-256 below RSA/SHA-256"],
    ["A", "mx.hashed.test", "secure", "records", "chain-complete", "SEC-2 Ed25519"],
    ["SOA", ".", "secure", "records", "chain-complete", "the root itself"],
    ["DNSKEY", ".", "secure", "records", "chain-complete", "its keys"],
    ["DS", ".", "secure", "nodata", "chain-complete", "the root has no parent that could hold a DS"],
    ["DS", "example.test", "secure", "records", "chain-complete", "DS is the parent's"],
    ["DS", "plain.example.test", "secure", "nodata", "chain-complete", "SEC-3 no DS, proven by NSEC"],
    ["DS", "plain.hashed.test", "secure", "nodata", "chain-complete", "SEC-3 no DS, proven by NSEC3"],
    ["DS", "plain.optout.test", "insecure", "nodata", "opt-out", "SEC-3 left out of the proof"],
    ["MX", "mx.example.test", "secure", "nodata", "chain-complete", "SEC-3 NODATA by NSEC"],
    ["MX", "mx.hashed.test", "secure", "nodata", "chain-complete", "SEC-3 NODATA by NSEC3"],
    ["MX", "nothing.example.test", "secure", "nxdomain", "chain-complete", "SEC-3 NXDOMAIN by NSEC"],
    ["MX", "nothing.hashed.test", "secure", "nxdomain", "chain-complete", "SEC-3 NXDOMAIN by NSEC3"],
    ["MX", "a.b.c.nothing.hashed.test", "secure", "nxdomain", "chain-complete", "SEC-3 far below anything"],
    ["MX", "nothing.optout.test", "insecure", "nxdomain", "opt-out", "trap 2 an insecure denial is normal"],
    ["MX", "nothing.test", "insecure", "nxdomain", "opt-out", "trap 2 at a top-level domain too"],
    ["A", "below.example.test", "secure", "nodata", "chain-complete", "SEC-3 an empty non-terminal, NSEC"],
    ["A", "below.hashed.test", "secure", "nodata", "chain-complete", "SEC-3 an empty non-terminal, NSEC3"],
    ["A", "any.wild.example.test", "secure", "records", "chain-complete", "SEC-3 a wildcard, NSEC"],
    ["A", "any.wild.hashed.test", "secure", "records", "chain-complete", "SEC-3 a wildcard, NSEC3"],
    ["A", "a.b.wild.hashed.test", "secure", "records", "chain-complete", "SEC-3 two labels below a wildcard"],
    ["A", "any.wild.optout.test", "insecure", "records", "opt-out", "SEC-3 a wildcard that opt-out makes doubtful"],
    ["MX", "any.wild.example.test", "secure", "nodata", "chain-complete", "SEC-3 a wildcard without the type, NSEC"],
    ["MX", "any.wild.hashed.test", "secure", "nodata", "chain-complete", "SEC-3 a wildcard without the type, NSEC3"],
    ["A", "*.wild.example.test", "secure", "records", "chain-complete", "the wildcard's own name"],
    ["A", "alias.example.test", "secure", "records", "chain-complete", "MX-4 an alias within the zone"],
    ["A", "away.example.test", "secure", "records", "chain-complete", "MX-4 an alias into another secure zone"],
    ["A", "any.aliased.hashed.test", "secure", "records", "chain-complete", "MX-4 a wildcard alias"],
    ["A", "outside.example.test", "insecure", "records", "opt-out", "trap 6 an alias out of what is signed"],
    ["A", "back.plain.test", "insecure", "records", "opt-out", "trap 6 and one that only ends in it"],
    ["A", "lost.example.test", "secure", "nxdomain", "chain-complete", "MX-4 an alias to nothing"],
    ["MX", "untyped.example.test", "secure", "nodata", "chain-complete", "MX-4 an alias to a name without the type"],
    ["CNAME", "alias.example.test", "secure", "records", "chain-complete", "asked for, an alias is the answer"],
    ["A", "mx.moved.example.test", "secure", "records", "chain-complete", "SEC-4 through a DNAME"],
    ["A", "no.moved.example.test", "secure", "nxdomain", "chain-complete", "SEC-4 through a DNAME to nothing"],
    ["DNAME", "moved.example.test", "secure", "records", "chain-complete", "asked for, a DNAME is the answer"],
    ["ANY", "example.test", "secure", "records", "chain-complete", "every set of an answer to ANY is checked"],
    ["ANY", "below.example.test", "secure", "nodata", "chain-complete", "ANY of a name that has nothing"],
    ["RRSIG", "mx.example.test", "insecure", "records", "not-signable", "signatures are not signed"],
    ["NSEC", "mx.example.test", "secure", "records", "chain-complete", "asked for, a record of absence is the answer"],
    ["A", "host.plain.test", "insecure", "records", "opt-out", "SEC-3 a delegation without DS, opt-out above"],
    ["MX", "host.plain.test", "insecure", "nodata", "opt-out", "an absence that nobody proves"],
    ["MX", "nothing.plain.test", "insecure", "nxdomain", "opt-out", "and another"],
    ["A", "host.plain.example.test", "insecure", "records", "insecure-delegation", "SEC-3 the same by NSEC"],
    ["A", "host.plain.hashed.test", "insecure", "records", "insecure-delegation", "SEC-3 the same by NSEC3"],
    ["A", "host.plain.optout.test", "insecure", "records", "opt-out", "SEC-3 the same by opt-out"],
    ["A", "host.old.test", "bogus", "failure", "signature-expired", "SEC-4 signatures run out"],
    ["A", "host.future.test", "bogus", "failure", "signature-not-yet-valid", "SEC-4 signatures begin"],
    ["A", "host.wrongds.test", "bogus", "failure", "key-mismatch", "no key is the one that the DS stands for"],
  ];
  test.each(answers)("%s %s is %s, %s (%s): %s", async (type, name, status, kind, reason) => {
    const answer = await stage().resolve(name, type);
    expect({ status: answer.status, kind: answer.kind, reason: answer.reason.code, text: answer.reason.text }).toEqual({
      status,
      kind,
      reason,
      text: expect.any(String) as string,
    });
  });
});
