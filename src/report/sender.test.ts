import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  address,
  domain,
  err,
  noLog,
  noMetrics,
  ok,
  type DomainName,
  type Envelope,
  type Log,
  type MessageId,
  type Result,
} from "../base/index.ts";
import type { Answer } from "../dns/index.ts";
import type { Incoming, MessageStory, RecipientState } from "../queue/index.ts";
import { openReports } from "../system/store/reports.ts";
import { openFactStore, type FactStore } from "../system/store/open.ts";
import { manualClock, seededRandom, type ManualClock } from "../../test/support/clock.ts";
import { grammarFaults } from "./grammar.cases.ts";
import {
  dayMs,
  dayOf,
  reportLimits,
  startSender,
  targetText,
  type Outgoing,
  type PostFault,
  type ReportSender,
  type SenderSettings,
} from "./index.ts";

const noon = Date.UTC(2026, 0, 1, 12);
const midnight = Date.UTC(2026, 0, 2);
const good = domain("good.example");
const https = "v=TLSRPTv1; rua=https://reports.example/in";
const mailto = "v=TLSRPTv1; rua=mailto:reports@good.example";
const hour = 3_600_000;

let directory = "";
let facts: FactStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "surehop-sender-"));
  facts = openFactStore({ directory, role: "relay" });
});
afterEach(() => {
  facts.close();
  rmSync(directory, { recursive: true, force: true });
});

const privateKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const settings: SenderSettings = {
  organization: "Ours",
  contact: address("tls@ours.example"),
  from: address("noreply@ours.example"),
  dkim: { domain: domain("ours.example"), selector: "s1", privateKey },
};

interface Mail {
  readonly envelope: Envelope;
  readonly content: Buffer;
  state: RecipientState;
}

/** What outlives a relay: the disk, the queue, the world. */
function world() {
  const clock = manualClock(noon);
  const store = openReports(facts);
  const records = new Map<string, readonly string[] | "servfail">();
  const posted: { readonly at: number; readonly url: string; readonly body: Buffer }[] = [];
  const mails = new Map<MessageId, Mail>();
  const warned: string[] = [];
  const log: Log = { ...noLog, warn: (message) => void warned.push(message) };
  let answer: (url: string) => Result<number, PostFault> | Promise<Result<number, PostFault>> = () => ok(201);
  let onCommit: () => void = () => {};
  let serial = 0;
  const queue = {
    receive(): Incoming {
      const id = `MESSAGE${++serial}` as MessageId;
      const chunks: Uint8Array[] = [];
      return {
        id,
        write: (chunk) => void chunks.push(Buffer.from(chunk)),
        commit: async (envelope) => {
          mails.set(id, { envelope, content: Buffer.concat(chunks), state: { kind: "pending" } });
          onCommit();
        },
        abort: async () => {},
      };
    },
    show: async (id: MessageId) => {
      const mail = mails.get(id);
      if (mail === undefined) return undefined;
      return { deliveries: [{ recipients: [{ address: "x", state: mail.state }] }] } as unknown as MessageStory;
    },
    delete: async (id: MessageId) => mails.delete(id),
  };
  const asked: { readonly at: number; readonly name: string }[] = [];
  const resolver = {
    txt: async (name: DomainName): Promise<Answer<string>> => {
      asked.push({ at: clock.now(), name });
      const told = records.get(name) ?? [];
      if (told === "servfail") {
        return { kind: "failure", status: "indeterminate", question: name, failure: "servfail", detail: "" };
      }
      const common = { question: name, owner: name, aliases: [], ttlSeconds: 60, status: "insecure" } as const;
      return told.length === 0 ? { ...common, kind: "nxdomain" } : { ...common, kind: "records", records: told };
    },
  };
  const start = (more: Partial<SenderSettings> = {}, seed = 1): ReportSender =>
    startSender(
      {
        clock,
        random: seededRandom(seed),
        log,
        metrics: noMetrics,
        resolver,
        queue,
        post: async (url, body) => {
          posted.push({ at: clock.now(), url, body: Buffer.from(body) });
          return answer(url);
        },
        store,
      },
      { ...settings, ...more },
    );
  return {
    clock,
    store,
    records,
    posted,
    mails,
    asked,
    warned,
    start,
    answer: (given: typeof answer) => void (answer = given),
    onCommit: (given: () => void) => void (onCommit = given),
    count(name: DomainName, record?: readonly string[] | "servfail", at = noon) {
      store.add([
        {
          day: dayOf(at),
          domain: name,
          policy: { type: "no-policy-found", strings: [], mxHosts: [] },
          successes: 3,
          failures: [{ result: "starttls-not-supported", sessions: 1 }],
        },
      ]);
      if (record !== undefined) records.set(`_smtp._tls.${name}`, record);
    },
    only(): Outgoing {
      const all = store.outgoing(10);
      expect(all).toHaveLength(1);
      return all[0] as Outgoing;
    },
  };
}

/** In steps, with real turns of the event loop between them: signing takes some. */
async function pass(clock: ManualClock, ms: number, stepMs = 10 * 60_000): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    await clock.advance(Math.min(left, stepMs));
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("RPT-1 the daily report", () => {
  test("goes out once, after midnight UTC and before the jitter ends; the JSON is the grammar's", async () => {
    const here = world();
    here.count(good, [https]);
    const sender = here.start();
    await pass(here.clock, midnight - noon - 60_000, hour);
    expect(here.asked, "the day is not over").toEqual([]);
    await pass(here.clock, 3 * dayMs, hour);
    expect(here.posted).toHaveLength(1);
    const [{ at, url, body } = { at: 0, url: "", body: Buffer.alloc(0) }] = here.posted;
    expect(url).toBe("https://reports.example/in");
    expect(at).toBeGreaterThanOrEqual(midnight + reportLimits.dayCloseMs);
    expect(at).toBeLessThanOrEqual(midnight + reportLimits.dayCloseMs + reportLimits.jitterMaxMs + 2 * hour);
    const text = gunzipSync(body).toString();
    expect(grammarFaults(text)).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({
      "organization-name": "Ours",
      "contact-info": "tls@ours.example",
      "report-id": here.only().reportId,
      policies: [{ policy: { "policy-domain": "good.example" }, summary: { "total-failure-session-count": 1 } }],
    });
    expect(here.only().state).toMatchObject({ kind: "done", outcome: "sent" });
    await sender.close();
  });

  test("RFC 8460 §4.1: domains are asked at times of their own, which a restart does not change", async () => {
    const here = world();
    for (let at = 0; at < 40; at++) here.count(domain(`d${at}.example`), [https]);
    await here.start({}, 1).close();
    await pass(here.clock, midnight - noon + 2 * 60_000, hour);
    await here.start({}, 2).close();
    const planned = here.store.outgoing(50).map(({ dueAt }) => dueAt ?? 0);
    expect(Math.max(...planned) - Math.min(...planned)).toBeGreaterThan(reportLimits.jitterMaxMs / 2);
    await here.start({}, 3).close();
    expect(here.store.outgoing(50).map(({ dueAt }) => dueAt)).toEqual(planned);
  });

  test.each<[record: readonly string[] | undefined, outcome: string]>([
    [undefined, "unwanted"],
    [["v=spf1 -all"], "unwanted"],
    [[https, mailto], "unwanted"],
    [["v=TLSRPTv1; x=y"], "no-rua"],
    [["v=TLSRPTv1; rua=ftp://x.example/"], "no-way"],
  ])("a domain that says %j gets none: %s", async (record, outcome) => {
    const here = world();
    here.count(good, record);
    const sender = here.start();
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    expect(here.only().state).toMatchObject({ kind: "done", outcome });
    expect(here.posted).toEqual([]);
    expect(here.mails.size).toBe(0);
    await sender.close();
  });

  test("each address of the record gets it, and one that fails does not keep it from the others", async () => {
    const here = world();
    here.count(good, ["v=TLSRPTv1; rua=https://a.example/,mailto:b@b.example,https://c.example/"]);
    here.answer((url) => (url === "https://a.example/" ? err({ code: "certificate", detail: "expired" }) : ok(200)));
    const sender = here.start();
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    for (const mail of here.mails.values()) mail.state = { kind: "delivered", at: 1, level: "encrypted", host: "mx" };
    await pass(here.clock, 30 * hour, hour);
    const report = here.only();
    expect(report.state).toMatchObject({ kind: "done", outcome: "sent" });
    expect(report.targets.map(({ target, state }) => [targetText(target), state.kind])).toEqual([
      ["https://a.example/", "failed"],
      ["mailto:b@b.example", "delivered"],
      ["https://c.example/", "delivered"],
    ]);
    await sender.close();
  });
});

describe("RFC 8460 §5.5: a report is tried for a day", () => {
  test("by HTTPS with growing waits, and then no more", async () => {
    const here = world();
    here.count(good, [https]);
    here.answer(() => ok(503));
    const sender = here.start();
    await pass(here.clock, midnight - noon + 3 * dayMs);
    const waits = here.posted.slice(1).map(({ at }, index) => at - (here.posted[index]?.at ?? 0));
    expect(here.posted.length).toBeGreaterThan(5);
    expect(here.posted.length).toBeLessThan(20);
    for (const [index, wait] of waits.slice(0, -1).entries()) {
      const due = Math.min(reportLimits.retryMaxMs, reportLimits.retryFirstMs * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(due * 0.8);
      expect(wait).toBeLessThanOrEqual(due * 1.2 + 10 * 60_000);
    }
    const span = (here.posted.at(-1)?.at ?? 0) - (here.posted[0]?.at ?? 0);
    expect(span).toBeGreaterThan(20 * hour);
    expect(span).toBeLessThanOrEqual(reportLimits.tryForMs + 10 * 60_000);
    expect(new Set(here.posted.map(({ body }) => body.toString("hex"))).size, "the same bytes each time").toBe(1);
    expect(here.only()).toMatchObject({
      state: { kind: "done", outcome: "failed" },
      targets: [{ state: { kind: "failed", fault: "status", detail: "503" } }],
    });
    await sender.close();
  });

  test("the DNS that does not answer is asked again for a day: no answer is not no record", async () => {
    const here = world();
    here.count(good, "servfail");
    const sender = here.start();
    await pass(here.clock, midnight - noon + 10 * hour);
    expect(here.asked.length).toBeGreaterThan(3);
    here.records.set("_smtp._tls.good.example", [https]);
    await pass(here.clock, 6 * hour);
    expect(here.posted).toHaveLength(1);
    await sender.close();
  });

  test("and then it is given up", async () => {
    const here = world();
    here.count(good, "servfail");
    const sender = here.start();
    await pass(here.clock, midnight - noon + 2 * dayMs, hour);
    expect(here.only().state).toMatchObject({ kind: "done", outcome: "dns" });
    await sender.close();
  });

  test("a mail that the queue cannot deliver in a day is taken out of it", async () => {
    const here = world();
    here.count(good, [mailto]);
    const sender = here.start();
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    expect(here.mails.size).toBe(1);
    await pass(here.clock, 30 * hour, hour);
    expect(here.mails.size).toBe(0);
    expect(here.only()).toMatchObject({ targets: [{ state: { kind: "failed", fault: "expired" } }] });
    await sender.close();
  });

  test("days that ended long ago are not reported on any more", async () => {
    const here = world();
    here.count(good, [https], noon - 10 * dayMs);
    const sender = here.start();
    await pass(here.clock, dayMs, hour);
    expect(here.store.outgoing(10)).toEqual([]);
    await sender.close();
  });
});

describe("a report by mail", () => {
  test("goes into our own queue: signed, asked to ignore policies, with no bounce and no session to report on", async () => {
    const here = world();
    here.count(good, [mailto]);
    const sender = here.start();
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    const [mail] = [...here.mails.values()];
    expect(mail?.envelope).toMatchObject({
      from: { local: "noreply", domain: "ours.example" },
      recipients: [{ address: { local: "reports", domain: "good.example" }, notify: "never" }],
      requireTls: false,
      // RFC 8460 §3: reports about reports would never end.
      purpose: "tls-report",
    });
    const content = mail?.content.toString() ?? "";
    expect(content).toMatch(/^DKIM-Signature: /);
    expect(content).toMatch(/^TLS-Required: No\r$/m);
    await sender.close();
  });

  test("without a key it is not sent, and that is said once", async () => {
    const here = world();
    here.count(good, [mailto]);
    here.count(domain("other.example"), [mailto]);
    const { dkim: _, ...keyless } = settings;
    const sender = startSenderWithout(here, keyless);
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    expect(here.mails.size).toBe(0);
    expect(here.store.outgoing(10).map(({ state }) => state)).toMatchObject([
      { outcome: "failed" },
      { outcome: "failed" },
    ]);
    expect(here.warned).toEqual(["TLS reports are not sent by mail: they have to be signed"]);
    await sender.close();
  });

  function startSenderWithout(here: ReturnType<typeof world>, keyless: Omit<SenderSettings, "dkim">): ReportSender {
    return here.start({ ...keyless, dkim: undefined } as unknown as SenderSettings);
  }
});

describe("a restart neither loses nor doubles a report", () => {
  test("the process dies between the queue's acceptance and the disk: the queue is asked", async () => {
    const here = world();
    here.count(good, [mailto]);
    const save = here.store.save.bind(here.store);
    let isDead = false;
    here.store.save = (report) => {
      if (isDead) throw new Error("the process is gone");
      save(report);
    };
    here.onCommit(() => void (isDead = true));
    const sender = here.start();
    await pass(here.clock, midnight - noon + 6 * hour, hour);
    await sender.close();
    expect(here.mails.size).toBe(1);
    expect(here.only().targets).toMatchObject([{ state: { kind: "handing" } }]);

    isDead = false;
    const again = here.start();
    await pass(here.clock, hour);
    expect(here.mails.size).toBe(1);
    expect(here.only().targets).toMatchObject([{ state: { kind: "queued" } }]);
    await again.close();
  });

  test("the process dies before the queue has accepted: it is handed over anew", async () => {
    const here = world();
    here.count(good, [mailto]);
    const sender = here.start();
    here.onCommit(() => {
      here.mails.clear();
      throw new Error("the process is gone");
    });
    await pass(here.clock, midnight - noon + 5 * hour, hour);
    await sender.close();
    here.onCommit(() => {});
    const again = here.start();
    await pass(here.clock, 6 * hour);
    expect(here.mails.size).toBe(1);
    expect(here.only().targets).toMatchObject([{ state: { kind: "queued" } }]);
    await again.close();
  });

  test("a POST that was broken off comes again, under the same report-id", async () => {
    const here = world();
    here.count(good, [https]);
    here.answer(() => new Promise(() => {}));
    const random = here.start();
    await pass(here.clock, midnight - noon + 5 * hour, hour);
    expect(here.posted).toHaveLength(1);
    void random.close();
    here.answer(() => ok(200));
    const again = here.start({}, 9);
    await pass(here.clock, hour);
    const ids = here.posted.map(
      ({ body }) => (JSON.parse(gunzipSync(body).toString()) as Record<string, unknown>)["report-id"],
    );
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    await again.close();
  });

  test("a disk that fails when the outcome is written sends nothing to those who have it", async () => {
    const here = world();
    here.count(good, ["v=TLSRPTv1; rua=https://a.example/,https://b.example/"]);
    const save = here.store.save.bind(here.store);
    here.store.save = (report) => {
      if (report.targets[1]?.state.kind === "delivered" && here.posted.length < 3) throw new Error("no space");
      save(report);
    };
    const sender = here.start();
    await pass(here.clock, midnight - noon + 7 * hour);
    const urls = here.posted.map(({ url }) => url);
    expect(urls.filter((url) => url === "https://a.example/")).toHaveLength(1);
    expect(here.only().state).toMatchObject({ outcome: "sent" });
    await sender.close();
  });
});
