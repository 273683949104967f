import { describe, expect, test } from "vitest";
import { manualClock, seededRandom } from "../../test/support/clock.ts";
import { address, domain, ip, limits, noMetrics, type MessageId } from "../base/index.ts";
import type { AuthVerdict, ServerSession } from "../smtp/index.ts";
import { Authenticator } from "./authenticator.ts";
import { clientKey, isInside, loopbackNetworks, parseNetwork } from "./networks.ts";
import { hashPassword, isPasswordHash, verifyPassword } from "./passwords.ts";
import { protocolName, receivedField } from "./received.ts";
import { maySendAs, parseSenderPattern, userDirectory } from "./users.ts";

describe("networks", () => {
  const rows: readonly (readonly [network: string, address: string, inside: boolean])[] = [
    ["127.0.0.0/8", "127.255.0.1", true],
    ["127.0.0.0/8", "128.0.0.1", false],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "192.0.2.6", false],
    ["192.0.2.128/25", "192.0.2.128", true],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["10.0.0.0/9", "10.128.0.0", false],
    ["0.0.0.0/0", "203.0.113.1", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "127.0.0.1", false],
    ["::1", "::1", true],
    ["::1", "::2", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["fe80::/10", "febf::1", true],
    ["fe80::/10", "fec0::1", false],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", true],
    ["1::8", "1:0:0:0:0:0:0:8", true],
  ];
  test.each(rows)("%s and %s: %s", (text, address, inside) => {
    const parsed = parseNetwork(text);
    expect(parsed.ok && isInside(ip(address), [parsed.value])).toBe(inside);
  });
  test.each(["", "/8", "127.0.0.1/33", "127.0.0.1/-1", "::1/129", "127.0.0.1/", "host", "1.2.3.4/8/8", "127.0.0.1/ 8"])(
    "%j is none",
    (text) => {
      expect(parseNetwork(text).ok).toBe(false);
    },
  );
  test("loopback", () => {
    expect(["127.0.0.1", "::1", "192.0.2.1", "::2"].map((text) => isInside(ip(text), loopbackNetworks))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
  test("an IPv6 client is its /64", () => {
    expect(clientKey(ip("2001:db8::1"))).toBe(clientKey(ip("2001:db8::ffff:1")));
    expect(clientKey(ip("2001:db8::1"))).not.toBe(clientKey(ip("2001:db8:0:1::1")));
    expect(clientKey(ip("192.0.2.1"))).not.toBe(clientKey(ip("192.0.2.2")));
  });
});

describe("passwords", () => {
  test("a hash knows its password, in either Unicode form, and no other", async () => {
    const hash = await hashPassword("Gru\u0308ße", seededRandom(1));
    expect(hash).toMatch(/^scrypt\$N=32768,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(isPasswordHash(hash)).toBe(true);
    expect(await verifyPassword("Gr\u00fcße", hash)).toBe(true);
    expect(await verifyPassword("grüße", hash)).toBe(false);
    expect(await verifyPassword("", hash)).toBe(false);
  });
  const bad: readonly (readonly [why: string, hash: string])[] = [
    ["no hash", "wonder"],
    ["N no power of 2", "scrypt$N=1000,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["too much memory", "scrypt$N=1048576,r=32,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["too much work", "scrypt$N=2,r=8,p=99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["no digest", "scrypt$N=2,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$"],
  ];
  test.each(bad)("refused: %s", async (_, hash) => {
    expect(isPasswordHash(hash)).toBe(false);
    expect(await verifyPassword("wonder", hash)).toBe(false);
  });
});

describe("senders", () => {
  const user = (...senders: string[]): Parameters<typeof maySendAs>[0] => ({
    name: "u",
    passwordHash: "",
    senders: senders.flatMap((text) => {
      const parsed = parseSenderPattern(text);
      return parsed.ok ? [parsed.value] : [];
    }),
  });
  const rows: readonly (readonly [pattern: string, from: string, may: boolean])[] = [
    ["a@example.org", "a@example.org", true],
    ["a@example.org", "A@EXAMPLE.org", true],
    ["a@example.org", "b@example.org", false],
    ["@example.org", "b@example.org", true],
    ["@example.org", "b@sub.example.org", false],
    ["@.example.org", "b@sub.example.org", true],
    ["@.example.org", "b@example.org", false],
    ["@.example.org", "b@badexample.org", false],
  ];
  test.each(rows)("%s and %s: %s", (pattern, from, may) => {
    expect(maySendAs(user(pattern), address(from))).toBe(may);
  });
  test("nothing listed is nothing allowed, but the null sender", () => {
    expect(maySendAs(user(), address("a@b"))).toBe(false);
    expect(maySendAs(user(), null)).toBe(true);
    expect(maySendAs({ name: "u", passwordHash: "" }, address("a@b"))).toBe(true);
  });
  test.each(["", "@", "a@", "@@", "*@example.org b"])("%j is no pattern", (text) => {
    expect(parseSenderPattern(text).ok).toBe(false);
  });
});

describe("the authenticator", () => {
  const users = userDirectory([{ name: "alice", passwordHash: "wonder" }]);
  function start(verify: (password: string, hash: string) => Promise<boolean>) {
    const clock = manualClock();
    const asked: string[] = [];
    const authenticator = new Authenticator(
      { clock, random: seededRandom(1), metrics: noMetrics },
      users,
      (password, hash) => {
        asked.push(hash);
        return verify(password, hash);
      },
    );
    return { clock, asked, check: (user: string, password: string) => authenticator.check({ user, password }) };
  }
  const equal = async (password: string, hash: string): Promise<boolean> => password === hash;

  test("what was right is remembered for a while; what was wrong never", async () => {
    const one = start(equal);
    expect(await one.check("alice", "wonder")).toEqual({ kind: "accepted", user: "alice" });
    expect(one.check("alice", "wonder")).toEqual({ kind: "accepted", user: "alice" });
    expect(one.asked).toHaveLength(1);
    expect(await one.check("alice", "x")).toEqual({ kind: "refused" });
    expect(await one.check("alice", "x")).toEqual({ kind: "refused" });
    expect(one.asked).toHaveLength(3);
    await one.clock.advance(limits.passwordRememberedMs);
    await one.check("alice", "wonder");
    expect(one.asked).toHaveLength(4);
  });

  test("an unknown user's password is hashed as well, and never right", async () => {
    const one = start(async () => true);
    expect(await one.check("nobody", "x")).toEqual({ kind: "refused" });
    expect(one.asked[0]).toMatch(/^scrypt\$/);
  });

  test("few at once, a bounded line, then `unavailable`; and all get their answer", async () => {
    let running = 0;
    let most = 0;
    const go: (() => void)[] = [];
    const one = start(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => go.push(resolve));
      running--;
      return true;
    });
    const answers: (AuthVerdict | Promise<AuthVerdict>)[] = [];
    for (let turn = 0; turn < limits.passwordChecksWaitingMax + 1; turn++) answers.push(one.check("alice", `p${turn}`));
    expect(answers.at(-1)).toEqual({ kind: "unavailable" });
    for (let turn = 0; turn <= limits.passwordChecksWaitingMax; turn++) {
      for (const release of go.splice(0)) release();
      await new Promise(setImmediate);
    }
    expect((await Promise.all(answers)).filter(({ kind }) => kind === "accepted")).toHaveLength(
      limits.passwordChecksWaitingMax,
    );
    expect(most).toBe(limits.passwordChecksAtOnceMax);
  });

  test("a check that breaks is no refusal", async () => {
    const one = start(() => Promise.reject(new Error("memory")));
    expect(await one.check("alice", "wonder")).toEqual({ kind: "unavailable" });
  });
});

describe("Received", () => {
  const session: ServerSession = {
    client: { address: ip("2001:db8::1"), port: 1 },
    local: { address: ip("::1"), port: 25 },
    hello: "client.example",
    extended: true,
    tls: { protocol: "TLSv1.3", cipher: "AES" },
    user: "alice",
  };
  const mail = { from: null, body: "7bit", smtpUtf8: false, requireTls: false } as const;
  const id = "ID0" as MessageId;

  test("whole", () => {
    const transaction = { mail, recipients: [{ address: address('"a b"@example.org') }] };
    expect(receivedField(domain("relay.example"), id, session, transaction, Date.UTC(2026, 1, 3, 4, 5, 6))).toBe(
      "Received: from client.example ([IPv6:2001:db8::1])\r\n\tby relay.example with ESMTPSA id ID0\r\n" +
        '\t(TLSv1.3 AES)\r\n\tfor <"a b"@example.org>;\r\n\tTue, 03 Feb 2026 04:05:06 +0000\r\n',
    );
  });

  test("several recipients, or one outside ASCII, are not named", () => {
    const two = [{ address: address("a@example.org") }, { address: address("b@example.org") }];
    for (const recipients of [two, [{ address: address("ä@example.org") }]]) {
      expect(receivedField(domain("r.example"), id, session, { mail, recipients }, 0)).not.toContain("for <");
    }
  });

  const names: readonly (readonly [string, Partial<ServerSession>, boolean])[] = [
    ["SMTP", { extended: false, tls: undefined, user: undefined }, false],
    ["ESMTP", { tls: undefined, user: undefined }, false],
    ["ESMTPS", { user: undefined }, false],
    ["ESMTPSA", {}, false],
    ["UTF8SMTPSA", {}, true],
    ["UTF8SMTP", { tls: undefined, user: undefined }, true],
  ];
  test.each(names)("RFC 3848: %s", (name, changes, smtpUtf8) => {
    expect(protocolName({ ...session, ...changes }, smtpUtf8)).toBe(name);
  });
});
