/** What the lab has of this machine: loopback, the clock, and a place for queues that are gone afterwards. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err } from "../../base/index.ts";
import {
  enclosedNet,
  isEnclosed,
  keyLimits,
  trustOnly,
  type LabPorts,
  type OpenWeb,
  type WebTerms,
} from "../../lab/index.ts";
import { httpsGet, systemClock, systemNet, systemRandom } from "../../system/index.ts";

/** Memory where there is a place in it: nothing of the lab has to survive a power failure. */
const inMemory = "/dev/shm";
const tokenBytes = 12;

const isInside = isEnclosed();

export const labPorts: LabPorts = {
  net: isInside ? enclosedNet(systemNet) : systemNet,
  clock: systemClock,
  isEnclosed: isInside,
  makeDirectory() {
    const path = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), "surehop-lab-"));
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
  },
  makeToken: () => Buffer.from(systemRandom.bytes(tokenBytes)).toString("hex"),
  random: systemRandom,
  openWeb: openSystemWeb,
};

/** As policies are fetched, and of the size of a key. */
export function openSystemWeb({ net, resolver, port, authorityPem }: WebTerms): ReturnType<OpenWeb> {
  const get = httpsGet({
    net,
    clock: systemClock,
    resolver,
    port,
    authorities: trustOnly({ pem: authorityPem }),
    allowPrivateAddresses: true,
    wanted: { bodyMaxBytes: keyLimits.strangersKeyMaxBytes },
  });
  return async (host, path) => {
    const fetched = await get(host, path);
    if (fetched.ok) return fetched;
    return err(fetched.error.result === "sts-webpki-invalid" ? "unproven" : "unavailable");
  };
}
