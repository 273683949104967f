/**
 * Checks passwords without letting anyone use the check: scrypt runs off the main thread, a few at a time, and beyond a
 * bounded line of waiting ones the answer is "not now". An unknown user costs the same time as a known one. A password that
 * was right is remembered for some minutes under a keyed hash, so that a busy client costs one scrypt and not thousands.
 */
import { createHmac } from "node:crypto";
import { limits, type Clock, type Metrics, type Random } from "../base/index.ts";
import type { AuthVerdict, Credentials } from "../smtp/index.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import type { UserDirectory } from "./users.ts";

export interface AuthenticatorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
}

/** How a password is checked against a hash; `verifyPassword` outside tests. */
export type Verify = (password: string, hash: string) => Promise<boolean>;

export class Authenticator {
  readonly #ports: AuthenticatorPorts;
  readonly #users: UserDirectory;
  readonly #verify: Verify;
  readonly #key: Uint8Array;
  /** Keyed hashes of what was right, and until when it counts; oldest first. */
  readonly #right = new Map<string, number>();
  readonly #line: (() => void)[] = [];
  #running = 0;
  #decoy: Promise<string> | undefined;

  constructor(ports: AuthenticatorPorts, users: UserDirectory, verify: Verify = verifyPassword) {
    this.#ports = ports;
    this.#users = users;
    this.#verify = verify;
    this.#key = ports.random.bytes(32);
  }

  check(credentials: Credentials): AuthVerdict | Promise<AuthVerdict> {
    const { user, password } = credentials;
    const record = this.#users.find(user);
    if (record !== undefined && this.#isKnownRight(user, password, record.passwordHash)) {
      return this.#count({ kind: "accepted", user });
    }
    if (this.#running + this.#line.length >= limits.passwordChecksWaitingMax)
      return this.#count({ kind: "unavailable" });
    return this.#checkSlowly(user, password, record?.passwordHash);
  }

  async #checkSlowly(user: string, password: string, hash: string | undefined): Promise<AuthVerdict> {
    await this.#turn();
    try {
      const right = await this.#verify(password, hash ?? (await this.#decoyHash()));
      if (!right || hash === undefined) return this.#count({ kind: "refused" });
      this.#remember(this.#tag(user, password, hash));
      return this.#count({ kind: "accepted", user });
    } catch {
      // Out of memory, most likely.
      return this.#count({ kind: "unavailable" });
    } finally {
      this.#running--;
      this.#line.shift()?.();
    }
  }

  /** Resolves when one of the few places is free; it is then taken. */
  async #turn(): Promise<void> {
    while (this.#running >= limits.passwordChecksAtOnceMax) {
      await new Promise<void>((resolve) => this.#line.push(resolve));
    }
    this.#running++;
  }

  /** What an unknown user's password is compared with, in vain. */
  #decoyHash(): Promise<string> {
    this.#decoy ??= hashPassword(Buffer.from(this.#ports.random.bytes(24)).toString("base64"), this.#ports.random);
    return this.#decoy;
  }

  #isKnownRight(user: string, password: string, hash: string): boolean {
    if (this.#right.size === 0) return false;
    const tag = this.#tag(user, password, hash);
    const until = this.#right.get(tag);
    if (until === undefined) return false;
    if (until > this.#ports.clock.monotonic()) return true;
    this.#right.delete(tag);
    return false;
  }

  #remember(tag: string): void {
    this.#right.delete(tag);
    this.#right.set(tag, this.#ports.clock.monotonic() + limits.passwordRememberedMs);
    if (this.#right.size <= limits.passwordsRememberedMax) return;
    const [oldest] = this.#right.keys();
    if (oldest !== undefined) this.#right.delete(oldest);
  }

  /** Bound to the hash too: a changed password forgets the old one at once. */
  #tag(user: string, password: string, hash: string): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([user, password, hash]))
      .digest("base64");
  }

  #count(verdict: AuthVerdict): AuthVerdict {
    this.#ports.metrics.count("surehop_auth_total", { result: verdict.kind });
    return verdict;
  }
}
