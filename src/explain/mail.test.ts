/** Mail that tells of mail: bounces of each kind of server, and our own. */
import { describe, expect, test } from "vitest";
import { address, domain } from "../base/index.ts";
import { buildReport, readHeaderSection } from "../mime/index.ts";
import { bounceNotice, createWords, languages, reportRecipient, type Exposure, type Failed } from "../words/index.ts";
import { seededRandom } from "../../test/support/clock.ts";
import { explain, type Cause, type Explanation, type Exposed, type Hop, type Mends, type Sent } from "./index.ts";

async function explained(text: string): Promise<readonly Explanation[]> {
  const all: Explanation[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  await explain(input(), (one) => void all.push(one));
  return all;
}

const now = Date.UTC(2026, 10, 24, 11, 5);

async function ownBounce(language: (typeof languages)[number], outcome: Failed, exposure: Exposure): Promise<string> {
  const words = createWords(language, { timeZone: "UTC" });
  const recipient = { address: address("bob@example.net"), outcome };
  const notice = bounceNotice(words, {
    hostname: domain("mail.ours.example"),
    queueId: "01JABCDEF",
    receivedAt: now - 3_600_000,
    now,
    original: { subject: "Hello" },
    recipients: [recipient],
    exposure,
  });
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("Subject: Hello\r\n\r\n550 5.1.1 said nobody\r\n");
  }
  const report = buildReport({
    hostname: domain("mail.ours.example"),
    to: address("ann@ours.example"),
    ...notice,
    language,
    now,
    random: seededRandom(7),
    recipients: [reportRecipient(recipient, now)],
    original: {
      queueId: "01JABCDEF",
      envelope: { requireTls: false, receivedAt: now - 3_600_000 },
      facts: { size: 40, longestLine: 20, has8bit: false, headerHas8bit: false, lines: 3 } as never,
      header: await readHeaderSection(content()),
      content,
    },
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of report.content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe.each(languages)("our own bounces, in %s", (language) => {
  const host = "mx.example.net";
  const reply = { code: 550, enhanced: "5.1.1", lines: ["no such user"] } as const;
  test.each([
    [
      "a certificate run out",
      { kind: "failed", reason: "lifetime-over", after: "unproven", host, fault: "certificate-expired" },
      { sent: "nothing" },
      "certificate-expired",
      "no",
    ],
    [
      "no STARTTLS",
      { kind: "failed", reason: "lifetime-over", after: "unproven", host, fault: "starttls-missing" },
      { sent: "nothing" },
      "tls-not-offered",
      "no",
    ],
    [
      "no such user, over a proven hop",
      { kind: "failed", reason: "peer-rejected", host, reply },
      { sent: "addresses", level: "authenticated", host },
      "no-such-user",
      "no",
    ],
    [
      "no such user, in clear",
      { kind: "failed", reason: "peer-rejected", host, reply },
      { sent: "addresses", level: "cleartext", host },
      "no-such-user",
      "yes",
    ],
    [
      "content over a hop that nobody checked",
      { kind: "failed", reason: "peer-rejected", host, reply: { code: 554, enhanced: "5.7.1", lines: ["spam"] } },
      { sent: "content", level: "encrypted", host },
      "content-refused",
      "unknown",
    ],
    ["null MX", { kind: "failed", reason: "null-mx" }, { sent: "nothing" }, "no-mail-there", "no"],
    [
      "REQUIRETLS",
      { kind: "failed", reason: "requiretls-unsupported", host, fault: "requiretls-missing" },
      { sent: "nothing" },
      "requiretls",
      "no",
    ],
  ] as const)("%s", async (_what, outcome, exposure, cause, exposed) => {
    const all = await explained(await ownBounce(language, outcome, exposure));
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      incident: {
        source: "surehop",
        outcome: "returned",
        cause,
        sent: exposure.sent,
        recipients: ["bob@example.net"],
        reporter: "mail.ours.example",
      },
      judgement: { exposed },
    });
    expect(all[0]?.judgement.notes).not.toContain("earlier-attempts-untold");
  });
});

const dsn = (prose: string, status: string): string =>
  [
    "Return-Path: <>",
    "From: MAILER-DAEMON@mail.example.org (Mail Delivery System)",
    "To: alice@example.org",
    "Subject: Undelivered Mail Returned to Sender",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Description: Notification",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    prose,
    "--b",
    "Content-Description: Delivery report",
    "Content-Type: message/delivery-status",
    "",
    status,
    "--b",
    "Content-Description: Undelivered Message",
    "Content-Type: message/rfc822",
    "",
    "From: alice@example.org",
    "To: bob@example.net",
    "Subject: 550 5.1.1 User unknown",
    "",
    "host mx.example.net said: 452 4.2.2 mailbox full (in reply to end of DATA command)",
    "--b--",
    "",
  ].join("\r\n");

const plain = (text: string): string =>
  `From: Mailer-Daemon@mail.example.org\r\nTo: alice@example.org\r\nSubject: failure notice\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\n`;

interface Expected {
  readonly what: string;
  readonly text: string;
  readonly cause: Cause;
  readonly exposed: Exposed;
  readonly mends: Mends;
  readonly sent: Sent;
  readonly hop?: Hop;
  readonly recipient?: string;
}

const bounces: readonly Expected[] = [
  {
    what: "Postfix: TLS demanded and refused, told by a reply that says nothing of TLS",
    text: dsn(
      "<bob@example.net>: TLS is required, but host mx.example.net[192.0.2.1] refused\n    to start TLS: 502 5.5.1 Command not implemented",
      "Reporting-MTA: dns; mail.example.org\r\nX-Postfix-Queue-ID: 35D172383CE\r\nArrival-Date: Wed, 25 Nov 2026 21:47:17 +0000 (UTC)\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nOriginal-Recipient: rfc822;bob@example.net\r\nAction: failed\r\nStatus: 5.5.1\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 502 5.5.1 Command not implemented",
    ),
    cause: "tls-refused",
    exposed: "no",
    mends: "recipient-admin",
    sent: "nothing",
  },
  {
    what: "Postfix: unknown user; how far it came stands in the part for people",
    text: dsn(
      "<bob@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1\n    <bob@mailboxes.example.net>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
      "Reporting-MTA: dns; mail.example.org\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: Recipient address rejected: User\r\n    unknown",
    ),
    cause: "no-such-user",
    exposed: "unknown",
    mends: "sender",
    sent: "addresses",
  },
  {
    what: "Exim writes 5.0.0 whatever was said",
    text: dsn(
      "  bob@example.net\n    host mx.example.net [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 5.1.1 <bob@example.net>: User unknown",
      "Reporting-MTA: dns; mail.example.org\r\n\r\nAction: failed\r\nFinal-Recipient: rfc822;bob@example.net\r\nStatus: 5.0.0\r\nRemote-MTA: dns; mx.example.net\r\nDiagnostic-Code: smtp; 550 5.1.1 <bob@example.net>: User unknown",
    ),
    cause: "no-such-user",
    exposed: "unknown",
    mends: "sender",
    sent: "addresses",
  },
  {
    what: "a DSN without words for people",
    text: dsn(
      "",
      "Reporting-MTA: dns; mail.example.org\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.2.2",
    ),
    cause: "mailbox-full",
    exposed: "unknown",
    mends: "recipient",
    sent: "not-told",
  },
  {
    what: "qmail",
    text: plain(
      "Hi. This is the qmail-send program at mail.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bob@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nFrom: x\n452 4.2.2 mailbox full",
    ),
    cause: "no-such-user",
    exposed: "unknown",
    mends: "sender",
    sent: "addresses",
  },
  {
    what: "sendmail",
    text: plain(
      "The original message was received at Wed, 25 Nov 2026 21:47:17 GMT\nfrom localhost [127.0.0.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<bob@example.net>\n    (reason: 550 5.1.1 <bob@example.net>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> RCPT To:<bob@example.net>\n<<< 550 5.1.1 <bob@example.net>... User unknown\n550 5.1.1 <bob@example.net>... User unknown",
    ),
    cause: "no-such-user",
    exposed: "unknown",
    mends: "sender",
    sent: "not-told",
  },
  {
    what: "Exchange Online",
    text: plain(
      "Delivery has failed to these recipients or groups:\n\nbob@example.net\nYour message couldn't be delivered. The recipient's email system can't be trusted.\n\nDiagnostic information for administrators:\n\nGenerating server: DB9PR01MB0001.eurprd01.prod.exchangelabs.example\n\nbob@example.net\nRemote Server returned '550 5.7.323 tlsa-invalid: The domain failed DANE validation.'\n\nOriginal message headers:\n\nReceived: from x",
    ),
    cause: "dane-mismatch",
    exposed: "no",
    mends: "recipient-admin",
    sent: "nothing",
  },
];

describe("bounces of others", () => {
  test.each(bounces)("$what", async ({ text, cause, exposed, mends, sent, hop }) => {
    const all = await explained(text);
    expect(
      all.map(({ incident, judgement }) => ({
        recipients: incident.recipients,
        outcome: incident.outcome,
        cause: incident.cause,
        exposed: judgement.exposed,
        mends: judgement.mends,
        sent: incident.sent,
        hop: incident.hop,
      })),
    ).toEqual([
      { recipients: ["bob@example.net"], outcome: "returned", cause, exposed, mends, sent, hop: hop ?? "not-told" },
    ]);
  });

  test("RFC 3464 §2.3: each recipient has an outcome of its own", async () => {
    const status =
      "Reporting-MTA: dns; mail.example.org\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\nFinal-Recipient: rfc822; eve@example.net\r\nAction: delayed\r\nStatus: 4.4.1\r\nDiagnostic-Code: X-Postfix; connect to mx.example.net[192.0.2.1]:25: Connection refused\r\n\r\nFinal-Recipient: rfc822; joe@example.net\r\nAction: relayed\r\nStatus: 2.0.0";
    const all = await explained(dsn("Some went well, some did not.", status));
    expect(all.map(({ incident }) => [incident.recipients[0], incident.outcome, incident.cause])).toEqual([
      ["bob@example.net", "returned", "no-such-user"],
      ["eve@example.net", "delayed", "unreachable"],
      ["joe@example.net", "delivered", "delivered"],
    ]);
  });

  test("a message that is no bounce tells nothing", async () => {
    expect(await explained(plain("Hello Alice,\n\nsee you on Monday.\n\nBob"))).toEqual([]);
  });
});
