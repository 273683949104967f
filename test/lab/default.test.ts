/** Every receiver under every attack, for real: what is observed is what the catalogue predicts. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "../../src/lab/index.ts";
import { chooseAttack, isExposed, receiverNamed, type ReceiverId } from "../../src/threats/index.ts";
import { cellsOf, differences } from "./matrix.ts";

let cells: readonly Cell[];

beforeAll(async () => {
  cells = await cellsOf({ sender: "surehop" });
});

test("surehop: predicted and observed are the same in every cell", () => {
  expect(cells.length).toBeGreaterThan(600);
  expect(differences(cells)).toEqual([]);
});

/** Where the honest server's set-up is sound enough for the plan to be kept. */
const promisedAndDelivered: readonly ReceiverId[] = [
  "ruled",
  "ruled-ca",
  "dane-ee",
  "dane-ee-self-signed",
  "dane-ee-expired",
  "dane-ee-wrong-name",
  "dane-ta",
  "sts-enforce",
  "dane+sts",
  "requiretls",
];
/** Where sealed and altered mail has cells. */
const tellingReceivers: readonly string[] = ["ruled", "ruled-ca", "dane-ee", "sts-enforce", "requiretls"];

/** The exceptions that the catalogue makes (design, attacks): all of them, by name. */
const exceptions: readonly (readonly [why: string, attack: string, receivers: readonly ReceiverId[]])[] = [
  [
    "WebPKI alone vouches for the host, and one of its authorities has vouched for somebody else (RFC 8461 §10.1)",
    "forged-ca",
    [
      "ruled",
      "sts-enforce",
      "sts-enforce-self-signed",
      "sts-enforce-expired",
      "sts-enforce-wrong-name",
      "sts-enforce-missing-intermediate",
    ],
  ],
  [
    "the receiving server proves itself, and its keeper reads: no proof of a hop's is about that, and the mail was not sealed",
    "read-at-hop",
    promisedAndDelivered,
  ],
  [
    "the same, and he writes into it",
    "read-at-hop:altered",
    promisedAndDelivered.filter((id) => tellingReceivers.includes(id)),
  ],
  [
    "the author took a key that nobody vouches for, before any server was asked",
    "forged-key:careless",
    ["ruled", "ruled-ca", "sts-enforce"],
  ],
  [
    "on the web WebPKI alone vouches for the author's key, as it does for MTA-STS",
    "forged-key:web-forged-ca",
    ["ruled", "ruled-ca", "sts-enforce"],
  ],
];

describe("nothing that was promised is given away: by DANE, by an MTA-STS policy that is cached, by a rule", () => {
  const exposedOf = (these: readonly Cell[]): readonly string[] =>
    these.filter(({ observed }) => isExposed(observed)).map(({ receiver, attack }) => `${attack} ${receiver}`);

  test("no cell is exposed but those that the catalogue makes an exception of", () => {
    const promised = cells.filter(({ receiver, attack }) => isPromised(receiver, attack));
    const allowed = exceptions.flatMap(([, attack, receivers]) => receivers.map((id) => `${attack} ${id}`));
    expect(exposedOf(promised).filter((cell) => !allowed.includes(cell))).toEqual([]);
    expect(promised.length).toBeGreaterThan(400);
  });

  test.each(exceptions)("%s: %s", (_, attack, receivers) => {
    // An exception that is none would hide a fault one day.
    const exposed = exposedOf(cells.filter((cell) => cell.attack === attack));
    expect(receivers.filter((id) => !exposed.includes(`${attack} ${id}`))).toEqual([]);
  });

  test("a forged authority is held by a published key, and by a rule that names the one authority that counts", () => {
    const held = cells.filter(({ attack, observed }) => attack === "forged-ca" && observed === "held");
    expect(held.map(({ receiver }) => receiver)).toEqual(
      expect.arrayContaining(["dane-ee", "dane-ta", "dane+sts", "requiretls", "ruled-ca"]),
    );
  });

  test("what is kept back before it was ever heard is no promise yet: MTA-STS at first contact (RFC 8461 §10.2)", () => {
    expect(exposedOf(cells)).toContain("block-sts sts-enforce");
    expect(exposedOf(cells)).not.toContain("block-sts:later sts-enforce");
    expect(exposedOf(cells)).not.toContain("block-sts dane+sts");
  });
});

test("the attackers do win where nothing is promised: cells of each kind are there", () => {
  const outcomes = new Set(cells.map(({ observed }) => observed));
  expect(outcomes).toEqual(new Set(["delivered", "held", "bounced", "exposed-cleartext", "exposed-to-attacker"]));
  for (const { observed, evidence } of cells) {
    if (observed === "exposed-cleartext") expect(evidence.seen).toBe("in-clear");
    if (observed === "exposed-to-attacker") expect(["inside-attackers-tls", "at-hop"]).toContain(evidence.seen);
    if (observed === "held" || observed === "bounced") expect(evidence.honest.copies).toBe(0);
  }
});

test("an attacker has been at work in every cell that has one", () => {
  const idle = cells.filter(
    ({ attack, predicted, evidence: { attacker, slippedIn } }) =>
      // Who only listens strikes no blow; nor does one who is sent away by the plan, before anything is dialled; nor one to whom nothing comes.
      attack !== "none" &&
      !attack.startsWith("eavesdrop") &&
      slippedIn === undefined &&
      predicted !== "held" &&
      !(attack.startsWith("read-at-hop") && predicted === "bounced") &&
      attacker.strikes === 0,
  );
  // To a server without TLS there is nothing to do but to listen.
  expect(
    idle.filter(({ receiver }) => receiver !== "plain").map(({ attack, receiver }) => `${attack} ${receiver}`),
  ).toEqual([]);
});

/** At first contact no policy is cached. */
function isPromised(receiver: string, attack: string): boolean {
  const setup = receiverNamed(receiver);
  const isFirst = chooseAttack(attack)?.effect.atFirstContact === true;
  return (
    setup !== undefined &&
    (setup.tlsa !== undefined || setup.rule !== undefined || (setup.sts === "enforce" && !isFirst))
  );
}
