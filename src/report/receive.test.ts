import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { address, domain, noLog, noMetrics, type DomainName } from "../base/index.ts";
import type { Answer } from "../dns/index.ts";
import { directoryInbox } from "../system/inbox.ts";
import { openFactStore, type FactStore } from "../system/store/open.ts";
import { openReports, type ReportStore } from "../system/store/reports.ts";
import { createWords, languages } from "../words/index.ts";
import { vectors } from "../../test/conformance/vectors.ts";
import { manualClock } from "../../test/support/clock.ts";
import { skipped } from "../../test/peers/skipped.ts";
import {
  packDocument,
  parseReport,
  parseDay,
  reportDocument,
  reportLetter,
  reportLimits,
  signatureChecker,
  signLetter,
  takeIn,
  tellReport,
  tellReportLine,
  unpackReports,
  watchInbox,
  type CheckSignature,
  type ReceivedReport,
  type ReportProof,
  type TlsReport,
  type UtcDay,
} from "./index.ts";

let directory = "";
let facts: FactStore;
let store: ReportStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-received-"));
  facts = openFactStore({ directory, role: "relay" });
  store = openReports(facts);
});
afterEach(() => {
  facts.close();
  rmSync(directory, { recursive: true, force: true });
});

const clock = manualClock(Date.UTC(2026, 0, 2));
const unchecked: CheckSignature = () => Promise.resolve({ kind: "unchecked" });

function deps(checkSignature: CheckSignature = unchecked) {
  return { clock, log: noLog, metrics: noMetrics, store, checkSignature };
}

/** A report of ours, which others receive. */
function ours(reportId = "1.ab@ours.example", organization = "Ours"): Uint8Array {
  return packDocument(
    reportDocument({
      organization,
      contact: address("tls@ours.example"),
      reportId,
      day: parseDay("2026-01-01") as UtcDay,
      domain: domain("good.example"),
      counted: [
        {
          policy: { type: "sts", strings: ["version: STSv1", "mode: enforce"], mxHosts: ["mx.good.example"] },
          successes: 7,
          failures: [{ result: "certificate-expired", host: "mx.good.example", sessions: 2 }],
        },
      ],
    }),
  );
}

function letterOf(body: Uint8Array): Uint8Array {
  return reportLetter({
    from: address("noreply@ours.example"),
    to: address("tls@good.example"),
    submitter: domain("ours.example"),
    domain: domain("good.example"),
    reportId: "1.ab@ours.example",
    filename: "ours.example!good.example!1!2!3.json.gz",
    body,
    text: "A report.\n",
    language: "en",
    now: clock.now(),
  });
}

describe("reading reports, leniently (RPT-2)", () => {
  const lenient: readonly [text: string, expected: Partial<TlsReport> | { policy: object }, why: string][] = [
    ['{"policies":[{}]}', { organization: "", policies: [emptyPolicy()] }, "nothing but a policy"],
    ['{"policies":{"policy":{"policy-type":"tlsa"}}}', { policies: [{ ...emptyPolicy(), type: "tlsa" }] }, "no list"],
    [
      '{"policies":[{"summary":{"total-successful-session-count":"12","total-failure-session-count":"x"}}]}',
      { policies: [{ ...emptyPolicy(), successes: 12 }] },
      "text for numbers",
    ],
    [
      '{"policies":[{"summary":{"total-successful-session-count":-1,"total-failure-session-count":1e400}}]}',
      { policies: [emptyPolicy()] },
      "numbers that are none",
    ],
    [
      '{"policies":[{"policy":{"policy-string":"mode: none","mx-host":"mx.x"}}]}',
      { policies: [{ ...emptyPolicy(), strings: ["mode: none"], mxHosts: ["mx.x"] }] },
      "one value for a list",
    ],
    [
      '{"policies":[{"failure-details":[{"result-type":"Certificate-Expired","failed-session-count":3,"x":1}]}]}',
      {
        policies: [
          {
            ...emptyPolicy(),
            failures: 3,
            details: [{ result: "certificate-expired", resultText: "Certificate-Expired", sessions: 3 }],
          },
        ],
      },
      "capitals, a field of its own, no summary",
    ],
    [
      '{"policies":[{"failure-details":[{"result-type":"new-thing"}, 7, null]}]}',
      { policies: [{ ...emptyPolicy(), details: [{ result: "unknown", resultText: "new-thing", sessions: 0 }] }] },
      "a result type of the future (§4.3), and what is no failure",
    ],
    ['\ufeff{"policies":[{}]}', { policies: [emptyPolicy()] }, "a byte order mark"],
    [
      '{"date-range":{"start-datetime":"2026-01-01T00:00:00Z","end-datetime":"yesterday"},"policies":[{}]}',
      { from: Date.UTC(2026, 0, 1), reportId: "2026-01-01T00:00:00.000Z_" },
      "half a date range, no id",
    ],
    ['{"__proto__":{"organization-name":"x"},"policies":[{}]}', { organization: "" }, "a name that is not a field"],
  ];
  test.each(lenient)("%s is read: %j", (text, expected) => {
    const read = parseReport(text);
    expect(read.ok && read.value).toMatchObject(expected);
  });

  test.each([
    ["", "not-json"],
    ["{", "not-json"],
    ["[".repeat(100_000), "not-json"],
    ["null", "not-a-report"],
    ["[]", "not-a-report"],
    ["{}", "not-a-report"],
    ['{"policies":[]}', "not-a-report"],
    ['{"policies":[1,"x"]}', "not-a-report"],
  ])("%j is no report", (text, fault) => {
    expect(parseReport(text)).toEqual({ ok: false, error: fault });
  });

  test("ours by ours: what is built is read as it was meant", async () => {
    const [part] = await unpackReports(ours());
    expect(part?.ok && part.value.report).toMatchObject({
      organization: "Ours",
      contact: "tls@ours.example",
      reportId: "1.ab@ours.example",
      from: Date.UTC(2026, 0, 1),
      policies: [{ type: "sts", domain: "good.example", successes: 7, failures: 2 }],
    });
  });

  test("whatever the text, reading never throws, and what comes out is bounded", () => {
    const names = ["policies", "policy", "summary", "failure-details", "result-type", "policy-string", "report-id"];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.string({ maxLength: 20 }),
        fc.double(),
        fc.constantFrom(null, true, 1e308, -1),
        fc.array(tie("any"), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...names), tie("any"), { maxKeys: 5 }),
      ),
    })).any;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          value.map((one) => JSON.stringify(one) ?? ""),
        ),
        (text) => {
          const read = parseReport(text);
          if (!read.ok) return;
          expect(read.value.policies.length).toBeLessThanOrEqual(reportLimits.policiesPerReportMax);
          for (const { successes, failures } of read.value.policies) {
            expect(Number.isSafeInteger(successes) && Number.isSafeInteger(failures)).toBe(true);
          }
          for (const language of languages) tellReport(createWords(language), received(read.value));
        },
      ),
    );
  });

  test("long lists and texts are cut", () => {
    const details = Array.from({ length: 2_000 }, () => ({ "result-type": "x".repeat(5_000) }));
    const policies = Array.from({ length: 500 }, (_, at) => (at === 0 ? { "failure-details": details } : {}));
    const read = parseReport(JSON.stringify({ policies }));
    expect(read.ok && read.value.policies.length).toBe(reportLimits.policiesPerReportMax);
    expect(read.ok && read.value.policies[0]?.details.length).toBe(reportLimits.failuresPerPolicyMax);
    expect(read.ok && read.value.policies[0]?.details[0]?.resultText.length).toBe(reportLimits.textMaxChars);
  });
});

function emptyPolicy() {
  return { type: "unknown", domain: "", strings: [], mxHosts: [], successes: 0, failures: 0, details: [] } as const;
}

function received(report: TlsReport, proof: ReportProof = { kind: "transport" }): ReceivedReport {
  return { id: 1, receivedAt: 0, source: "import", proof, report };
}

describe("whatever reports come in", () => {
  test("JSON, gzip, a mail, a mailbox: by their bytes (RFC 8460 §5.6)", async () => {
    const mail = Buffer.from(letterOf(ours()));
    const mailbox = Buffer.concat([
      Buffer.from("From a@b Thu Jan  1 00:00:00 2026\n"),
      mail,
      Buffer.from("\r\n\r\nFrom c@d Thu Jan  1 00:00:00 2026\nSubject: no report\n\nhello\n\nFrom e@f x\n"),
      Buffer.from(mail.toString("latin1").replaceAll("\r\n", "\n"), "latin1"),
    ]);
    const json = Buffer.from('  {"policies":[{}]}');
    const outcome = async (bytes: Uint8Array): Promise<readonly string[]> =>
      (await unpackReports(bytes)).map((part) =>
        part.ok ? (part.value.mail === undefined ? "bare" : "mail") : part.error,
      );
    expect(await outcome(json)).toEqual(["bare"]);
    expect(await outcome(gzipSync(json))).toEqual(["bare"]);
    expect(await outcome(mail)).toEqual(["mail"]);
    expect(await outcome(mailbox)).toEqual(["mail", "no-report", "mail"]);
    expect(await outcome(Buffer.from("no mail at all"))).toEqual(["no-report"]);
    expect(await outcome(Buffer.alloc(0))).toEqual(["bad-mail"]);
    expect(await outcome(ours().subarray(0, 50))).toEqual(["bad-gzip"]);
  });

  test("a gzip bomb is bounded: it never becomes what it would be", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, " "));
    expect(bomb.length).toBeLessThan(reportLimits.packedMaxBytes);
    const before = process.memoryUsage().rss;
    expect(await unpackReports(bomb)).toEqual([{ ok: false, error: "bad-gzip" }]);
    expect(await unpackReports(letterOf(bomb))).toEqual([{ ok: false, error: "bad-gzip" }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(await unpackReports(Buffer.alloc(reportLimits.packedMaxBytes + 1, "{"))).toEqual([
      { ok: false, error: "too-large" },
    ]);
  });

  test("any bytes at all: it never throws", async () => {
    const starts = fc.constantFrom(
      "",
      "From x\n",
      "\x1f\x8b",
      "{",
      "Subject: x\n\n",
      "Content-Type: multipart/report; boundary=a\n\n--a\n",
    );
    const bytes = fc
      .tuple(starts, fc.uint8Array({ maxLength: 300 }))
      .map(([start, rest]) => Buffer.concat([Buffer.from(start, "latin1"), rest]));
    await fc.assert(
      fc.asyncProperty(bytes, async (one) => {
        expect(Array.isArray(await unpackReports(one))).toBe(true);
      }),
    );
  });
});

const data = vectors("tlsrpt");
describe.skipIf(skipped("reports that others wrote", data.missing))("reports that others wrote", () => {
  const files = data.missing === undefined ? readdirSync(data.folder).sort() : [];
  test("there are some", () => expect(files.length).toBeGreaterThanOrEqual(5));

  test.each(files)("%s is read, and can be told in both languages", async (file) => {
    const parts = await unpackReports(readFileSync(join(data.folder, file)));
    expect(parts).toHaveLength(1);
    const [part] = parts;
    if (part?.ok !== true) throw new Error(`not read: ${JSON.stringify(part)}`);
    const { report } = part.value;
    expect(report.organization).toMatch(/^(?:Company-X|Google Inc\.)$/);
    expect(report.policies.length).toBeGreaterThan(0);
    for (const language of languages) {
      const words = createWords(language);
      expect(tellReportLine(words, received(report))).toContain(report.organization);
      const told = tellReport(words, received(report));
      expect(told.policies).toHaveLength(report.policies.length);
    }
  });

  test("rpt01: numbers, addresses and reasons are where they belong", async () => {
    for (const file of ["rpt01.json", "rpt01.eml"]) {
      const [part] = await unpackReports(readFileSync(join(data.folder, file)));
      expect(part?.ok && part.value.report, file).toMatchObject({
        organization: "Company-X",
        reportId: "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
        policies: [
          {
            type: "sts",
            domain: "company-y.example",
            successes: 5326,
            failures: 303,
            details: [
              { result: "certificate-expired", sessions: 100, sendingIp: "2001:db8:abcd:0012::1" },
              { result: "starttls-not-supported", sessions: 200, receivingIp: "203.0.113.56" },
              { result: "validation-failure", sessions: 3, reason: "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED" },
            ],
          },
        ],
      });
    }
  });
});

describe("reports are kept once", () => {
  test("by organization and report-id", async () => {
    const kinds = async (bytes: Uint8Array): Promise<readonly string[]> =>
      (await takeIn(deps(), bytes, "import")).map(({ kind }) => kind);
    expect(await kinds(ours())).toEqual(["kept"]);
    expect(await kinds(ours())).toEqual(["known"]);
    expect(await kinds(ours("2.cd@ours.example"))).toEqual(["kept"]);
    expect(await kinds(ours("1.ab@ours.example", "Theirs"))).toEqual(["kept"]);
    expect(await kinds(Buffer.from("{}"))).toEqual(["unreadable"]);
    expect(store.received(10).map(({ id, report }) => [id, report.organization])).toEqual([
      [3, "Theirs"],
      [2, "Ours"],
      [1, "Ours"],
    ]);
    expect(store.receivedOne("2")?.report.reportId).toBe("2.cd@ours.example");
    expect(store.receivedOne("2.cd@ours.example")?.id).toBe(2);
    expect(store.receivedOne("nothing")).toBeUndefined();
    store.forgetReceived(clock.now() + 1);
    expect(store.received(10)).toEqual([]);
  });

  test("what anybody could have written does not take the place of what is signed", async () => {
    const signed: CheckSignature = () => Promise.resolve({ kind: "signed", by: "ours.example" });
    const forged: CheckSignature = () => Promise.resolve({ kind: "forged" });
    await takeIn(deps(forged), letterOf(ours()), "inbox");
    expect((await takeIn(deps(signed), letterOf(ours()), "inbox")).map(({ kind }) => kind)).toEqual(["kept"]);
  });
});

describe("RFC 8460 §3: who signed a report", () => {
  const keys = generateKeyPairSync("ed25519");
  const key = {
    domain: domain("ours.example"),
    selector: "s1",
    privateKey: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  const p = keys.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");
  const dns = (told: string | "servfail" | undefined) =>
    signatureChecker(
      {
        txt: async (question: DomainName): Promise<Answer<string>> => {
          const common = { question, owner: question, aliases: [], ttlSeconds: 60, status: "insecure" } as const;
          if (told === undefined) return { ...common, kind: "nxdomain" };
          return told === "servfail"
            ? { kind: "failure", status: "indeterminate", question, failure: "servfail", detail: "" }
            : { ...common, kind: "records", records: [told] };
        },
      },
      clock,
    );
  const record = `v=DKIM1; k=ed25519; p=${p}`;

  test("signed, unsigned, changed on the way, without a key, by a stranger", async () => {
    const letter = letterOf(ours());
    const signed = await signLetter(letter, key, clock.now());
    const text = Buffer.from(signed).toString("latin1");
    expect(await dns(record)(signed)).toEqual({ kind: "signed", by: "ours.example" });
    expect(await dns(record)(letter)).toEqual({ kind: "unsigned" });
    expect(await dns(record)(Buffer.from(text.replace("A report.", "A rumour."), "latin1"))).toEqual({
      kind: "forged",
    });
    expect(await dns(undefined)(signed)).toEqual({ kind: "forged" });
    expect(await dns("servfail")(signed)).toEqual({ kind: "unchecked" });
    const stranger = await signLetter(letter, { ...key, domain: domain("evil.example") }, clock.now());
    expect(await dns(record)(stranger)).toEqual({ kind: "forged" });
  });
});

describe("the inbox", () => {
  /** The hour of the test: a busy machine makes no file older. */
  const now = Date.now();

  /** Looks until `left()` names nothing more to be taken in: `close` waits for the file under way, not for the whole look. */
  const look = async (path: string, left: () => readonly string[]): Promise<void> => {
    for (let turn = 0; turn < 2_000 && (turn === 0 || left().length > 0); turn++) {
      const watch = watchInbox(deps(), directoryInbox(path, { now: () => now }));
      for (let wait = 0; wait < 50; wait++) await new Promise((resolve) => setImmediate(resolve));
      await watch.close();
    }
  };

  test("a directory: what is read goes to `read`, what cannot be to `unreadable`, what may still be written to stays", async () => {
    const inbox = join(directory, "inbox");
    mkdirSync(inbox);
    const old = new Date(now - 60_000);
    for (const [name, bytes] of [
      ["a.json.gz", ours()],
      ["b.eml", letterOf(ours("2@x"))],
      ["c.txt", Buffer.from("no")],
    ] as const) {
      writeFileSync(join(inbox, name), bytes);
      utimesSync(join(inbox, name), old, old);
    }
    writeFileSync(join(inbox, "young.json"), "{");
    await look(inbox, () => readdirSync(inbox).filter((name) => /^[abc]\./.test(name)));
    expect(readdirSync(inbox).sort()).toEqual(["read", "unreadable", "young.json"]);
    expect(readdirSync(join(inbox, "read")).sort()).toEqual(["a.json.gz", "b.eml"]);
    expect(readdirSync(join(inbox, "unreadable"))).toEqual(["c.txt"]);
    expect(store.received(10)).toHaveLength(2);
  });

  test("a Maildir: from `new` to `cur`, marked as seen", async () => {
    const inbox = join(directory, "Maildir");
    for (const name of ["new", "cur", "tmp"]) mkdirSync(join(inbox, name), { recursive: true });
    writeFileSync(join(inbox, "new", "1.host"), letterOf(ours()));
    const later = new Date(now - 60_000);
    utimesSync(join(inbox, "new", "1.host"), later, later);
    await look(inbox, () => readdirSync(join(inbox, "new")));
    expect(readdirSync(join(inbox, "new"))).toEqual([]);
    expect(readdirSync(join(inbox, "cur"))).toEqual(["1.host:2,S"]);
    expect(store.received(10)).toHaveLength(1);
  });
});

describe("a report in words", () => {
  const words = createWords("en");
  const told = (policy: object, result: string): string => {
    const detail = { "result-type": result, "failed-session-count": 2, "receiving-mx-hostname": "mx.good.example" };
    const text = JSON.stringify({ policies: [{ policy, "failure-details": [detail] }] });
    const read = parseReport(text);
    if (!read.ok) throw new Error(read.error);
    return tellReport(words, received(read.value)).policies[0]?.failures[0]?.exposure ?? "";
  };

  test.each<[policy: object, result: string, exposure: RegExp]>([
    [{ "policy-type": "tlsa" }, "validation-failure", /Nothing was exposed/],
    [
      { "policy-type": "sts", "policy-string": ["version: STSv1", "mode: enforce"] },
      "certificate-expired",
      /Nothing was exposed/,
    ],
    [{ "policy-type": "sts", "policy-string": ["mode: testing"] }, "certificate-expired", /may have read it/],
    [{ "policy-type": "sts" }, "certificate-expired", /does not tell/],
    [{ "policy-type": "sts" }, "sts-policy-fetch-error", /may have read it/],
    [{ "policy-type": "no-policy-found" }, "starttls-not-supported", /may have read it/],
    [{ "policy-type": "no-policy-found" }, "dnssec-invalid", /Nothing was exposed/],
    [{ "policy-type": "mystery" }, "starttls-not-supported", /does not tell/],
  ])("%j and %s: %s", (policy, result, exposure) => expect(told(policy, result)).toMatch(exposure));

  test("what strangers wrote cannot drive a terminal or turn a line", () => {
    const evil = "\u001b[2J\u202eevil\r\nline";
    const read = parseReport(
      JSON.stringify({
        "organization-name": evil,
        "report-id": evil,
        policies: [
          {
            policy: { "policy-domain": evil, "policy-string": [evil] },
            "failure-details": [{ "result-type": evil, "failure-reason-code": evil, "receiving-mx-hostname": evil }],
          },
        ],
      }),
    );
    if (!read.ok) throw new Error(read.error);
    for (const language of languages) {
      const inWords = createWords(language);
      const all = JSON.stringify([
        tellReport(inWords, received(read.value)),
        tellReportLine(inWords, received(read.value)),
      ]);
      // eslint-disable-next-line no-control-regex
      expect(all).not.toMatch(/\\u001b|\u001b|\u202e|\\r|\\n/);
    }
  });
});
