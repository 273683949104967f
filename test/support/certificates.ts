/** The lab's certificates on the machine's own clock, for tests: an authority, and leaves of every good and bad kind. */
import {
  makeAuthority as makeLabAuthority,
  selfSigned as labSelfSigned,
  type Authority,
  type Credentials,
  type LeafOptions,
} from "../../src/lab/index.ts";

export type { Authority, Credentials, LeafOptions };

const wallClock = { now: () => Date.now() };

export function makeAuthority(commonName = "Test CA"): Authority {
  return makeLabAuthority(wallClock, commonName);
}

export function selfSigned(options: LeafOptions): Credentials {
  return labSelfSigned(wallClock, options);
}
