import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { domain, ip, type Endpoint } from "../../base/index.ts";
import { systemClock, systemNet } from "../../system/index.ts";
import { naiveSend } from "../../../test/support/naive-client.ts";
import { makeAuthority } from "../ca.ts";
import { startReceiver, type Receiver } from "../receiver.ts";
import { openFront, type Arrival, type Front } from "./front.ts";
import { Transcript, transcriptLimits } from "./transcript.ts";

const free: Endpoint = { address: ip("127.0.0.1"), port: 0 };
const host = domain("mx.victim.example");
const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())));

async function kept<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const opened = await opening;
  open.push(opened);
  return opened;
}

function receiver(withTls: boolean): Promise<Receiver> {
  const credentials = makeAuthority(systemClock).issue({ names: [host] });
  const options = { net: systemNet, clock: systemClock, at: free, hostname: host };
  return kept(startReceiver(withTls ? { ...options, credentials } : options));
}

const mail = {
  from: "alice@sender.example",
  to: "bob@victim.example",
  content: "Subject: x\r\n\r\nthe secret word\r\n",
};

describe("a front", () => {
  test("leads on, and hears what is in clear", async () => {
    const honest = await receiver(false);
    const front = await kept(openFront(systemNet, free, () => honest.endpoint));
    await naiveSend(front.endpoint, mail);
    expect(honest.received()).toHaveLength(1);
    expect(front.overheard("the secret word")).toBe(true);
    // Where nobody but the honest server was led to, nobody has listened.
    expect(front.overheard("the secret word", honest.endpoint)).toBe(false);
    const texts = front.transcript().map(({ who, text }) => `${who} ${text}`);
    expect(texts).toContain("client the secret word");
    expect(texts[0]).toBe("note connection 1");
  });

  test("hears nothing of what is inside TLS, and says that it came", async () => {
    const honest = await receiver(true);
    const front = await kept(openFront(systemNet, free, () => honest.endpoint));
    await naiveSend(front.endpoint, mail);
    expect(honest.received()).toMatchObject([{ tls: "TLSv1.3" }]);
    expect(front.overheard("the secret word")).toBe(false);
    const notes = front
      .transcript()
      .filter(({ who }) => who === "note")
      .map(({ text }) => text);
    expect(notes).toEqual([
      "connection 1",
      "client-hello",
      "server-hello",
      expect.stringMatching(/^encrypted \d+ \d+$/),
    ]);
  });

  test("can be led elsewhere: what was open is cut, what was heard forgotten, and the count begins anew", async () => {
    const [one, other] = [await receiver(false), await receiver(false)];
    const arrivals: Arrival[] = [];
    const lead =
      (to: Receiver) =>
      (arrival: Arrival): Endpoint => {
        arrivals.push(arrival);
        return to.endpoint;
      };
    const front = await kept(openFront(systemNet, free, lead(one)));
    await naiveSend(front.endpoint, mail);
    front.leadTo(lead(other));
    expect(front.overheard("the secret word")).toBe(false);
    await naiveSend(front.endpoint, mail);
    expect([one.received().length, other.received().length]).toEqual([1, 1]);
    expect(arrivals.map(({ count }) => count)).toEqual([1, 1]);
  });

  test("only the second connection, only one client: whoever leads decides by what arrives", async () => {
    const [honest, attacker] = [await receiver(false), await receiver(false)];
    const front = await kept(openFront(systemNet, free, ({ count }) => (count === 2 ? attacker : honest).endpoint));
    for (let times = 0; times < 3; times++) await naiveSend(front.endpoint, mail);
    expect([honest.received().length, attacker.received().length]).toEqual([2, 1]);
    expect(front.transcript().at(-1)).toEqual({ who: "note", text: "same 2 3" });
  });

  test("is for this machine alone", async () => {
    const elsewhere = { address: ip("192.0.2.1"), port: 25 };
    await expect(openFront(systemNet, elsewhere, () => free)).rejects.toThrow(/loopback/);
    const front: Front = await kept(openFront(systemNet, free, () => elsewhere));
    await naiveSend(front.endpoint, mail).catch(() => {});
    expect(front.transcript().map(({ text }) => text)).toContain("refused");
  });
});

describe("a transcript", () => {
  const push = (transcript: Transcript, who: "client" | "server", text: string): void =>
    transcript.push(who, Buffer.from(text));

  test("keeps lines, whole ones only, and nothing that could drive a terminal", () => {
    const transcript = new Transcript();
    push(transcript, "server", "220 mx\r\n25");
    push(transcript, "server", "0 \x1b[2Jok\r\ngarb");
    expect(transcript.lines()).toEqual([
      { who: "server", text: "220 mx" },
      { who: "server", text: "250 .[2Jok" },
      { who: "server", text: "garb" },
    ]);
  });

  test("what looks like TLS is TLS only once STARTTLS was agreed upon", () => {
    const early = new Transcript();
    push(early, "client", "\x16secret\r\n");
    expect(early.has("secret")).toBe(true);
    const agreed = new Transcript();
    push(agreed, "client", "STARTTLS\r\n");
    push(agreed, "server", "220 go\r\n");
    push(agreed, "client", "\x16secret\r\n");
    expect(agreed.has("secret")).toBe(false);
    expect(agreed.lines().at(-1)).toEqual({ who: "note", text: "encrypted 9 0" });
  });

  test("whatever comes, in whatever pieces: it stays within its bounds, and what is in clear is found in it", () => {
    const chunk = fc.tuple(fc.constantFrom("client" as const, "server" as const), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 40 }), fc.boolean(), (chunks, isAgreed) => {
        const transcript = new Transcript();
        if (isAgreed) {
          push(transcript, "client", "STARTTLS\r\n");
          push(transcript, "server", "220 go\r\n");
        }
        for (const [who, bytes] of chunks) transcript.push(who, bytes);
        const lines = transcript.lines();
        expect(lines.length).toBeLessThanOrEqual(transcriptLimits.linesMax + 2);
        for (const { text } of lines) expect(text).toMatch(/^[\x20-\x7e]*$/);
        push(transcript, "client", "the secret word\r\n");
        // Once TLS has begun on that side it is no news.
        const isHidden = lines.some(({ text }) => text === "client-hello");
        expect(transcript.has("the secret word")).toBe(!isHidden);
      }),
    );
  });

  test("has an end", () => {
    const transcript = new Transcript();
    for (let line = 0; line < 1000; line++) push(transcript, "client", `${"x".repeat(5000)}\r\n`);
    const lines = transcript.lines();
    expect(lines).toHaveLength(transcriptLimits.linesMax);
    expect(lines[0]?.text.length).toBeLessThanOrEqual(transcriptLimits.lineMaxChars + 3);
  });
});
