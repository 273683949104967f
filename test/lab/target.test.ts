/**
 * Aimed attacks: any other, for one victim or one moment alone. What is hit comes out as predicted, and so does the mail that it was not for;
 * and in between all that passed, the failures stay visible.
 */
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "../../src/lab/index.ts";
import { chooseAttack, everyAttack, isExposed, type ReceiverId } from "../../src/threats/index.ts";
import { cellsOf, differences } from "./matrix.ts";

const receivers: readonly ReceiverId[] = ["opportunistic", "remembered", "dane-ee", "sts-enforce"];
const aims = [
  "domain",
  "sender",
  "recipient",
  "connection-1",
  "connection-2",
  "connections-from-2",
  "connections-from-4",
  "from-60",
  "until-60",
  "from-60-until-100",
];
const wrapped = everyAttack().filter(
  ({ attack, effect }) => attack.wraps === undefined && effect.inbound === undefined,
);

describe("any attack, aimed in any way", () => {
  test("comes out as predicted, for whom it is and for whom it is not", async () => {
    const combination = fc.tuple(fc.constantFrom(...wrapped), fc.constantFrom(...aims));
    const sample = fc.sample(combination, sampled).map(([{ name }, aim]) => `target:${name}:${aim}`);
    // Each aim once at least.
    const names = new Set([...sample, ...aims.map((aim) => `target:reset-handshake:${aim}`)]);
    expect([...names].filter((name) => chooseAttack(name) === undefined)).toEqual([]);
    const cells = await cellsOf({ sender: "surehop", receivers, attacks: [...names] });
    expect(differences(cells)).toEqual([]);
    expect(cells.length).toBeGreaterThan(100);
    for (const { evidence } of cells) expect(evidence.bystander).toBeDefined();
  }, 240_000);
});

const sampled = 40;

describe("what is aimed, alone", () => {
  test("who stays for an hour has gone when other mail comes, though nobody had to wait so long", async () => {
    const attacks = ["target:until-60", "target:read-at-hop:until-60"];
    expect(differences(await cellsOf({ sender: "surehop", receivers: ["opportunistic"], attacks }))).toEqual([]);
  });

  test("sealed mail: a false key deceives whoever writes while it is there, and whom he spares he could have read", async () => {
    const aimed = ["read-at-hop", "read-at-hop:altered", "redirect-sealed", "forged-key", "forged-key:careless"];
    const attacks = aimed.flatMap((name) => aims.map((aim) => `target:${name}:${aim}`));
    const cells = await cellsOf({ sender: "surehop", receivers: ["opportunistic", "dane-ee"], attacks });
    expect(differences(cells)).toEqual([]);
    const careless = cells.find(
      ({ attack, receiver }) => `${attack} ${receiver}` === "target:forged-key:careless:sender opportunistic",
    );
    expect(careless?.evidence.bystander).toMatchObject({ observed: "exposed-to-attacker", copies: 1 });
    // Of mail that he is not after he changes nothing, and it arrives.
    const altered = cells.filter(({ attack }) => attack === "target:read-at-hop:altered:recipient");
    expect(altered.map(({ evidence }) => evidence.bystander?.copies)).toEqual([1, 1]);
  }, 120_000);
});

describe("what an aimed attack looks like from outside", () => {
  let cells: readonly Cell[];

  beforeAll(async () => {
    const attacks = [
      "target:strip-ehlo:domain",
      "target:strip-ehlo:sender",
      "target:self-signed:recipient",
      "target:self-signed:domain",
      "target:reset-handshake:connection-1",
      "target:strip-ehlo:connections-from-2",
      "target:strip-ehlo:from-60",
      "target:strip-ehlo:until-60",
    ];
    cells = await cellsOf({ sender: "surehop", receivers, attacks });
  }, 120_000);

  const cellOf = (attack: string, receiver: ReceiverId): Cell => {
    const found = cells.find((cell) => cell.attack === chooseAttack(attack)?.name && cell.receiver === receiver);
    if (found === undefined) throw new Error(`there is no ${attack} at ${receiver}`);
    return found;
  };

  test("all is as predicted", () => expect(differences(cells)).toEqual([]));

  test.each<[attack: string, receiver: ReceiverId, result: string]>([
    ["target:strip-ehlo:domain", "remembered", "starttls-not-supported"],
    ["target:strip-ehlo:domain", "dane-ee", "starttls-not-supported"],
    ["target:self-signed:domain", "dane-ee", "validation-failure"],
    ["target:self-signed:domain", "sts-enforce", "certificate-not-trusted"],
    ["target:strip-ehlo:sender", "sts-enforce", "starttls-not-supported"],
    ["target:reset-handshake:connection-1", "opportunistic", "validation-failure"],
    ["target:strip-ehlo:connections-from-2", "dane-ee", "starttls-not-supported"],
    ["target:strip-ehlo:from-60", "remembered", "starttls-not-supported"],
    ["target:strip-ehlo:until-60", "sts-enforce", "starttls-not-supported"],
  ])(
    "RPT-1: %s at %s is in the report to the domain, beside the sessions that succeeded",
    (attack, receiver, result) => {
      const { noticed } = cellOf(attack, receiver).evidence;
      expect(noticed?.reported.successes).toBeGreaterThan(0);
      expect(noticed?.reported.failures[result]).toBeGreaterThan(0);
      expect(Object.keys(noticed?.reported.failures ?? {})).toEqual([result]);
    },
  );

  test.each(["target:strip-ehlo:domain", "target:strip-ehlo:sender", "target:strip-ehlo:connections-from-2"])(
    "MEM-1: %s is a suspicion in memory, although other mail has passed",
    (attack) => {
      const { observed, evidence } = cellOf(attack, "remembered");
      expect(observed).toBe("held");
      expect(evidence.noticed).toMatchObject({ isSuspected: true });
    },
  );

  test("MEM-1: where nothing was met before, nothing is suspected, and the report says it all the same", () => {
    const { observed, evidence } = cellOf("target:strip-ehlo:domain", "opportunistic");
    expect(observed).toBe("exposed-cleartext");
    expect(evidence.noticed).toMatchObject({
      isSuspected: false,
      reported: { failures: { "starttls-not-supported": 1 } },
    });
  });

  test("one domain: another on the same machine has its mail, over TLS and unread", () => {
    for (const receiver of receivers) {
      const { bystander } = cellOf("target:strip-ehlo:domain", receiver).evidence;
      expect(bystander).toEqual({ who: "other-domain", predicted: "delivered", observed: "delivered", copies: 1 });
    }
  });

  test.each([
    ["target:strip-ehlo:sender", "exposed-cleartext", 1],
    ["target:self-signed:recipient", "exposed-to-attacker", 0],
  ] as const)(
    "one address, %s: whom he spares he could have read, and their mail arrives; where he cannot read, all wait",
    (attack, outcome, copiesOfVictim) => {
      const open = cellOf(attack, "opportunistic");
      expect(open.observed).toBe(outcome);
      expect(open.evidence.honest.copies).toBe(copiesOfVictim);
      expect(open.evidence.bystander).toMatchObject({ observed: outcome, copies: 1 });
      const safe = cellOf(attack, "dane-ee");
      expect(safe.observed).toBe("held");
      expect(safe.evidence.bystander).toMatchObject({ observed: "held", copies: 0 });
    },
  );

  test("one moment: mail to the same domain passes before, or after", () => {
    for (const { attack, evidence } of cells.filter((cell) => /connection|from|until/.test(cell.attack))) {
      const who = /connection-1|:until/.test(attack) ? "later" : "earlier";
      expect(evidence.bystander, attack).toEqual({ who, predicted: "delivered", observed: "delivered", copies: 1 });
      expect(isExposed(evidence.bystander?.observed ?? "held")).toBe(false);
    }
  });

  test("TLS-4: who comes once is outwaited, where patience is all that there is", () => {
    expect(cellOf("target:reset-handshake:connection-1", "opportunistic").observed).toBe("delivered");
    expect(cellOf("target:reset-handshake:connection-1", "dane-ee").observed).toBe("delivered");
  });
});
