import { expect, test } from "vitest";
import { domain, ip, type IpAddress } from "../../base/index.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { Gate } from "./gate.ts";
import { scanLimits } from "./limits.ts";
import { SharedProbes, type SeenUnder } from "./probes.ts";

const unpaced = { atOnce: 100, perMinute: Number.POSITIVE_INFINITY };
const host = domain("mx.example");

/** Sights of a megabyte each, and a store that counts what it is asked for. */
function shared() {
  const kept = new Map<IpAddress, SeenUnder<string>[]>();
  const counts = { probed: 0, loaded: 0 };
  const probes = new SharedProbes<string>(
    {
      probe: ({ address }) => {
        counts.probed++;
        return Promise.resolve(`seen at ${address}`);
      },
      isPutOff: () => false,
      serves: () => false,
      isAlike: () => false,
      unasked: () => "not asked",
      sightBytes: () => 1_048_576,
    },
    {
      gate: new Gate(manualClock(), { address: unpaced, block: unpaced, operator: unpaced }, 100),
      store: {
        load(address) {
          counts.loaded++;
          return kept.get(address) ?? [];
        },
        keep: (address, under) => void kept.set(address, [...(kept.get(address) ?? []), under]),
      },
      stopped: () => false,
    },
  );
  return { probes, counts };
}

test("what addresses have shown is kept in memory by its bytes; what had to go is read again, and nobody is asked twice", async () => {
  const { probes, counts } = shared();
  const fits = scanLimits.sightsCachedMaxBytes / 1_048_576;
  const targets = Array.from({ length: 3 * fits }, (_, at) => ({ host, address: ip(`192.0.2.${at + 1}`) }));
  for (const target of targets) expect(await probes.look(target)).toBe(true);
  expect(counts).toEqual({ probed: 3 * fits, loaded: 3 * fits });
  // The latest are there, and the first have to be read.
  for (const target of targets.slice(-fits)) expect(probes.seen(target)).toBe(`seen at ${target.address}`);
  expect(counts.loaded).toBe(3 * fits);
  const [first = { host, address: ip("192.0.2.1") }] = targets;
  expect(probes.seen(first)).toBe("seen at 192.0.2.1");
  expect(await probes.look(first)).toBe(true);
  expect(counts).toEqual({ probed: 3 * fits, loaded: 3 * fits + 1 });
});

test("an address under more names than anybody is asked about: the rest are said not to be asked", async () => {
  const { probes, counts } = shared();
  const address = ip("192.0.2.1");
  for (let at = 0; at < scanLimits.namesPerAddressMax + 2; at++) {
    const target = { address, host: domain(`mx${at}.example`) };
    expect(await probes.look(target)).toBe(true);
    expect(probes.seen(target)).toBe(at < scanLimits.namesPerAddressMax ? "seen at 192.0.2.1" : "not asked");
  }
  expect(counts.probed).toBe(scanLimits.namesPerAddressMax);
});
