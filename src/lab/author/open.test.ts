/** Sealed and opened again; and whatever else may come in a sealed message's place. */
import * as fc from "fast-check";
import { createMessage, encrypt } from "openpgp";
import { beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../system/index.ts";
import { makeKeys, type Keys } from "./keys.ts";
import { openLimits, openMessage, readWith, type Opened } from "./open.ts";
import { sealMessage, type Sealed } from "./seal.ts";

const now = systemClock.now();
const draft = {
  from: "alice@sender.example",
  to: "bob@victim.example",
  subject: "a secret",
  body: "The token is 4711, and 秘密.\r\n.dots stay dots\r\n",
};
let alice: Keys;
let bob: Keys;
let mallory: Keys;
let sealed: Sealed;
let words = 0;
const makeToken = (): string => `word${++words}`;

beforeAll(async () => {
  alice = await makeKeys([draft.from], now);
  bob = await makeKeys([draft.to], now);
  mallory = await makeKeys(["mallory@attacker.example"], now);
  sealed = await sealMessage(draft, { to: bob.open, by: alice.secret, now, makeToken });
});

const opened = (content: string, keys: readonly Keys[] = [bob]): Promise<Opened> =>
  openMessage(content, { keys: keys.map(({ secret }) => secret), author: alice.open, now });

describe("a sealed message", () => {
  test("RFC 3156 §4: is multipart/encrypted of exactly two parts, the first of which says the version", () => {
    const { content } = sealed;
    expect(content).toMatch(
      /^Content-Type: multipart\/encrypted; protocol="application\/pgp-encrypted";\r\n boundary="(\w+)"\r\n/m,
    );
    const boundary = /boundary="(\w+)"/.exec(content)?.[1] ?? "";
    const [, version, octets, end] = content.split(`--${boundary}`);
    expect(version).toBe("\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n");
    expect(octets).toMatch(/^\r\nContent-Type: application\/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n/);
    expect(end).toBe("--\r\n");
    // RFC 3156 §3: nothing that a mail server could want to change.
    expect(content).toMatch(/^(?:[\x20-\x7e]{0,78}\r\n)+$/);
  });

  test("tells servers nothing that they need not know", () => {
    for (const word of ["4711", "secret", draft.subject, "秘密"]) expect(sealed.content).not.toContain(word);
  });

  test("opens for its recipient, word for word, with the true subject within", async () => {
    const { kind, text } = (await opened(sealed.content)) as Extract<Opened, { kind: "opened" }>;
    expect(kind).toBe("opened");
    expect(text).toContain(`\r\nSubject: ${draft.subject}\r\n`);
    expect(text.endsWith(`\r\n\r\n${draft.body}`)).toBe(true);
    expect(await readWith(sealed.content, bob.secret)).toBe(text);
  });

  test("whatever servers put before its header", async () => {
    const received = `Received: from a by b\r\n\twith ESMTPS;\r\n\tnow\r\n${sealed.content}`;
    expect(await opened(received)).toMatchObject({ kind: "opened" });
  });
});

describe("what is not shown", () => {
  const forged = (by?: Keys): Promise<Sealed> =>
    sealMessage(
      { ...draft, body: "pay the invoice" },
      { to: bob.open, now, makeToken, ...(by === undefined ? {} : { by: by.secret }) },
    );

  test.each<[why: string, "does-not-open" | "not-signed", content: () => Promise<string> | string]>([
    [
      "sealed for somebody else",
      "does-not-open",
      async () => {
        return (await sealMessage(draft, { to: mallory.open, by: alice.secret, now, makeToken })).content;
      },
    ],
    ["signed by nobody: anybody can seal", "not-signed", async () => (await forged()).content],
    ["signed by somebody else, under the author's name", "not-signed", async () => (await forged(mallory)).content],
    ["without its end", "does-not-open", () => sealed.content.slice(0, -40)],
    [
      "with a part more",
      "does-not-open",
      () => {
        const boundary = /boundary="(\w+)"/.exec(sealed.content)?.[1] ?? "";
        return sealed.content.replace(`--${boundary}--`, `--${boundary}\r\n\r\nPS: pay the invoice\r\n--${boundary}--`);
      },
    ],
    ["another version", "does-not-open", () => sealed.content.replace("\r\nVersion: 1", "\r\nVersion: 2")],
    [
      "a sealed part that is text",
      "does-not-open",
      () => sealed.content.replace("application/octet-stream", "text/plain"),
    ],
    ["no boundary", "does-not-open", () => sealed.content.replace(/;\r\n boundary="\w+"/, "")],
    [
      "larger than anybody reads",
      "does-not-open",
      () => sealed.content.replace("\r\n\r\n", `\r\n\r\n${"x".repeat(openLimits.messageMaxBytes)}\r\n`),
    ],
    [
      "a bomb: little that unpacks to much",
      "does-not-open",
      async () => {
        const bomb = await encrypt({
          message: await createMessage({ binary: new Uint8Array(openLimits.withinMaxBytes + 1) }),
          encryptionKeys: bob.open,
          signingKeys: alice.secret,
          config: { preferredCompressionAlgorithm: 2 },
          format: "armored",
        });
        const armored = bomb.trimEnd().split(/\r?\n/).join("\r\n");
        return sealed.content.replace(/-----BEGIN[^]*-----END PGP MESSAGE-----/, armored);
      },
    ],
  ])("%s: %s", async (_, why, content) => {
    expect(await opened(await content())).toEqual({ kind: "refused", why });
  });

  test("what was never sealed is plain, and nothing vouches for it", async () => {
    const content = "From: alice@sender.example\r\nSubject: hello\r\n\r\nhello\r\n";
    expect(await opened(content)).toEqual({ kind: "plain", text: content });
  });

  test("no change to what is sealed is ever shown: it opens as it was written, or not at all", async () => {
    const start = sealed.content.indexOf("-----BEGIN");
    const true_ = await opened(sealed.content);
    const change = fc.record({ at: fc.nat(), to: fc.constantFrom(..."ABCabc019+/=\r\n-. ") });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const octets = [...sealed.content];
        for (const { at, to } of changes) octets[start + (at % (octets.length - start))] = to;
        const result = await opened(octets.join(""));
        if (result.kind !== "refused") expect(result).toEqual(true_);
      }),
      { numRuns: 120 },
    );
  });

  test("no octets do any harm", async () => {
    const header = 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\r\n\r\n';
    const part = fc.constantFrom(
      "--b\r\n",
      "--b--\r\n",
      "\r\n",
      "Version: 1\r\n",
      "Content-Type: application/pgp-encrypted\r\n",
      "Content-Type: application/octet-stream\r\n",
      "-----BEGIN PGP MESSAGE-----\r\n",
      "-----END PGP MESSAGE-----\r\n",
    );
    const hostile = fc.array(fc.oneof(part, fc.string({ unit: "binary", maxLength: 40 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(hostile, async (parts) => {
        expect((await opened(header + parts.join(""))).kind).toBe("refused");
        expect((await opened(parts.join(""))).kind).not.toBe("opened");
      }),
      { numRuns: 150 },
    );
  });
});
