/**
 * Debian's mail servers under every attack that is in the usual columns: what comes of it is what the catalogue's models of them predict, and
 * those say what was measured. Postfix and Exim here with a domain that promises nothing and one with DANE; the others with the one that tells
 * most. All of their modes with all receivers, and silence in a handshake, which takes a server's patience, are left to the full matrix
 * (`npm run docs:lab -- --all`).
 */
import { describe, expect, test } from "vitest";
import { isMismatch, type Cell } from "../../src/lab/index.ts";
import { usualAttacks } from "../../src/threats/index.ts";
import { skipped } from "../peers/skipped.ts";
import { playInside } from "./enclosed.ts";

const attacks = [
  "none",
  ...usualAttacks()
    .map(({ name }) => name)
    .filter((name) => name !== "garble-handshake:silence"),
];

describe.each([
  ["Postfix", ["postfix-default", "postfix-encrypt", "postfix-dane"], ["opportunistic", "dane-ee"]],
  ["Postfix with MTA-STS", ["postfix-mta-sts", "postfix-mta-sts-first"], ["sts-enforce"]],
  ["Exim", ["exim-default", "exim-required-verify"], ["opportunistic", "dane-ee"]],
  ["sendmail", ["sendmail-default"], ["opportunistic"]],
  ["OpenSMTPD", ["opensmtpd-default"], ["opportunistic"]],
])("the lab's matrix for %s", (name, senders, receivers) => {
  test("predicted is observed, in every cell", async ({ skip }) => {
    const { cells, missing } = await playInside({ senders, receivers, attacks });
    if (skipped(`${name} in the lab`, missing[0])) skip(missing[0]);
    expect(cells.filter(isMismatch).map(told)).toEqual([]);
    // Fewer cells than that, and something was not tried at all.
    expect(cells.length).toBeGreaterThan(senders.length * receivers.length * 15);
    // Exim sends BDAT and QUIT in one go, ends its side and waits: if nobody answers it comes again.
    expect(cells.filter(({ evidence }) => evidence.honest.copies > 1).map(told)).toEqual([]);
    // What an attacker has not done shows nothing.
    const idle = cells.filter(({ attack, evidence: { attacker } }) => needsStrike(attack) && attacker.strikes === 0);
    expect(idle.map(told)).toEqual([]);
  });
});

function needsStrike(attack: string): boolean {
  return attack !== "none" && attack !== "eavesdrop" && !attack.startsWith("strip-tlsa");
}

function told({ sender, receiver, attack, predicted, observed, evidence }: Cell): string {
  return `${sender}, ${receiver}, ${attack}: predicted ${predicted}, observed ${observed}; ${evidence.words.join(" | ")}`;
}
