import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import { address, domain } from "../base/index.ts";
import { reportLetter, signLetter, type DkimKey } from "./index.ts";

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const body = Buffer.from("H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==", "base64");

function letter(more: Partial<Parameters<typeof reportLetter>[0]> = {}): Uint8Array {
  return reportLetter({
    from: address("noreply@ours.example"),
    to: address("reports@good.example"),
    submitter: domain("ours.example"),
    domain: domain("good.example"),
    reportId: "20260101.0123456789abcdef@ours.example",
    filename: "ours.example!good.example!1767225600!1767311999!20260101.json.gz",
    body,
    text: "What happened.\nLine two: from = nowhere.\n",
    language: "en",
    now,
    ...more,
  });
}

interface Signer {
  readonly key: DkimKey;
  readonly record: string;
}

function signerOf(kind: "rsa" | "ed25519"): Signer {
  const made: { privateKey: KeyObject; publicKey: KeyObject } =
    kind === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  const der = made.publicKey.export({ type: "spki", format: "der" });
  const p = (kind === "rsa" ? der : der.subarray(-32)).toString("base64");
  const privateKey = made.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  // RFC 8460 §3: the key says that it is for TLS reports.
  return {
    key: { domain: domain("ours.example"), selector: "s1", privateKey },
    record: `v=DKIM1; k=${kind}; s=tlsrpt:email; p=${p}`,
  };
}

async function verdict(message: Uint8Array, record: string): Promise<string> {
  const resolver = async (name: string): Promise<string[][]> => {
    if (name !== "s1._domainkey.ours.example") throw Object.assign(new Error("nothing there"), { code: "ENOTFOUND" });
    return [[record]];
  };
  const { results } = await dkimVerify(Buffer.from(message), {
    resolver,
    curTime: new Date(now + 60_000),
    strict: true,
  });
  return results.map(({ status }) => status.result).join(" ");
}

describe("RFC 8460 §5.3: a report as a mail", () => {
  test("is a multipart/report of type tlsrpt that any reader of mail understands", async () => {
    const read = await PostalMime.parse(letter());
    const field = (name: string): string | undefined => read.headers.find(({ key }) => key === name)?.value;
    expect(field("content-type")).toMatch(/^multipart\/report; report-type="?tlsrpt"?;/);
    expect(field("tls-report-domain")).toBe("good.example");
    expect(field("tls-report-submitter")).toBe("ours.example");
    expect(read.subject).toBe(
      "Report Domain: good.example Submitter: ours.example Report-ID: <20260101.0123456789abcdef@ours.example>",
    );
    expect(read.from?.address).toBe("noreply@ours.example");
    expect(read.to?.map((one) => one.address)).toEqual(["reports@good.example"]);
    expect(read.text?.replaceAll("\r\n", "\n").trim()).toBe("What happened.\nLine two: from = nowhere.");
    expect(read.attachments).toHaveLength(1);
    const [attached] = read.attachments;
    expect(attached?.mimeType).toBe("application/tlsrpt+gzip");
    expect(attached?.filename).toBe("ours.example!good.example!1767225600!1767311999!20260101.json.gz");
    expect(gunzipSync(attached?.content as ArrayBuffer).toString()).toBe("{}");
  });

  test("trap 31: says TLS-Required: No, so that the policy reported on does not stop it (RFC 8689 §3)", async () => {
    const read = await PostalMime.parse(letter());
    expect(read.headers.filter(({ key }) => key === "tls-required").map(({ value }) => value)).toEqual(["No"]);
  });

  test("is 7-bit text in lines that mail servers carry, however long the names", () => {
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example`;
    const text = Buffer.from(letter({ domain: domain(long), filename: `ours.example!${long}!1!2!3.json.gz` })).toString(
      "latin1",
    );
    expect(text).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    for (const line of text.split("\r\n")) expect(line.length).toBeLessThanOrEqual(998);
  });
});

describe("RFC 8460 §3: a report by mail is signed with DKIM", () => {
  test.each(["rsa", "ed25519"] as const)("%s: mailauth's verifier takes the signature", async (kind) => {
    const { key, record } = signerOf(kind);
    const signed = await signLetter(letter(), key, now);
    expect(await verdict(signed, record)).toBe("pass");
    const head =
      Buffer.from(signed)
        .toString("latin1")
        .split("\r\n\r\n", 1)[0]
        ?.replace(/\r\n[ \t]+/g, "") ?? "";
    const signature = /^DKIM-Signature: .*$/m.exec(head)?.[0] ?? "";
    expect(signature, "§3: without l=").not.toMatch(/; l=/);
    const fields =
      /;\s*h=([^;]*)/
        .exec(signature)?.[1]
        ?.toLowerCase()
        .split(/[\s:]+/) ?? [];
    expect(fields, "§5.3: the report's fields too").toEqual(
      expect.arrayContaining(["from", "subject", "tls-report-domain", "tls-report-submitter", "tls-required"]),
    );
  });

  test("nobody can change the report or its fields behind our back", async () => {
    const { key, record } = signerOf("ed25519");
    const signed = Buffer.from(await signLetter(letter(), key, now)).toString("latin1");
    const changed: readonly [from: string, to: string][] = [
      ["TLS-Report-Domain: good.example", "TLS-Report-Domain: evil.example"],
      ["TLS-Required: No", "TLS-Required: Yes"],
      ["What happened.", "What did not."],
      ["H4sI", "H4sJ"],
    ];
    for (const [from, to] of changed) {
      expect(signed).toContain(from);
      expect(await verdict(Buffer.from(signed.replace(from, to), "latin1"), record), from).not.toBe("pass");
    }
  });

  test("what is no key cannot sign, and says so", async () => {
    const key = { domain: domain("ours.example"), selector: "s1", privateKey: "no key" };
    await expect(signLetter(letter(), key, now)).rejects.toThrow(/s1\._domainkey\.ours\.example cannot sign/);
  });
});
