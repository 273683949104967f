/**
 * TLS reports, whole: a relay delivers, the day ends, and the domain that asked for a report gets one by mail and by HTTPS, with real
 * sockets, certificates and signatures.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import PostalMime from "postal-mime";
import { afterEach, expect, test, vi } from "vitest";
import { domain } from "../../src/base/index.ts";
import { grammarFaults } from "../../src/report/grammar.cases.ts";
import { dayOf, type UtcDay } from "../../src/report/index.ts";
import { openFactStore } from "../../src/system/store/open.ts";
import { openReports } from "../../src/system/store/reports.ts";
import { makeAuthority } from "../support/certificates.ts";
import { leapingClock } from "../support/clock.ts";
import { receiver } from "../support/receiver.ts";
import { runRelay } from "../support/relay.ts";
import { handIn } from "../support/sender.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

test("RPT-1: a day's sessions become a signed mail and a POST, and the mail makes no session of its own", async () => {
  const directory = mkdtempSync(join(tmpdir(), "surehop-reports-"));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  const keys = generateKeyPairSync("ed25519");
  const keyFile = join(directory, "dkim.pem");
  writeFileSync(keyFile, keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  const p = keys.publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64");

  const authority = makeAuthority();
  const posted: Buffer[] = [];
  const https = createServer(authority.issue({ names: ["reports.good.example"] }), (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      posted.push(Buffer.concat(chunks));
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  closing.push(() => https.close());
  const httpsPort = (https.address() as AddressInfo).port;

  const peer = await receiver({ credentials: authority.issue({ names: ["mx.good.example"] }) });
  closing.push(() => peer.close());
  const clock = leapingClock();
  const startedAt = clock.now();
  const rua = `rua=mailto:tls@good.example,https://reports.good.example:${httpsPort}/in`;
  const relay = await runRelay({
    clock,
    authority,
    data: directory,
    smtpPort: peer.port,
    zones: {
      "good.example": [{ type: "MX", value: "mx.good.example", preference: 10 }],
      "mx.good.example": [{ type: "A", value: "127.0.0.1" }],
      "reports.good.example": [{ type: "A", value: "127.0.0.1" }],
      "_smtp._tls.good.example": [{ type: "TXT", value: `v=TLSRPTv1; ${rua}` }],
    },
    toml: [
      '[reports]\ncontact = "tls@relay.example"\norganization = "Ours"',
      `dkim_selector = "s1"\ndkim_key = ${JSON.stringify(keyFile)}`,
      "[policy]\nauthorities = CA",
    ].join("\n"),
  });
  closing.push(() => relay.close({ keepData: true }));

  await handIn(relay.localPort, [
    { from: "alice@relay.example", to: ["bob@good.example"], content: "Subject: hi\n\nhello\n" },
  ]);
  await vi.waitFor(() => expect(peer.messages).toHaveLength(1), 20_000);
  // The counter writes behind; then the day ends, and so does the jitter.
  clock.leap(5_000);
  await vi.waitFor(
    async () => {
      clock.leap(3_600_000);
      expect(posted).toHaveLength(1);
      expect(peer.messages).toHaveLength(2);
    },
    { timeout: 50_000, interval: 200 },
  );

  const text = gunzipSync(posted[0] as Buffer).toString();
  expect(grammarFaults(text)).toEqual([]);
  expect(JSON.parse(text)).toMatchObject({
    "organization-name": "Ours",
    policies: [
      {
        policy: { "policy-type": "no-policy-found", "policy-domain": "good.example" },
        summary: { "total-successful-session-count": 1, "total-failure-session-count": 0 },
      },
    ],
  });

  const mail = Buffer.from(`${peer.messages[1] ?? ""}\r\n`);
  const resolver = async (): Promise<string[][]> => [[`v=DKIM1; k=ed25519; s=tlsrpt:email; p=${p}`]];
  const { results } = await dkimVerify(mail, { resolver, curTime: new Date(clock.now()) });
  expect(results.map(({ status }) => status.result)).toEqual(["pass"]);
  const read = await PostalMime.parse(mail);
  const attached = Buffer.from(read.attachments[0]?.content as ArrayBuffer);
  expect(gunzipSync(attached).toString()).toBe(text);

  // RPT-2: what we say of others can be said of us.
  const answer = await fetch(`http://127.0.0.1:${relay.consolePort}/tlsrpt`, {
    method: "POST",
    headers: { "content-type": "application/tlsrpt+gzip" },
    body: new Uint8Array(posted[0] as Buffer),
  });
  expect(answer.status).toBe(201);

  await relay.close({ keepData: true });
  const facts = openFactStore({ directory: relay.data, role: "operator" });
  const store = openReports(facts);
  const days = [dayOf(startedAt), ...store.countedDays("9999-12-31" as UtcDay)];
  const sessions = [...new Set(days)].flatMap((day) => store.counted(day, domain("good.example")));
  facts.close();
  expect(
    sessions.map(({ successes }) => successes),
    "the session that carried the report is not among them",
  ).toEqual([1]);
});
