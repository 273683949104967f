/** The forgers of DNS answers against a sender who takes them for true, and against one who looks at signatures. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { naiveSend } from "../../../test/support/naive-client.ts";
import { domain, ip, noLog, noMetrics, type DomainName, type IpAddress } from "../../base/index.ts";
import { createStubResolver, createValidatingResolver, type Resolver } from "../../dns/index.ts";
import { systemClock, systemNet, systemRandom } from "../../system/index.ts";
import { makeAuthority } from "../ca.ts";
import { startNameserver, type Nameserver } from "../nameserver/index.ts";
import { attackerHost, attackers, type RunningAttack } from "./index.ts";

const signed = domain("signed.example");
const unsigned = domain("unsigned.example");
const hostOf = (name: DomainName): DomainName => domain(`mx.${name}`);
const honestAddress = ip("127.0.0.9");
const free = { address: ip("127.0.0.1"), port: 0 };
const authority = makeAuthority(systemClock);
const mail = { from: "alice@sender.example", to: "bob@victim.example", content: "Subject: x\r\n\r\na secret\r\n" };
let dns: Nameserver;

beforeAll(async () => {
  dns = await startNameserver({
    net: systemNet,
    at: free,
    zones: Object.fromEntries(
      [signed, unsigned].flatMap((name) => [
        [name, [{ type: "MX", value: hostOf(name) }]],
        [hostOf(name), [{ type: "A", value: honestAddress }]],
      ]),
    ),
    signing: {
      clock: systemClock,
      zones: { example: "signed", [signed]: "signed", [unsigned]: "unsigned", "attacker.example": "unsigned" },
    },
  });
});
afterAll(() => dns.close());

const ports = { net: systemNet, clock: systemClock, random: systemRandom, log: noLog, metrics: noMetrics };
const kinds = {
  /** Takes what it is told. */
  naive: (): Resolver => createStubResolver({ ...ports, upstreams: [dns.endpoint], trustAd: false }),
  proving: (): Resolver =>
    createValidatingResolver({ ...ports, upstreams: [dns.endpoint], anchors: () => dns.anchors }),
};

/** Where mail for a domain would go. */
async function whereTo(kind: keyof typeof kinds, name: DomainName) {
  const resolver = kinds[kind]();
  try {
    const mx = await resolver.mx(name);
    const host = mx.kind === "records" ? mx.records[0]?.exchange : undefined;
    const address = host === undefined ? undefined : await resolver.a(domain(host));
    return { mx, host, address };
  } finally {
    await resolver.close();
  }
}

async function under(
  id: "spoof-mx" | "spoof-address",
  name: DomainName,
  variant: string,
  go: (attack: RunningAttack) => Promise<void>,
): Promise<void> {
  const target = { at: free, victim: { address: honestAddress, port: 25 }, host: hostOf(name), domain: name };
  const attack = await attackers[id].start({ net: systemNet, clock: systemClock, authority, dns }, target, variant);
  try {
    await go(attack);
  } finally {
    await attack.close();
  }
}

const variants = attackers["spoof-mx"].variants;
const addressOf = (attack: RunningAttack): readonly IpAddress[] => [attack.endpoint.address];

describe("spoof-mx", () => {
  test.each(variants)("(%s) leads one who believes the DNS to the attacker's server", async (variant) => {
    for (const name of [signed, unsigned]) {
      await under("spoof-mx", name, variant, async (attack) => {
        const { host, address } = await whereTo("naive", name);
        expect(host).toBe(attackerHost(name));
        expect(address).toMatchObject({ records: addressOf(attack) });
        await naiveSend(attack.endpoint, mail);
        expect(attack.captured()).toMatchObject([{ content: mail.content, tls: true }]);
        expect(attack.counts.strikes).toBeGreaterThan(0);
      });
    }
  });

  test.each(variants)("SEC-1, SEC-3: (%s) about a signed domain is bogus to one who proves", async (variant) => {
    await under("spoof-mx", signed, variant, async (attack) => {
      expect((await whereTo("proving", signed)).mx).toMatchObject({ kind: "failure", status: "bogus" });
      expect(attack.counts.strikes).toBeGreaterThan(0);
    });
  });

  test.each(variants)("(%s) about an unsigned domain cannot be told from the truth", async (variant) => {
    await under("spoof-mx", unsigned, variant, async (attack) => {
      const { mx, host, address } = await whereTo("proving", unsigned);
      expect(mx.status).toBe("insecure");
      expect(host).toBe(attackerHost(unsigned));
      expect(address).toMatchObject({ status: "insecure", records: addressOf(attack) });
    });
  });

  test("once he is gone, the truth is told again", async () => {
    await under("spoof-mx", signed, "bare", async () => {});
    const { mx, host, address } = await whereTo("proving", signed);
    expect([mx.status, host]).toEqual(["secure", hostOf(signed)]);
    expect(address).toMatchObject({ status: "secure", records: [honestAddress] });
  });
});

describe("spoof-address", () => {
  test.each(variants)("(%s) leads one who believes the DNS to the attacker's server", async (variant) => {
    await under("spoof-address", unsigned, variant, async (attack) => {
      for (const kind of ["naive", "proving"] as const) {
        const { host, address } = await whereTo(kind, unsigned);
        expect(host).toBe(hostOf(unsigned));
        expect(address).toMatchObject({ status: "insecure", records: addressOf(attack) });
      }
    });
  });

  test.each(variants)("SEC-1: (%s) about a signed domain is bogus to one who proves", async (variant) => {
    await under("spoof-address", signed, variant, async () => {
      const { mx, address } = await whereTo("proving", signed);
      // Some dresses spoil more than the address.
      expect(mx.status).toBe(["bare", "old-signature"].includes(variant) ? "secure" : "bogus");
      expect(address ?? mx).toMatchObject({ kind: "failure", status: "bogus" });
    });
  });
});
