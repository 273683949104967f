/**
 * The bond: every set-up of the catalogue, built for real and looked at by the checker, comes to the very predictions that the catalogue makes of
 * it. The lab holds those against what it sees, so what the checker says of a domain is what the lab would show.
 */
import { describe, expect, test } from "vitest";
import { classSenders, judge, senderClasses, type Predicted, type SenderClass } from "../../src/check/index.ts";
import { predict, receivers, usualAttacks, type ReceiverSetup } from "../../src/threats/index.ts";
import { chain, intermediate, keys, openTown, stranger, tlsa, type Chain, type TownPlan } from "./town.ts";

const host = "mx.town.example";

function planOf({ zone, tls, tlsa: published, sts }: ReceiverSetup): TownPlan {
  const chains = tls === undefined ? [] : [chainOf(tls, published?.usage === 2)];
  const leaf = chains[0]?.certificates[0]?.pem ?? "";
  const other = chain(keys.ecOther).certificates[0]?.pem ?? "";
  const records =
    published === undefined
      ? ("none" as const)
      : [
          published.usage === 3
            ? tlsa("3 1 1", published.fits ? leaf : other)
            : tlsa("2 0 1", published.fits ? stranger.pem : other),
        ];
  return {
    zone,
    ...(sts === undefined
      ? { stsRecord: [] }
      : { policy: `version: STSv1\nmode: ${sts}\nmx: ${host}\nmax_age: 604800\n` }),
    hosts: [{ chains, tlsa: records }],
  };
}

function chainOf(tls: NonNullable<ReceiverSetup["tls"]>, isOwnAuthority: boolean): Chain {
  const names = [tls.name === "right" ? host : "other.example"];
  const dates = tls.dates === "expired" ? { fromDays: -60, toDays: -1 } : {};
  const options = { names, ...dates };
  switch (tls.chain) {
    case "trusted":
      return chain(keys.ec, options);
    case "private":
      return chain(keys.ec, { ...options, issuer: stranger }, [stranger]);
    case "self-signed":
      return chain(keys.ec, options, []);
    case "incomplete":
      return chain(keys.ec, { ...options, issuer: isOwnAuthority ? stranger : intermediate }, []);
  }
}

const badness: Readonly<Record<Predicted, number>> = {
  "exposed-cleartext": 5,
  "exposed-to-attacker": 4,
  unknown: 3,
  bounced: 2,
  held: 1,
  delivered: 0,
};

/** The worst that the variants of an attack come to; nothing of the town speaks an old version of TLS. */
function expected(setup: ReceiverSetup, sender: SenderClass, id: string): Predicted | undefined {
  const asked = sender === "requiretls" ? { ...setup, requireTls: { offered: setup.tls !== undefined } } : setup;
  const outcomes = usualAttacks()
    .filter(({ attack, effect }) => attack.id === id && effect.wire?.kind !== "breaks-old-tls")
    .flatMap(({ effect }) => predict(classSenders[sender], asked, effect) ?? []);
  return outcomes.toSorted((a, b) => badness[b] - badness[a])[0];
}

/** What a sender brings along of its own, or a message, is no matter of the domain's. */
const ofDomains = receivers.filter(({ remembered, rule, requireTls }) => !(remembered ?? rule ?? requireTls));

describe("each set-up of the catalogue, built and looked at", () => {
  test("they are there at all", () => expect(ofDomains.length).toBeGreaterThan(20));

  test.each(ofDomains.map((setup) => [setup.id, setup] as const))("%s", async (_, setup) => {
    const town = await openTown(planOf(setup));
    const report = judge(await town.inspect());
    await town.close();
    const told = report.findings.map(({ code }) => code).join(", ");
    expect(report.attacks.length, told).toBeGreaterThan(10);
    for (const { attack, outcomes } of report.attacks) {
      for (const sender of senderClasses) {
        const want = expected(setup, sender, attack);
        if (want !== undefined)
          expect(`${attack} × ${sender}: ${outcomes[sender]}`, told).toBe(`${attack} × ${sender}: ${want}`);
      }
    }
    for (const sender of senderClasses) {
      const asked = sender === "requiretls" ? { ...setup, requireTls: { offered: setup.tls !== undefined } } : setup;
      expect(`${sender}: ${report.unattacked[sender]}`, told).toBe(
        `${sender}: ${predict(classSenders[sender], asked, "none")}`,
      );
    }
  });
});
