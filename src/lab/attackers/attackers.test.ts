/** Every attacker against a client that can be fooled, over real sockets: what cannot fool that one is no attack. */
import { describe, expect, test } from "vitest";
import { naiveSend } from "../../../test/support/naive-client.ts";
import { domain, ip, type Endpoint } from "../../base/index.ts";
import { wireName, type Message } from "../../dns/index.ts";
import type { DnsMeddler } from "../nameserver/index.ts";
import { systemClock, systemNet } from "../../system/index.ts";
import { makeAuthority } from "../ca.ts";
import { startReceiver, type Receiver } from "../receiver.ts";
import { Eavesdropper, eavesdropperLimits } from "./eavesdropper.ts";
import { attackers, injectedReply, injectedSession, type Captured, type RunningAttack } from "./index.ts";

const authority = makeAuthority(systemClock);
/** A name server that nobody asks. */
const dns = { meddle: () => () => {} };
const deps = { net: systemNet, clock: systemClock, authority, dns };
const free: Endpoint = { address: ip("127.0.0.1"), port: 0 };
const victim = domain("victim.example");
const host = domain("mx.victim.example");
const secret = "Subject: a secret\r\n\r\n.dots stay dots\r\nthe treasure is under the oak\r\n";
const mail = { from: "alice@sender.example", to: "bob@victim.example", content: secret };

/** What a name server says that knows nothing. */
const truth: Message = {
  id: 0,
  response: true,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: true,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** An honest server that does TLS, with the attacker in front of it. */
async function under(
  attack: keyof typeof attackers,
  variant: string | undefined,
  go: (running: RunningAttack, honest: Receiver) => Promise<void>,
): Promise<void> {
  const credentials = authority.issue({ names: [host] });
  const honest = await startReceiver({ ...deps, at: free, hostname: host, credentials });
  const running = await attackers[attack].start(
    deps,
    { at: free, victim: honest.endpoint, host, domain: victim, credentials },
    variant,
  );
  try {
    await go(running, honest);
  } finally {
    await running.close();
    await honest.close();
  }
}

const every = Object.values(attackers).flatMap(({ id, variants }) => variants.map((variant) => [id, variant] as const));
const inTheMiddle = every.filter(
  ([id]) =>
    attackers[id].stands === "path" &&
    !["eavesdrop", "inject-response", "session-cross", "read-at-hop", "forged-key"].includes(id),
);

/** Those who need nobody behind them. */
const withOwnKey: readonly string[] = ["self-signed", "wrong-host", "forged-ca", "expired", "strip-tlsa"];

describe("a client that trusts and falls back loses its mail", () => {
  test.each(inTheMiddle)("to %s (%s)", async (id, variant) => {
    await under(id, variant, async (running) => {
      await naiveSend(running.endpoint, mail, variant === "silence" ? 100 : undefined);
      // The naive client speaks no old TLS: there it falls back too.
      const byTls = withOwnKey.includes(id);
      expect(running.captured()).toEqual([{ from: mail.from, to: [mail.to], content: secret, tls: byTls }]);
      expect(running.counts.strikes).toBeGreaterThan(0);
    });
  });

  test("to eavesdrop, where the server has no TLS, by DATA and by BDAT", async () => {
    const honest = await startReceiver({ ...deps, at: free, hostname: host });
    const running = await attackers.eavesdrop.start(deps, {
      at: free,
      victim: honest.endpoint,
      host,
      domain: victim,
    });
    await naiveSend(running.endpoint, mail);
    await naiveSend(running.endpoint, { ...mail, chunked: true });
    expect(running.captured().map(({ content }) => content)).toEqual([secret, secret]);
    expect(honest.received().map(({ content }) => content)).toEqual([secret, secret]);
    await running.close();
    await honest.close();
  });

  test("inject-response: the words in clear are believed to have come inside TLS", async () => {
    await under("inject-response", "same-write", async (running) => {
      const { believed, inClear } = await naiveSend(running.endpoint, mail);
      expect({ believed, inClear }).toEqual({ believed: injectedReply, inClear: false });
    });
  });

  test("inject-response: a whole session in clear is believed to have come inside TLS", async () => {
    await under("inject-response", "whole-session", async (running) => {
      const { believed, inClear } = await naiveSend(running.endpoint, mail);
      expect({ believed, inClear }).toEqual({ believed: injectedSession.split("\r\n", 1)[0] + "\r\n", inClear: false });
    });
  });

  test("inject-response, apart from the 220: believed, or it breaks the handshake", async () => {
    await under("inject-response", "next-write", async (running) => {
      const { believed, inClear } = await naiveSend(running.endpoint, mail);
      expect(believed === injectedReply || inClear).toBe(true);
    });
  });
});

describe("whom he spares he could have kept, and hands on", () => {
  const spares = ({ from }: { readonly from: string }): boolean => from !== mail.from;

  test.each([
    ["self-signed", "own-key", 0],
    ["forged-ca", "issued", 0],
    ["strip-ehlo", "delete", 1],
  ] as const)("%s (%s)", async (id, variant, ofVictim) => {
    const credentials = authority.issue({ names: [host] });
    const honest = await startReceiver({ ...deps, at: free, hostname: host, credentials });
    const target = { at: free, victim: honest.endpoint, host, domain: victim, credentials, spares };
    const running = await attackers[id].start(deps, target, variant);
    for (const from of [mail.from, "carol@sender.example"]) await naiveSend(running.endpoint, { ...mail, from });
    expect(running.captured().map(({ from }) => from)).toEqual([mail.from]);
    expect(running.handedOn()).toMatchObject([{ from: "carol@sender.example", content: secret }]);
    const received = honest.received().map(({ from, content }) => `${from} ${content === secret}`);
    expect(received).toContain("carol@sender.example true");
    expect(received.filter((one) => one === `${mail.from} true`)).toHaveLength(ofVictim);
    await running.close();
    await honest.close();
  });

  test("spoof-mx lies only while he is at work", async () => {
    let lie: DnsMeddler | undefined;
    let isAtWork = false;
    const listening = { ...deps, dns: { meddle: (given: DnsMeddler) => ((lie = given), () => {}) } };
    const target = { at: free, victim: free, host, domain: victim, isAtWork: () => isAtWork };
    const running = await attackers["spoof-mx"].start(listening, target);
    const question = { name: wireName(victim), type: "MX", class: 1 } as const;
    expect(lie?.(truth, question)).toBe(truth);
    expect(running.counts.strikes).toBe(0);
    isAtWork = true;
    expect(lie?.(truth, question)?.answers).toMatchObject([{ data: { type: "MX" } }]);
    await running.close();
  });
});

describe("what an attacker in the middle does not touch goes through", () => {
  test("eavesdrop: over TLS it reads nothing, and the honest server has the mail", async () => {
    await under("eavesdrop", undefined, async (running, honest) => {
      await naiveSend(running.endpoint, mail);
      expect(running.captured()).toEqual([]);
      expect(honest.received()).toMatchObject([{ from: mail.from, to: [mail.to], content: secret, tls: "TLSv1.3" }]);
    });
  });

  test("strip-ehlo: the honest server gets the mail too, so nobody misses it", async () => {
    await under("strip-ehlo", undefined, async (running, honest) => {
      await naiveSend(running.endpoint, mail);
      expect(honest.received()).toMatchObject([{ content: secret, tls: undefined }]);
    });
  });
});

describe("the lab is for this machine alone", () => {
  const elsewhere = { address: ip("192.0.2.1"), port: 2525 };
  const lan = { address: ip("0.0.0.0"), port: 0 };

  test.each(every)("%s (%s) neither listens nor dials elsewhere", async (id, variant) => {
    const attack = attackers[id];
    const credentials = authority.issue({ names: [host] });
    const target = { at: free, victim: free, host, domain: victim, credentials };
    await expect(async () => attack.start(deps, { ...target, at: lan }, variant)).rejects.toThrow(/loopback/);
    if (withOwnKey.includes(id) || attack.stands === "dns") return;
    await expect(async () => attack.start(deps, { ...target, victim: elsewhere }, variant)).rejects.toThrow(/loopback/);
  });

  test("receivers neither", async () => {
    await expect(async () => startReceiver({ ...deps, at: lan, hostname: host })).rejects.toThrow(/loopback/);
  });

  test("a variant that does not exist is a bug", () => {
    expect(() => attackers.expired.start(deps, { at: free, victim: free, host, domain: victim }, "toString")).toThrow(
      TypeError,
    );
  });
});

describe("the eavesdropper reads", () => {
  const hear = (...pieces: readonly string[]): Captured[] => {
    const captured: Captured[] = [];
    const ear = new Eavesdropper(captured);
    for (const piece of pieces) {
      if (piece === "354") ear.textFollows();
      else ear.hear(piece);
    }
    return captured;
  };
  const envelope = `MAIL FROM:<${mail.from}> SIZE=9\r\nRCPT TO:<${mail.to}> NOTIFY=NEVER\r\n`;

  test.each<[string, readonly string[], string | undefined]>([
    ["a message in one piece", [`${envelope}DATA\r\n`, "354", "one\r\n.\r\n"], "one\r\n"],
    ["a message byte by byte", [`${envelope}DATA\r\n`, "354", ..."..one\r\n.\r\n"], ".one\r\n"],
    ["an empty message", [`${envelope}DATA\r\n`, "354", ".\r\n"], ""],
    ["chunks, commands among their bytes", [`${envelope}BDAT 6\r\nRSET\r\n`, "BDAT 3 LAST\r\ntwo"], "RSET\r\ntwo"],
    ["an empty last chunk", [`${envelope}BDAT 3\r\ntwo`, "BDAT 0 LAST\r\n"], "two"],
    ["nothing of a DATA that was refused", [`${envelope}DATA\r\n`, "QUIT\r\n.\r\n"], undefined],
  ])("%s", (_, pieces, content) => {
    const heard = hear(...pieces);
    expect(heard).toEqual(content === undefined ? [] : [{ from: mail.from, to: [mail.to], content, tls: false }]);
  });

  test("no more than it has room for", () => {
    const long = "x".repeat(eavesdropperLimits.lineMaxBytes * 2);
    const heard = hear(`${envelope}DATA\r\n`, "354", ...Array.from({ length: 20 }, () => long), "\r\n.\r\n");
    expect(heard[0]?.content.length).toBe(eavesdropperLimits.contentKeptMaxBytes);
  });
});
