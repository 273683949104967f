import { describe, expect, test } from "vitest";
import { parseAim } from "./aim.ts";
import { aimFault, attackIds, catalogue, chooseAttack, everyAttack, usualAttacks, type AimFault } from "./catalogue.ts";
import { predictShown } from "./author.ts";
import { predict } from "./predict.ts";
import { receiverNamed, receivers } from "./receivers.ts";
import { chainModes, modelledModes, surehopModes } from "./senders.ts";
import { isExposed, type Outcome, type ReceiverSetup, type SenderMode, type ShownAs } from "./types.ts";

const letters = {
  ok: "delivered",
  held: "held",
  back: "bounced",
  CLEAR: "exposed-cleartext",
  ATTACKER: "exposed-to-attacker",
} as const;
type Letter = keyof typeof letters;

function spelt(row: readonly Letter[]): readonly Outcome[] {
  return row.map((letter) => letters[letter]);
}

const modes = new Map<string, SenderMode>(
  [...surehopModes, ...chainModes, ...modelledModes].map((mode) => [mode.id, mode]),
);

function predicted(mode: string, receiver: string, attack: string): Outcome | undefined {
  const sender = modes.get(mode);
  const setup = receiverNamed(receiver);
  const effect = attack === "none" ? "none" : chooseAttack(attack)?.effect;
  if (sender === undefined || setup === undefined || effect === undefined)
    throw new Error(`${mode} ${receiver} ${attack}`);
  return predict(sender, setup, effect);
}

describe("the catalogue", () => {
  test("every attack is shown in at least one way", () => {
    for (const id of attackIds) {
      const { variants, stands, stoppedBy } = catalogue[id];
      expect(Object.keys(variants).length, id).toBeGreaterThan(0);
      expect(stands.length, id).toBeGreaterThan(0);
      expect(stoppedBy.length, id).toBeGreaterThan(0);
    }
  });

  test.each([
    ["strip-ehlo", "strip-ehlo", "delete"],
    ["strip-ehlo:delete", "strip-ehlo", "delete"],
    ["strip-ehlo:helo", "strip-ehlo:helo", "helo"],
  ])("%s is %s, done by %s", (text, name, variant) => {
    expect(chooseAttack(text)).toMatchObject({ name, variant });
  });

  test.each([
    ["target", "target", "self-signed", "domain"],
    ["target:domain", "target", "self-signed", "domain"],
    ["target:self-signed:own-key:domain", "target", "self-signed", "domain"],
    ["target:sender", "target:sender", "self-signed", "sender"],
    ["target:strip-ehlo", "target:strip-ehlo:domain", "strip-ehlo", "domain"],
    ["target:strip-ehlo:helo:from-60", "target:strip-ehlo:helo:from-60", "strip-ehlo:helo", "from-60"],
  ])("%s is %s: %s, aimed by %s", (text, name, wrapped, aim) => {
    const chosen = chooseAttack(text);
    expect(chosen).toMatchObject({ name, variant: aim, wrapped: { name: wrapped } });
    expect(chosen?.effect).toEqual({ ...chosen?.wrapped?.effect, aim: parseAim(aim) });
  });

  test.each<[string, AimFault]>([
    ["target:nothing:sender", "unknown"],
    ["target:strip-ehlo:sideways", "unknown"],
    ["target:strip-ehlo:sender:domain", "unknown"],
    ["target:connection-99", "unknown"],
    ["target:target:sender", "aimed-twice"],
    ["target:smuggle:sender", "at-own-door"],
    ["target:inject-command:until-60", "at-own-door"],
  ])("%s cannot be: %s", (text, fault) => {
    expect(chooseAttack(text)).toBeUndefined();
    expect(aimFault(text)).toBe(fault);
  });

  test("every attack on the way can be aimed in every way, and comes out as itself for whom it is for", () => {
    const aims = ["domain", "sender", "recipient"] as const;
    const wrapped = everyAttack().filter(({ attack, effect }) => attack.wraps === undefined && !effect.inbound);
    expect(wrapped.length).toBeGreaterThan(35);
    for (const inner of wrapped) {
      for (const aim of aims) {
        const chosen = chooseAttack(`target:${inner.name}:${aim}`);
        for (const receiver of receivers) {
          for (const mode of modes.values()) {
            const outcome = chosen && predict(mode, receiver, chosen.effect);
            expect(outcome, `${mode.id} ${receiver.id} ${inner.name} ${aim}`).toBe(
              predict(mode, receiver, inner.effect),
            );
          }
        }
      }
    }
  });

  test("what comes and goes never does worse than what stays", () => {
    const comings = ["connection-1", "connection-2", "connections-from-4", "from-60", "until-60", "from-30-until-90"];
    const mode = modes.get("surehop") as SenderMode;
    for (const inner of everyAttack().filter(({ attack, effect }) => attack.wraps === undefined && !effect.inbound)) {
      for (const aim of comings) {
        const chosen = chooseAttack(`target:${inner.name}:${aim}`);
        for (const receiver of receivers) {
          const outcome = chosen && predict(mode, receiver, chosen.effect);
          const always = predict(mode, receiver, inner.effect);
          if (outcome === undefined || always === undefined) continue;
          expect(isExposed(outcome) && !isExposed(always), `${receiver.id} ${inner.name} ${aim}`).toBe(false);
        }
      }
    }
  });

  test.each(["", "toString", "strip-ehlo:", "strip-ehlo:toString", "read-at-hop:toString", "unknown"])(
    "there is no %j",
    (text) => {
      expect(chooseAttack(text)).toBeUndefined();
    },
  );

  test("the columns of the matrix are attacks that can be shown, each once", () => {
    const names = usualAttacks().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...attackIds]));
  });
});

/** As measured (design, "What today's mail servers do"): a domain without DNSSEC that publishes MTA-STS, and one with DNSSEC and TLSA 3 1 1. */
const columns = ["default", "may", "encrypt", "verify", "secure", "dane", "mta-sts"] as const;
const unsignedRows: readonly [attack: string, expected: readonly Letter[]][] = [
  ["none", ["ok", "ok", "ok", "ok", "ok", "ok", "ok"]],
  ["strip-ehlo", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "held"]],
  ["refuse-starttls", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "held"]],
  ["refuse-starttls:502", ["CLEAR", "CLEAR", "back", "back", "back", "CLEAR", "back"]],
  ["reset-handshake", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "held"]],
  ["garble-handshake", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "held"]],
  ["garble-handshake:silence", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "held"]],
  ["self-signed", ["ATTACKER", "ATTACKER", "ATTACKER", "held", "held", "ATTACKER", "held"]],
  ["wrong-host", ["ATTACKER", "ATTACKER", "ATTACKER", "held", "held", "ATTACKER", "held"]],
  ["expired", ["ATTACKER", "ATTACKER", "ATTACKER", "held", "held", "ATTACKER", "held"]],
  ["spoof-mx", ["ATTACKER", "ATTACKER", "ATTACKER", "ATTACKER", "held", "ATTACKER", "held"]],
  ["inject-response", ["ok", "ok", "ok", "ok", "ok", "ok", "ok"]],
  ["target", ["ATTACKER", "ATTACKER", "ATTACKER", "held", "held", "ATTACKER", "held"]],
  ["block-sts", ["CLEAR", "CLEAR", "held", "held", "held", "CLEAR", "CLEAR"]],
];
const signedRows: readonly [attack: string, expected: readonly Letter[]][] = [
  ["none", ["ok", "ok", "ok", "ok", "ok", "ok"]],
  ["strip-ehlo", ["CLEAR", "CLEAR", "held", "held", "held", "held"]],
  ["refuse-starttls:502", ["CLEAR", "CLEAR", "back", "back", "back", "back"]],
  ["reset-handshake", ["CLEAR", "CLEAR", "held", "held", "held", "held"]],
  ["self-signed", ["ATTACKER", "ATTACKER", "ATTACKER", "held", "held", "held"]],
  ["spoof-mx", ["held", "held", "held", "held", "held", "held"]],
];

describe("the models of Postfix say what was measured of it", () => {
  test.each(unsignedRows)("unsigned, MTA-STS: %s", (attack, expected) => {
    expect(columns.map((level) => predicted(`postfix-${level}`, "sts-enforce", attack))).toEqual(spelt(expected));
  });

  test.each(signedRows)("signed, TLSA 3 1 1: %s", (attack, expected) => {
    expect(columns.slice(0, 6).map((level) => predicted(`postfix-${level}`, "dane-ee", attack))).toEqual(
      spelt(expected),
    );
  });

  test.each<[string, readonly Letter[]]>([
    ["dane-ee-expired", ["ok", "ok", "ok", "held", "held", "ok"]],
    ["opportunistic-missing-intermediate", ["ok", "ok", "ok", "held", "held", "ok"]],
  ])("the honest host, %s", (receiver, expected) => {
    expect(columns.slice(0, 6).map((level) => predicted(`postfix-${level}`, receiver, "none"))).toEqual(
      spelt(expected),
    );
  });
});

describe("Surehop", () => {
  test.each<[mode: string, receiver: string, attack: string, Letter]>([
    ["surehop", "plain", "eavesdrop", "CLEAR"],
    ["surehop", "opportunistic", "strip-ehlo", "CLEAR"],
    ["surehop", "opportunistic", "self-signed", "ATTACKER"],
    ["surehop", "opportunistic", "inject-response", "held"],
    ["surehop", "remembered", "strip-ehlo", "held"],
    ["surehop", "remembered", "self-signed", "ATTACKER"],
    ["surehop", "dane-ee", "strip-ehlo", "held"],
    ["surehop", "dane-ee", "refuse-starttls:502", "held"],
    ["surehop", "dane-ee", "forged-ca", "held"],
    ["surehop", "sts-enforce", "forged-ca", "ATTACKER"],
    ["surehop", "ruled", "forged-ca", "ATTACKER"],
    // The rule has written down whose certificates count: another authority's are worth nothing, nor is a namesake's.
    ["surehop", "ruled-ca", "none", "ok"],
    ["surehop", "ruled-ca", "forged-ca", "held"],
    ["surehop", "ruled-ca", "self-signed:own-authority", "held"],
    ["surehop", "ruled-ca", "self-signed:namesake-authority", "held"],
    ["surehop", "ruled-ca", "expired", "held"],
    // A rule holds in every mode.
    ["surehop-opportunistic", "ruled-ca", "forged-ca", "held"],
    ["surehop", "sts-enforce", "spoof-mx", "held"],
    ["surehop", "sts-enforce", "block-sts", "CLEAR"],
    ["surehop", "sts-enforce", "block-sts:later", "held"],
    ["surehop", "sts-testing-expired", "none", "ok"],
    ["surehop", "dane-ee-expired", "none", "ok"],
    ["surehop", "dane-ee-wrong-name", "none", "ok"],
    ["surehop", "dane-ta-expired", "none", "held"],
    ["surehop", "dane-ta-wrong-name", "none", "held"],
    ["surehop", "dane-ta-missing-intermediate", "none", "held"],
    ["surehop", "dane-ee-stale", "none", "held"],
    // STS-6: a failed DANE check is not rescued by a policy that would be met.
    ["surehop", "dane+sts-stale", "none", "held"],
    ["surehop", "requiretls", "none", "ok"],
    ["surehop", "requiretls-missing", "none", "back"],
    ["surehop-opportunistic", "dane-ee-stale", "none", "ok"],
    ["surehop-strict", "plain", "none", "held"],
    ["surehop-strict", "opportunistic", "spoof-mx", "held"],
    ["surehop", "signed", "spoof-mx", "held"],
    // Whoever comes only once, or for an hour, is outwaited.
    ["surehop", "dane-ee", "target:connection-1", "ok"],
    ["surehop", "dane-ee", "target:until-60", "ok"],
    ["surehop", "opportunistic", "target:connection-1", "ATTACKER"],
    ["surehop", "opportunistic", "target:reset-handshake:connection-1", "ok"],
    ["surehop", "opportunistic", "target:reset-handshake:until-120", "ok"],
    ["surehop", "opportunistic", "target:reset-handshake:domain", "CLEAR"],
    ["surehop", "dane-ee", "target:from-60", "held"],
    // MEM-1: whoever comes late finds somebody who remembers, where anything is remembered.
    ["surehop", "opportunistic", "target:strip-ehlo:connections-from-2", "CLEAR"],
    ["surehop", "opportunistic", "target:strip-ehlo:connections-from-3", "held"],
    ["surehop-opportunistic", "opportunistic", "target:strip-ehlo:connections-from-3", "CLEAR"],
    // A policy is kept back at the first contact, or never.
    ["surehop", "sts-enforce", "target:block-sts:connection-1", "CLEAR"],
    ["surehop", "sts-enforce", "target:block-sts:connection-2", "ok"],
    ["surehop", "sts-enforce", "target:block-sts:connections-from-2", "held"],
    // He waits for the first connection, and by his own lie none is made.
    ["surehop", "dane-ee", "target:strip-tlsa:connection-1", "held"],
    ["surehop", "opportunistic", "smuggle", "ok"],
    ["surehop", "opportunistic", "smuggle:nul-dot", "back"],
    ["surehop", "opportunistic", "inject-command", "held"],
    ["surehop", "opportunistic", "inject-command:before", "ok"],
    // Two hops: whoever is first decides whether one message is two. What comes to the second has lines in order.
    ["surehop-before-postfix", "opportunistic", "smuggle", "ok"],
    ["surehop-before-postfix", "opportunistic", "smuggle:nul-dot", "back"],
    ["surehop-behind-postfix", "opportunistic", "smuggle", "ATTACKER"],
    ["surehop-behind-postfix", "opportunistic", "smuggle:bare-cr", "ok"],
    ["surehop-behind-postfix", "opportunistic", "smuggle:nul-dot", "back"],
    ["surehop-behind-postfix-normalize", "opportunistic", "smuggle", "ok"],
    ["surehop-behind-postfix-reject", "opportunistic", "smuggle", "back"],
    ["surehop-behind-postfix-reject", "opportunistic", "smuggle:bdat-bare-lf", "back"],
    ["surehop-behind-postfix", "opportunistic", "inject-command", "held"],
    // Whoever is in the receiving server is past every proof that it can give: only what is sealed is unread there.
    ["surehop-strict", "dane+sts", "read-at-hop", "ATTACKER"],
    ["surehop", "plain", "read-at-hop", "ATTACKER"],
    ["surehop", "requiretls", "read-at-hop:altered", "ATTACKER"],
    ["postfix-dane", "dane-ee", "read-at-hop", "ATTACKER"],
    ["exim-default", "opportunistic", "read-at-hop", "ATTACKER"],
    ["surehop", "dane-ee-stale", "read-at-hop", "held"],
    ["surehop", "requiretls-missing", "read-at-hop", "back"],
    ["surehop", "plain", "read-at-hop:sealed", "ok"],
    ["postfix-default", "opportunistic", "read-at-hop:sealed-altered", "ok"],
    ["surehop", "dane-ee-stale", "read-at-hop:sealed", "held"],
    // Octets without a meaning, where the sender is led astray; nothing at all, where it is not.
    ["surehop", "opportunistic", "redirect-sealed", "ok"],
    ["postfix-default", "opportunistic", "redirect-sealed", "ok"],
    ["surehop", "dane-ee", "redirect-sealed", "held"],
    ["surehop", "sts-enforce", "redirect-sealed", "held"],
    ["postfix-secure", "opportunistic", "redirect-sealed", "held"],
    // The author decides, before any server is asked.
    ["surehop", "opportunistic", "forged-key", "ok"],
    ["surehop", "dane-ee", "forged-key", "held"],
    ["postfix-default", "signed", "forged-key:careless", "held"],
    ["postfix-default", "opportunistic", "forged-key:careless", "ATTACKER"],
    ["surehop-strict", "signed", "forged-key:careless", "held"],
    ["surehop", "sts-enforce", "forged-key:web-self-signed", "held"],
    ["surehop", "sts-enforce", "forged-key:web-forged-ca", "ATTACKER"],
    ["surehop", "dane+sts", "forged-key:web-forged-ca", "ok"],
    ["surehop", "opportunistic", "forged-key:pinned", "ok"],
    ["surehop", "opportunistic", "target:read-at-hop:sender", "ATTACKER"],
    ["surehop", "dane-ee", "target:forged-key:domain", "held"],
  ])("%s to %s under %s: %s", (mode, receiver, attack, letter) => {
    expect(predicted(mode, receiver, attack)).toBe(letters[letter]);
  });

  test("nothing published, remembered or demanded is ever given away, but to a forged authority, or inside the very server", () => {
    const exposed = everyAttack().flatMap(({ name, effect }) =>
      receivers.filter(isPromised).flatMap((receiver) => {
        const outcome = predict(modes.get("surehop") as SenderMode, receiver, effect);
        return outcome !== undefined && isExposed(outcome) ? [`${name} ${receiver.id}`] : [];
      }),
    );
    expect(exposed.filter((cell) => !isKnownLimit(cell))).toEqual([]);
    // The limits that are known, and told: they have to be there, or this test would look at nothing.
    expect(exposed).toContain("read-at-hop dane+sts");
    expect(exposed).toContain("forged-key:careless sts-enforce");
    expect(exposed).toContain("forged-key:web-forged-ca ruled-ca");
    expect(exposed).toContain("forged-ca sts-enforce");
    expect(exposed).toContain("block-sts sts-enforce");
    expect(exposed.filter((cell) => /^forged-ca (?:dane|requiretls|ruled-ca)/.test(cell))).toEqual([]);
  });

  test("the stricter mode never comes out worse than the laxer one", () => {
    for (const { name, effect } of everyAttack()) {
      for (const receiver of receivers) {
        const [lax, usual, strict] = surehopModes.map((mode) => predict(mode, receiver, effect));
        if (lax === undefined || usual === undefined || strict === undefined) continue;
        expect(isExposed(usual) && !isExposed(lax), `${name} ${receiver.id}`).toBe(false);
        expect(isExposed(strict) && !isExposed(usual), `${name} ${receiver.id}`).toBe(false);
      }
    }
  });
});

function isPromised({ tlsa, sts, rule }: ReceiverSetup): boolean {
  return tlsa !== undefined || sts === "enforce" || rule !== undefined;
}

/** A forged authority; a policy that was never heard of; plain mail, read by the server's own keeper; and an author who was deceived. */
function isKnownLimit(cell: string): boolean {
  const [attack = ""] = cell.split(" ");
  return knownLimits.includes(attack);
}

const knownLimits: readonly string[] = [
  "forged-ca",
  "block-sts",
  "block-sts:record",
  "read-at-hop",
  "read-at-hop:altered",
  "forged-key:careless",
  "forged-key:web-forged-ca",
];

describe("what is sealed", () => {
  const every = everyAttack();
  const all = [...modes.values()];

  test("plain mail is read at a hop wherever it is delivered, and sealed mail nowhere: for every sender and receiver", () => {
    const [plain, ...sealed] = [
      "read-at-hop",
      "read-at-hop:sealed",
      "read-at-hop:sealed-altered",
      "read-at-hop:sealed-replaced",
    ].map((name) => chooseAttack(name)?.effect);
    if (plain === undefined) throw new Error("there is no read-at-hop");
    let delivered = 0;
    for (const mode of all.filter(({ kind }) => kind !== "chain")) {
      for (const receiver of receivers) {
        const calm = predict(mode, receiver, "none");
        if (calm === undefined) continue;
        if (calm === "delivered") delivered++;
        const why = `${mode.id} ${receiver.id}`;
        expect(predict(mode, receiver, plain), why).toBe(calm === "delivered" ? "exposed-to-attacker" : calm);
        for (const effect of sealed) expect(effect && predict(mode, receiver, effect), why).toBe(calm);
      }
    }
    expect(delivered).toBeGreaterThan(200);
  });

  test("sealed with the true key, it is never exposed; a careful author is deceived by a forged authority alone", () => {
    for (const { name, effect } of every.filter((one) => one.effect.author !== undefined)) {
      const isDeceived = name === "forged-key:careless" || name === "forged-key:web-forged-ca";
      for (const mode of all) {
        for (const receiver of receivers) {
          const outcome = predict(mode, receiver, effect);
          if (outcome === undefined || (isDeceived && receiver.zone === "unsigned")) continue;
          expect(isExposed(outcome), `${mode.id} ${receiver.id} ${name}`).toBe(false);
        }
      }
    }
  });

  test.each<[attack: string, receiver: string, ShownAs | undefined]>([
    ["strip-ehlo", "opportunistic", undefined],
    ["read-at-hop", "opportunistic", "as-written"],
    ["read-at-hop:altered", "opportunistic", "altered"],
    ["read-at-hop:sealed", "opportunistic", "as-written"],
    ["read-at-hop:sealed-altered", "opportunistic", "refused"],
    ["read-at-hop:sealed-replaced", "opportunistic", "refused"],
    ["redirect-sealed", "opportunistic", "as-written"],
    ["redirect-sealed", "dane-ee", undefined],
    // He is handed on what is sealed for somebody else.
    ["forged-key:careless", "opportunistic", "refused"],
    ["forged-key:careless", "dane-ee", undefined],
    ["forged-key:pinned", "dane-ee", "as-written"],
  ])("under %s, at %s, the recipient is shown it %s", (attack, receiver, shown) => {
    const [setup, effect] = [receiverNamed(receiver), chooseAttack(attack)?.effect];
    if (setup === undefined || effect === undefined) throw new Error(`${attack} ${receiver}`);
    const outcome = predicted("surehop", receiver, attack) ?? "held";
    expect(predictShown(setup, effect, outcome)).toBe(shown);
  });
});
