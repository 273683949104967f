/** The lab is believed only if it notices: each planted bug turns cells red, and just those that it is about. */
import { describe, expect, test } from "vitest";
import type { Planted } from "../../src/cli/lab/surehop.ts";
import { isMismatch } from "../../src/lab/index.ts";
import type { ReceiverId } from "../../src/threats/index.ts";
import { cellsOf } from "./matrix.ts";
import { dropsCachedPolicy, fallsBackOnReset, keepsBytes, skipsNameCheck, takesFailureForAbsence } from "./planted.ts";

const receivers: readonly ReceiverId[] = ["opportunistic", "ruled", "dane-ee", "sts-enforce"];
const attacks = [
  "eavesdrop",
  "strip-ehlo",
  "reset-handshake",
  "inject-response",
  "inject-response:whole-session",
  "self-signed",
  "wrong-host",
  "strip-tlsa",
  "block-sts:later",
];

const bugs: readonly [bug: string, planted: Planted, red: readonly string[]][] = [
  [
    "the name check is skipped",
    skipsNameCheck,
    ["wrong-host ruled exposed-to-attacker", "wrong-host sts-enforce exposed-to-attacker"],
  ],
  [
    "a reset leads to cleartext",
    fallsBackOnReset,
    [
      "reset-handshake dane-ee exposed-cleartext",
      "reset-handshake ruled exposed-cleartext",
      "reset-handshake sts-enforce exposed-cleartext",
    ],
  ],
  [
    "bytes from before TLS are kept",
    keepsBytes,
    // A single reply puts the conversation out of step, and mail waits either way; a whole session is taken for the server's.
    [
      "inject-response:whole-session dane-ee delivered",
      "inject-response:whole-session opportunistic delivered",
      "inject-response:whole-session ruled delivered",
      "inject-response:whole-session sts-enforce delivered",
    ],
  ],
  ["SERVFAIL is taken for no TLSA", takesFailureForAbsence, ["strip-tlsa dane-ee exposed-to-attacker"]],
  ["a cached policy is dropped", dropsCachedPolicy, ["block-sts:later sts-enforce exposed-cleartext"]],
];

describe("a planted bug turns cells red", () => {
  test.each(bugs)("%s", async (_, planted, red) => {
    const cells = await cellsOf({ sender: "surehop", receivers, attacks, planted });
    expect(
      cells
        .filter(isMismatch)
        .map(({ attack, receiver, observed }) => `${attack} ${receiver} ${observed}`)
        .sort(),
    ).toEqual(red);
  });

  test("and without one none is red", async () => {
    const cells = await cellsOf({ sender: "surehop", receivers, attacks });
    expect(cells.filter(isMismatch)).toEqual([]);
    expect(cells.length).toBeGreaterThan(20);
  });
});
