/** `surehop reports`: what operators and programs see of others' reports, and of ours. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runIn, type Ran } from "../../test/support/cli.ts";
import { domain, ip } from "../base/index.ts";
import { startNameserver } from "../lab/index.ts";
import { openFactStore, openReports, systemNet } from "../system/index.ts";
import { parseDay, type UtcDay } from "../report/index.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-cli-reports-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const surehop = (...args: readonly string[]): Promise<Ran> => runIn(directory, args);

const report = {
  "organization-name": "Their Company",
  "date-range": { "start-datetime": "2026-01-01T00:00:00Z", "end-datetime": "2026-01-01T23:59:59Z" },
  "contact-info": "tls@theirs.example",
  "report-id": "r-1",
  policies: [
    {
      policy: {
        "policy-type": "sts",
        "policy-string": ["version: STSv1", "mode: enforce"],
        "policy-domain": "ours.example",
      },
      summary: { "total-successful-session-count": 40, "total-failure-session-count": 2 },
      "failure-details": [
        { "result-type": "certificate-expired", "receiving-mx-hostname": "mx.ours.example", "failed-session-count": 2 },
      ],
    },
  ],
};

function withFacts(): string {
  const data = join(directory, "data");
  openFactStore({ directory: data, role: "relay" }).close();
  return data;
}

describe("reports", () => {
  test("import, list and show: once, in words, in both languages, and as JSON", async () => {
    const data = withFacts();
    const files = join(directory, "files");
    mkdirSync(files);
    writeFileSync(join(files, "a.json.gz"), gzipSync(JSON.stringify(report)));
    writeFileSync(join(files, "b.json"), JSON.stringify(report));
    writeFileSync(join(files, "c.txt"), "nothing");
    const taken = await surehop("reports", "import", files, "--queue", data);
    expect(taken).toMatchObject({ code: 0, out: "One report was taken in, one was known before.\n" });
    expect(taken.err).toContain("c.txt: a mail without a TLS report");

    expect((await surehop("reports", "list", "--queue", data)).out).toBe(
      "1  2026-01-01  Their Company on ours.example: 40 safe, 2 failed\n",
    );
    const listed = JSON.parse((await surehop("reports", "list", "--json", "--queue", data)).out) as object;
    expect(listed).toMatchObject({
      reports: [{ id: 1, organization: "Their Company", domains: ["ours.example"], successes: 40, failures: 2 }],
      ignored: 0,
    });

    const shown = await surehop("reports", "show", "1", "--queue", data);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain("2 × a certificate that has run out (certificate-expired).");
    expect(shown.out).toContain("Nothing was exposed.");
    expect(shown.out.replaceAll(/\s+/g, " ")).toContain("→ Renew the certificate of mx.ours.example");
    const chinese = await surehop("--lang", "zh-CN", "reports", "show", "r-1", "--queue", data);
    expect(chinese.out).toContain("证书已过期");
    const json = JSON.parse((await surehop("reports", "show", "1", "--json", "--queue", data)).out) as object;
    expect(json).toMatchObject({ reportId: "r-1", policies: [{ type: "sts", details: [{ sessions: 2 }] }] });
  });

  test("RFC 8460 §3: what came by mail and nobody signed is not listed unless asked for", async () => {
    const data = withFacts();
    const facts = openFactStore({ directory: data, role: "relay" });
    const kept = { organization: "X", contact: "", reportId: "x", policies: [] };
    openReports(facts).keep({ receivedAt: 0, source: "inbox", proof: { kind: "unsigned" }, report: kept });
    facts.close();
    const listed = await surehop("reports", "list", "--queue", data);
    expect(listed.out).toBe("There are no reports.\n");
    expect(listed.err).toContain("--all shows it");
    expect((await surehop("reports", "list", "--all", "--queue", data)).out).toContain("(not signed)");
  });

  test("without a relay's data: an empty list, and nothing is taken in to be lost", async () => {
    const none = join(directory, "none");
    expect(await surehop("reports", "list", "--json", "--queue", none)).toMatchObject({
      code: 0,
      out: '{"reports":[],"ignored":0}\n',
    });
    writeFileSync(join(directory, "a.json"), JSON.stringify(report));
    expect((await surehop("reports", "import", "a.json", "--queue", none)).code).toBe(1);
  });

  test.each<[args: readonly string[], code: number]>([
    [["list", "--limit", "0"], 2],
    [["show", "7"], 1],
    [["show"], 2],
    [["import", "nowhere"], 2],
    [["send"], 2],
    [["send", "--dry-run", "--day", "tomorrow"], 2],
    [["send", "--dry-run"], 1],
  ])("%j is refused with %d", async (args, code) => {
    const ran = await surehop("reports", ...args, ...(args.includes("nowhere") ? [] : ["--queue", withFacts()]));
    expect(ran).toMatchObject({ code, out: "" });
    expect(ran.err).not.toBe("");
  });

  test("send --dry-run: what would go where about a day, and nothing goes", async () => {
    const data = withFacts();
    const facts = openFactStore({ directory: data, role: "relay" });
    const day = parseDay("2026-01-01") as UtcDay;
    const policy = { type: "no-policy-found", strings: [], mxHosts: [] } as const;
    for (const name of ["good.example", "quiet.example"]) {
      openReports(facts).add([{ day, domain: domain(name), policy, successes: 3, failures: [] }]);
    }
    facts.close();
    const nameserver = await startNameserver({
      net: systemNet,
      at: { address: ip("127.0.0.1"), port: 0 },
      zones: { "_smtp._tls.good.example": [{ type: "TXT", value: "v=TLSRPTv1; rua=mailto:tls@good.example" }] },
    });
    const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(join(directory, "dkim.pem"), key, { mode: 0o600 });
    writeFileSync(
      join(directory, "surehop.toml"),
      [
        `[server]\nhostname = "mail.ours.example"\ndata = ${JSON.stringify(data)}`,
        '[listen]\nlocal = ["127.0.0.1:2525"]',
        `[dns]\nresolvers = ["127.0.0.1:${nameserver.endpoint.port}"]\n[danger]\nskip_dnssec = true`,
        '[reports]\ncontact = "tls@ours.example"\ndkim_selector = "s1"\ndkim_key = "dkim.pem"',
      ].join("\n"),
    );
    try {
      const args = ["reports", "send", "--dry-run", "--day", "2026-01-01"] as const;
      expect((await surehop(...args)).out).toBe(
        "good.example: 3 safe, 0 failed; goes to mailto:tls@good.example\nquiet.example: 3 safe, 0 failed; wants no reports\n",
      );
      expect(JSON.parse((await surehop(...args, "--json")).out)).toMatchObject({
        reports: [
          {
            domain: "good.example",
            targets: ["mailto:tls@good.example"],
            document: { "contact-info": "tls@ours.example" },
          },
          { domain: "quiet.example", outcome: "none", targets: [] },
        ],
      });
    } finally {
      await nameserver.close();
    }
  });
});
