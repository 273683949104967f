/** What the lab has of this machine: loopback, the clock, and a place for queues that are gone afterwards. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enclosedNet, isEnclosed, type LabPorts } from "../../lab/index.ts";
import { systemClock, systemNet, systemRandom } from "../../system/index.ts";

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
};
