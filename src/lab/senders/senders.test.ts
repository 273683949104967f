/** Each driver against an honest server, and against two attackers: what comes of it is what was measured once and for all. */
import { describe, expect, test } from "vitest";
import { playInside } from "../../../test/lab/enclosed.ts";
import { skipped } from "../../../test/peers/skipped.ts";
import { ip } from "../../base/index.ts";
import { systemClock, systemNet } from "../../system/index.ts";
import type { Outcome } from "../../threats/index.ts";
import { peerSenders } from "./index.ts";

const senders = peerSenders({ net: systemNet, clock: systemClock });
const at = ip("127.0.0.1");
const attacks = ["none", "strip-ehlo", "self-signed"] as const;

/** Without an attacker; with TLS cut out of the offer; with a false server in the honest one's place. */
const measured: Readonly<Record<string, readonly [Outcome, Outcome, Outcome]>> = {
  "postfix-default": ["delivered", "exposed-cleartext", "exposed-to-attacker"],
  "postfix-encrypt": ["delivered", "held", "exposed-to-attacker"],
  "postfix-secure": ["delivered", "held", "held"],
  "exim-default": ["delivered", "exposed-cleartext", "exposed-to-attacker"],
  "exim-required": ["delivered", "held", "exposed-to-attacker"],
  "exim-required-verify": ["delivered", "held", "held"],
  "sendmail-default": ["delivered", "exposed-cleartext", "exposed-to-attacker"],
  "sendmail-required": ["delivered", "held", "exposed-to-attacker"],
  "opensmtpd-default": ["delivered", "exposed-cleartext", "exposed-to-attacker"],
  "opensmtpd-tls": ["delivered", "held", "held"],
};

describe.each(["postfix", "exim", "sendmail", "opensmtpd"])("%s as a sender in the lab", (program) => {
  const own = Object.keys(measured).filter((id) => id.startsWith(program));
  test(`comes to what was measured: ${own.join(", ")}`, async ({ skip }) => {
    const { cells, missing } = await playInside({ senders: own, receivers: ["opportunistic"], attacks });
    if (skipped(`${program} in the lab`, missing[0])) skip(missing[0]);
    for (const id of own) {
      const seen = attacks.map((attack) => cells.find((cell) => cell.sender === id && cell.attack === attack));
      expect([id, ...seen.map((cell) => cell?.observed)]).toEqual([id, ...(measured[id] ?? [])]);
    }
    // A server that says nothing of a message that it has handled is not being listened to.
    expect(cells.filter(({ evidence }) => evidence.words.length === 0)).toEqual([]);
  });
});

describe("other people's mail servers", () => {
  test("are asked for in an enclosure alone", () => {
    expect(senders.filter(({ needsEnclosure }) => needsEnclosure !== true)).toEqual([]);
  });

  test("each have an id of their own, and a model that goes by it", () => {
    expect(new Set(senders.map(({ id }) => id)).size).toBe(senders.length);
    expect(senders.map(({ mode }) => mode.id)).toEqual(senders.map(({ id }) => id));
    expect(Object.keys(measured).filter((id) => !senders.some((sender) => sender.id === id))).toEqual([]);
  });

  test("are not started where there is no enclosure", async () => {
    for (const sender of senders) {
      const start = sender.start({
        resolver: { address: at, port: 53 },
        anchors: [],
        authorityPem: "",
        smtpPort: 25,
        httpsPort: 443,
        sites: [],
        rules: [],
        isEnclosed: false,
        directory: "/nonexistent",
        ownAddress: at,
      });
      await expect(start).rejects.toThrow(/in an enclosure alone/);
    }
  });
});
