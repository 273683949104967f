/** Ours against Debian's Postfix, on the same signed internet. */
import { beforeAll, describe, expect, test } from "vitest";
import { skipped } from "../peers/skipped.ts";
import { explanations } from "./explained.ts";
import { levels, outcomes, type Attempts } from "./outcome.ts";
import { readLog } from "./postfix.ts";
import { missing } from "./programs.ts";
import { told } from "./report.ts";
import { compare, compareSenders, type Compared, type Results } from "./run.ts";
import { domainOf } from "./sandbox.ts";
import { sites } from "./table.ts";

describe.skipIf(skipped("Postfix as a sender, and unbound", missing()))("Postfix and we", () => {
  let all: readonly Compared[];

  beforeAll(async () => {
    all = await compareSenders(() => {});
  });

  test(`do the same with mail to ${sites.length} domains, or an RFC says why not`, () => {
    const unexplained = all.filter(({ difference }) => difference !== undefined && !difference.explanation);
    expect(unexplained, told(all).join("\n")).toEqual([]);
    expect(all).toHaveLength(levels.length * sites.length);
  });

  test("no domain gets less from us than from Postfix at the level `dane`: nothing in clear, nothing unverified", () => {
    const rank = { bounced: 0, deferred: 0, verified: 0, unverified: 1, clear: 2 } as const;
    const worst = (attempts: Attempts): number => Math.max(...attempts.map((outcome) => rank[outcome]));
    const weaker = all.filter(({ postfix, surehop, site }) => {
      const isProvenAbsent = site.name === "tlsa-none-servfail";
      return worst(surehop) > worst(postfix) && !isProvenAbsent;
    });
    expect(weaker.map(({ site }) => site.name)).toEqual([]);
  });

  test("canary: every outcome comes up often, and most are alike", () => {
    for (const outcome of outcomes) {
      const often = all.filter(({ surehop }) => surehop.includes(outcome)).length;
      expect(often, outcome).toBeGreaterThanOrEqual(outcome === "clear" || outcome === "bounced" ? 3 : 20);
    }
    const alike = (at: string): number => all.filter(({ level, difference }) => level === at && !difference).length;
    expect(alike("dane")).toBeGreaterThan(sites.length * 0.85);
    expect(alike("secure")).toBeGreaterThan(sites.length * 0.6);
  });

  test("canary: no explanation is left over", () => {
    const used = new Set(all.map(({ difference }) => difference?.explanation));
    expect(explanations.filter((explanation) => !used.has(explanation))).toEqual([]);
  });
});

describe("the comparison itself", () => {
  test("the table has 60 domains at least, each name once", () => {
    expect(new Set(sites.map(domainOf)).size).toBe(sites.length);
    expect(sites.length).toBeGreaterThanOrEqual(60);
  });

  test("canary: a sender that delivers everything unverified, or in clear, is not explained", () => {
    for (const outcome of ["unverified", "clear"] as const) {
      const everything = (attempts: Attempts): Results => {
        const one = new Map(sites.map((site) => [domainOf(site), attempts] as const));
        return { dane: one, secure: one };
      };
      const all = compare(sites, everything(["deferred", "deferred"]), everything([outcome]));
      const explained = all.filter(({ difference }) => difference?.explanation !== undefined);
      expect(explained.map(({ site }) => site.name)).toEqual(outcome === "clear" ? [] : ["tlsa-none-servfail"]);
    }
  });

  const said = (...lines: readonly string[]): string =>
    lines.map((line) => `Nov 25 10:00:00 host postfix/${line}`).join("\n");
  const to = "to=<a@d.example>, relay=mx.d.example[127.0.0.2]:26, delay=1, delays=0/0/1/0, dsn=2.0.0";
  const established = "TLS connection established to mx.d.example[127.0.0.2]:26: TLSv1.3 with cipher X";
  test.each([
    ["a proven host", ["smtp[1]: Verified " + established, `smtp[1]: A: ${to}, status=sent (250 ok)`], ["verified"]],
    [
      "a host by an authority alone",
      ["smtp[1]: Trusted " + established, `smtp[1]: A: ${to}, status=sent (x)`],
      ["unverified"],
    ],
    ["anybody", ["smtp[1]: Untrusted " + established, `smtp[1]: A: ${to}, status=sent (x)`], ["unverified"]],
    ["no TLS", [`smtp[1]: A: ${to}, status=sent (250 ok)`], ["clear"]],
    ["another process's TLS", ["smtp[2]: Verified " + established, `smtp[1]: A: ${to}, status=sent (x)`], ["clear"]],
    [
      "TLS with another host before",
      [`smtp[1]: Verified ${established.replace("mx.d", "mx.e")}`, `smtp[1]: A: ${to}, status=sent (x)`],
      ["clear"],
    ],
    [
      "two attempts",
      [
        `smtp[1]: A: ${to}, status=deferred (x)`,
        "smtp[3]: Verified " + established,
        `smtp[3]: A: ${to}, status=sent (x)`,
      ],
      ["deferred", "verified"],
    ],
    [
      "no host at all",
      ["smtp[1]: A: to=<a@d.example>, relay=none, delay=1, dsn=5.1.2, status=bounced (x)"],
      ["bounced"],
    ],
  ] as const)("Postfix's log tells of %s", (_, lines, outcome) => {
    expect(readLog(said(...lines)).get("A")).toEqual(outcome);
  });
});
