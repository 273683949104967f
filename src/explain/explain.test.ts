import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createWords, languages } from "../words/index.ts";
import { causeOfReply, causeOfStatus, registeredCodes, tlsResultCauses } from "./codes.ts";
import {
  causes,
  explain,
  explainLimits,
  hops,
  mends,
  notes,
  outcomes,
  tellExplanation,
  type Explanation,
  type Incident,
  type Summary,
} from "./index.ts";
import { exposedBy, judge, mendsOf, readersOf } from "./judge.ts";
import { rows, type Row } from "./recorded.cases.ts";

interface Explained extends Summary {
  readonly all: readonly Explanation[];
}

async function explained(text: string | Uint8Array, chunkBytes = 65_536): Promise<Explained> {
  const bytes = Buffer.from(text);
  const all: Explanation[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const summary = await explain(chunks(), (one) => void all.push(one));
  return { ...summary, all };
}

const short = ({ incident, judgement }: Explanation): unknown => ({
  source: incident.source,
  outcome: incident.outcome,
  cause: incident.cause,
  exposed: judgement.exposed,
  mends: judgement.mends,
  sent: incident.sent,
  hop: incident.hop,
});

describe("what servers write", () => {
  test("there are enough of them, each said once", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(({ text }) => text)).size).toBe(rows.length);
  });

  test.each(rows)("$expect.source: $what", async ({ text, expect: expected }: Row) => {
    const { all } = await explained(`${text}\n`);
    expect(all.map(short), all[0]?.incident.said).toEqual([expect.objectContaining(expected)]);
  });
});

describe("what the other server says once it has addresses or content is no fault of this hop's TLS", () => {
  const pf =
    "Nov 24 10:11:12 mx postfix/smtp[2311]: 4XyZabc127: to=<u@example.net>, relay=mx1.example.net[192.0.2.7]:25,";
  const ex =
    "2026-11-24 09:00:03 1tFabi-0001Xy-2G ** e@example.net R=dnslookup T=remote_smtp H=mx.example.net [192.0.2.10]:";
  const sm =
    "Nov 24 10:00:01 mx sm-mta[126]: 3AO90abf012348: to=<u@example.com>, mailer=esmtp, relay=mx.example.com. [192.0.2.8],";

  test.each<[what: string, text: string, expected: object]>([
    [
      "a certificate of somebody else's, after the content",
      `${pf} dsn=5.7.1, status=bounced (host mx1.example.net[192.0.2.7] said: 550 5.7.1 certificate verify failed at the next relay (in reply to end of DATA command))`,
      { cause: "refused-untold", sent: "content", exposed: "unknown" },
    ],
    [
      "the same in Exim, without TLS",
      `${ex} SMTP error from remote mail server after end of data: 550 5.7.1 the signing certificate has expired`,
      { cause: "refused-untold", sent: "content", exposed: "yes" },
    ],
    [
      "a bounce",
      "<u@example.net>: host mx1.example.net[192.0.2.7] said: 550 5.7.1 certificate has expired (in reply to RCPT TO command)",
      { cause: "refused-untold", sent: "addresses", exposed: "unknown" },
    ],
    [
      '"Service unavailable" for good is not "come back later"',
      `${sm} dsn=5.7.0, stat=Service unavailable`,
      { cause: "refused-untold", outcome: "returned" },
    ],
    [
      "sendmail's own rule, which may have come after MAIL",
      `${sm} dsn=4.7.0, stat=Deferred: 403 4.7.0 not authenticated`,
      { cause: "certificate-unproven", sent: "not-told", exposed: "unknown" },
    ],
    [
      'a word behind "the remote host" is no name of a host',
      "<u@example.net>: 554: 5.7.10 TLS is required by policy but the remote host did not offer STARTTLS",
      { cause: "tls-not-offered", outcome: "returned" },
    ],
  ])("%s", async (_, text, expected) => {
    const { all } = await explained(`${text}\n`);
    expect(all.map(short), all[0]?.incident.said).toEqual([expect.objectContaining(expected)]);
    expect(all[0]?.incident.host ?? "a.host").toContain(".");
  });
});

describe("a log", () => {
  const pf = "Nov 25 21:47:17 mail postfix/smtp[13138]:";
  const tls = `${pf} Verified TLS connection established to mx.example.net[192.0.2.1]:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)`;
  const line = (id: string, to = "bob@example.net", status = "sent (250 ok)"): string =>
    `${pf} ${id}: to=<${to}>, relay=mx.example.net[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=${status}`;

  test("no later message borrows the proof of an earlier one", async () => {
    const { all } = await explained([tls, line("AAAAAAAAAA"), line("BBBBBBBBBB")].join("\n"));
    expect(all.map(({ incident }) => incident.hop)).toEqual(["proven", "presumed-cleartext"]);
    expect(all[1]?.judgement.exposed).toBe("yes");
  });

  test("recipients of one message share its session, and are told together", async () => {
    const { all } = await explained([tls, line("AAAAAAAAAA"), line("AAAAAAAAAA", "eve@example.net")].join("\n"));
    expect(all).toHaveLength(1);
    expect(all[0]?.incident).toMatchObject({ hop: "proven", recipients: ["bob@example.net", "eve@example.net"] });
  });

  test("a connection that was made elsewhere proves nothing", async () => {
    const reused = line("BBBBBBBBBB").replace("delay=1,", "conn_use=2, delay=1,");
    const { all } = await explained([tls, line("AAAAAAAAAA"), reused].join("\n"));
    expect(all[1]?.incident.hop).toBe("not-told");
  });

  test("a message is told once: its end, and the worst of its attempts", async () => {
    const lost = line(
      "AAAAAAAAAA",
      "bob@example.net",
      "deferred (lost connection with mx.example.net[192.0.2.1] while sending end of data -- message may be sent more than once)",
    );
    const { all } = await explained(
      [
        tls,
        line("CCCCCCCCCC"),
        lost,
        tls,
        line("AAAAAAAAAA"),
        `${pf.replace("smtp", "qmgr")} AAAAAAAAAA: removed`,
      ].join("\n"),
    );
    const mine = all.filter(({ incident }) => incident.message === "AAAAAAAAAA");
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({
      incident: { outcome: "delivered", attempts: 2, hop: "presumed-cleartext", sent: "content" },
      judgement: { exposed: "yes" },
    });
  });

  test("what an earlier host was told counts", async () => {
    const refused = `${pf} AAAAAAAAAA: host mx2.example.net[192.0.2.2] said: 451 4.7.1 later (in reply to end of DATA command)`;
    const { all } = await explained([refused, tls, line("AAAAAAAAAA")].join("\n"));
    expect(all[0]).toMatchObject({ incident: { hop: "not-told", sent: "content" }, judgement: { exposed: "unknown" } });
  });

  test("several servers' lines in one file", async () => {
    const one = (source: string): string => rows.find((row) => row.expect.source === source)?.text ?? "";
    const { all, kind } = await explained(
      ["postfix", "exim", "sendmail", "opensmtpd", "qmail"].map(one).join("\nsomething else\n"),
    );
    expect(kind).toBe("log");
    expect(all.map(({ incident }) => incident.source).sort()).toEqual([
      "exim",
      "opensmtpd",
      "postfix",
      "qmail",
      "sendmail",
    ]);
  });

  test("is told message by message, before its end", async () => {
    let told = 0;
    const seen: number[] = [];
    async function* input(): AsyncGenerator<Uint8Array> {
      for (const id of ["AAAAAAAAAA", "BBBBBBBBBB"]) {
        yield Buffer.from(`${line(id)}\n${pf.replace("smtp", "qmgr")} ${id}: removed\n`);
        seen.push(told);
      }
    }
    await explain(input(), () => void told++);
    expect(seen).toEqual([1, 2]);
  });

  test("compressed, as rotated logs are", async () => {
    const { all, kind } = await explained(gzipSync(`${tls}\n${line("AAAAAAAAAA")}\n`));
    expect([kind, all[0]?.incident.hop]).toEqual(["log", "proven"]);
  });

  test("however it is cut into chunks", async () => {
    const text = rows.map((row) => row.text).join("\n");
    const whole = await explained(text);
    for (const size of [1, 7, 1000]) expect((await explained(text, size)).all.map(short)).toEqual(whole.all.map(short));
  });
});

test("characters that cannot be seen hide nothing", async () => {
  const row = rows.find(({ expect: { cause } }) => cause === "tls-not-offered");
  const hidden = row?.text.replace("TLS is", "T\u200bL\u202eS\x00is").replace("status", "sta\u00adtus") ?? "";
  expect((await explained(hidden)).all.map(short)).toEqual([
    expect.objectContaining({ cause: "tls-not-offered", exposed: "no" }),
  ]);
});

describe("limits", () => {
  test("lines beyond the limit are not read, and that is said", async () => {
    const text = "x\n".repeat(explainLimits.linesMax + 10);
    expect((await explained(text)).cut).toBe("lines");
    expect((await explained("x\n".repeat(10))).cut).toBeUndefined();
  });

  test("bytes beyond the limit are not read, and that is said", async () => {
    const { cut } = await explained(Buffer.alloc(explainLimits.inputMaxBytes + 1, 0x20));
    expect(cut).toBe("bytes");
  });

  test("a report that grows when unpacked is not read", async () => {
    const bomb = gzipSync(Buffer.alloc(explainLimits.unpackedMaxBytes + 1, 0x20));
    expect(await explained(bomb)).toMatchObject({ kind: "nothing", explained: 0 });
  });

  test("more open messages than fit are told early, none is lost", async () => {
    const count = explainLimits.openMessagesMax + 5;
    const lines = Array.from(
      { length: count },
      (_, at) =>
        `m postfix/smtp[1]: ${String(100_000 + at)}: to=<b@example.net>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (Connection refused)`,
    );
    const { explained: told, cut } = await explained(lines.join("\n"));
    expect([told, cut]).toEqual([explainLimits.incidentsMax, "incidents"]);
  });
});

describe("codes", () => {
  test("RFC 5248: every registered code has a cause", () => {
    const details = { 0: 0, 1: 10, 2: 4, 3: 6, 4: 7, 5: 6, 6: 10, 7: 30 };
    const registered = Object.entries(details).flatMap(([subject, last]) =>
      Array.from({ length: last + 1 }, (_, detail) => `${subject}.${detail}`),
    );
    expect(Object.keys(registeredCodes).sort()).toEqual(registered.sort());
    for (const code of registered) {
      expect(causeOfStatus(`5.${code}`), code).toBe(registeredCodes[code]);
      expect(causeOfStatus(`4.${code}`), code).toBe(registeredCodes[code]);
      expect(causeOfStatus(`2.${code}`), code).toBe("delivered");
    }
  });

  test.each([
    ["5.1.10", "no-mail-there"],
    ["5.7.30", "requiretls"],
    ["4.7.323", "dane-mismatch"],
    ["5.7.326", "certificate-untrusted"],
    ["5.4.14", "loop"],
    ["5.7.608", "sender-listed"],
    ["5.9.9", undefined],
    ["6.1.1", undefined],
    ["5.1", undefined],
    ["", undefined],
    ["5.constructor.1", undefined],
  ])("%s: %s", (status, expected) => {
    expect(causeOfStatus(status)).toBe(expected);
  });

  test("every reply code of mail has a cause, nothing else has", () => {
    for (let code = 0; code < 1000; code++) {
      const isKnown = (code >= 200 && code < 300) || (code >= 400 && code < 600);
      expect(causeOfReply(code) !== undefined, String(code)).toBe(isKnown);
    }
  });
});

describe("judging", () => {
  const sents = ["nothing", "addresses", "content", "not-told"] as const;

  test("no hop that is not proven is ever taken for safe", () => {
    for (const sent of sents) {
      for (const hop of hops) {
        const exposed = exposedBy(sent, hop);
        if (sent !== "nothing" && hop !== "proven" && hop !== "internal")
          expect(exposed, `${sent} ${hop}`).not.toBe("no");
        if (sent === "nothing") expect(exposed).toBe("no");
        if (exposed === "yes") expect(readersOf(hop)).toEqual(["anyone-on-the-path"]);
      }
    }
  });

  test("whoever waits for a server that may come back mends nothing; once it is given up somebody has to look", () => {
    expect([mendsOf("unreachable", "delayed"), mendsOf("unreachable", "returned")]).toEqual([
      "nobody",
      "recipient-admin",
    ]);
  });
});

describe("words", () => {
  const base: Incident = {
    source: "text",
    outcome: "returned",
    cause: "unknown",
    codes: {},
    sent: "not-told",
    hop: "not-told",
    recipients: [],
    attempts: 1,
    notes: [],
  };

  test.each(languages)("in %s there are some for everything that can be told", (language) => {
    const words = createWords(language);
    let told = 0;
    for (const cause of causes) {
      for (const outcome of outcomes) {
        for (const sent of ["nothing", "addresses", "content", "not-told"] as const) {
          for (const hop of hops) {
            const incident: Incident = { ...base, cause, outcome, sent, hop, notes, sessions: 2 };
            const said = tellExplanation(words, incident, judge(incident));
            for (const text of [said.outcome, said.happened, said.exposed, said.mends, said.todo, ...said.notes])
              expect(text).not.toBe("");
            told++;
          }
        }
      }
    }
    for (const one of mends) expect(words.say(`explain-mends-${one}`)).not.toBe("");
    expect(told).toBe(causes.length * outcomes.length * 4 * hops.length);
  });
});

describe("TLS reports (RFC 8460 §4.4)", () => {
  const report = (type: string, lines: readonly string[], result: string): string =>
    JSON.stringify({
      "organization-name": "Company-X",
      "date-range": { "start-datetime": "2026-11-24T00:00:00Z", "end-datetime": "2026-11-24T23:59:59Z" },
      "contact-info": "sts-reporting@company-x.example",
      "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
      policies: [
        {
          policy: {
            "policy-type": type,
            "policy-string": lines,
            "policy-domain": "company-y.example",
            "mx-host": ["*.mail.company-y.example"],
          },
          summary: { "total-successful-session-count": 5326, "total-failure-session-count": 303 },
          "failure-details": [
            {
              "result-type": result,
              "sending-mta-ip": "2001:db8:abcd:12::1",
              "receiving-mx-hostname": "mx1.mail.company-y.example",
              "failed-session-count": 100,
            },
          ],
        },
      ],
    });
  const enforced = ["version: STSv1", "mode: enforce", "mx: *.mail.company-y.example", "max_age: 86400"];

  test.each(Object.entries(tlsResultCauses))("%s: %s", async (result, cause) => {
    const { all, kind } = await explained(report("sts", enforced, result));
    expect(kind).toBe("tls-report");
    expect(all.map(({ incident }) => [incident.cause, incident.sessions, incident.sent])).toEqual([
      ["delivered", 5326, "content"],
      [cause, 100, "nothing"],
      ["tls-validation", 203, "nothing"],
    ]);
    expect(all[1]).toMatchObject({
      incident: { host: "mx1.mail.company-y.example", reporter: "Company-X", recipients: ["@company-y.example"] },
      judgement: { exposed: "no" },
    });
  });

  test("what failed in testing mode, or without a policy, may have been sent all the same", async () => {
    const testing = await explained(report("sts", ["version: STSv1", "mode: testing"], "certificate-expired"));
    expect(testing.all[1]?.judgement).toMatchObject({ exposed: "unknown", notes: ["policy-testing"] });
    const none = await explained(report("no-policy-found", [], "starttls-not-supported"));
    expect(none.all.map(({ judgement }) => judgement.exposed)).toEqual(["unknown", "unknown", "unknown"]);
    const dane = await explained(report("tlsa", ["3 1 1 00ff"], "tlsa-invalid"));
    expect(dane.all.map(({ judgement }) => judgement.exposed)).toEqual(["no", "no", "no"]);
  });

  test("compressed, and in the mail that brings it (RFC 8460 §5.3)", async () => {
    const packed = gzipSync(report("sts", enforced, "certificate-expired"));
    expect((await explained(packed)).kind).toBe("tls-report");
    const mail = [
      "From: tlsrpt@mail.sender.example.com",
      "To: mts-sts-tlsrpt@example.net",
      "Subject: Report Domain: example.net Submitter: mail.sender.example.com",
      "TLS-Report-Domain: example.net",
      "MIME-Version: 1.0",
      'Content-Type: multipart/report; report-type="tlsrpt"; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain; charset=us-ascii",
      "",
      "This is an aggregate TLS report. Certificate expired 550 5.1.1.",
      "--b",
      "Content-Type: application/tlsrpt+gzip",
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: attachment; filename="mail.sender.example!example.com!1013662812!1013749130.json.gz"',
      "",
      ...(packed.toString("base64").match(/.{1,76}/g) ?? []),
      "--b--",
      "",
    ].join("\r\n");
    const { kind, all } = await explained(mail);
    expect([kind, all[1]?.incident.cause]).toEqual(["tls-report", "certificate-expired"]);
  });

  test.each([
    "{}",
    '{"policies":1}',
    '{"policies":[1,null,{"policy":3}]}',
    "{broken",
    '{"policies":[{"policy":{},"summary":{"total-failure-session-count":-5}}]}',
  ])("%s tells nothing, and breaks nothing", async (text) => {
    expect((await explained(text)).explained).toBe(0);
  });
});
