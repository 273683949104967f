/**
 * What would have become of a delivery, had everything been enforced (`[policy] enforce = "report"`): the plan is made a second time
 * from the same facts, and what each session showed is held against it.
 */
import {
  satisfies,
  type DeferReason,
  type DomainName,
  type Instant,
  type Level,
  type TlsFault,
} from "../base/index.ts";
import { plan, type Facts, type Plan, type PlannedHost } from "../policy/index.ts";

export interface DryRunResult {
  readonly at: Instant;
  readonly domain: DomainName;
  /** `unknown`: no host was reached, so that nothing was shown. */
  readonly outcome: "would-pass" | "would-wait" | "unknown";
  /** Of what would have waited: why. */
  readonly reason?: DeferReason | "unproven";
  readonly host?: string;
  readonly fault?: TlsFault;
}

export class DryRun {
  readonly #facts: Facts;
  readonly #strict: Plan;
  #passed = false;
  #fault: { readonly host: string; readonly fault: TlsFault } | undefined;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#strict = plan({ ...facts, enforce: "all" });
  }

  /** A session came about. `watched`: what of the proof that was looked at was missing. */
  met({ host }: PlannedHost, level: Level, watched: TlsFault | undefined): void {
    if (this.#strict.kind !== "try") return;
    const demanded = this.#strict.hosts.find((planned) => planned.host === host);
    if (demanded === undefined) return;
    const least: Level = demanded.level === "cleartext" ? "cleartext" : "encrypted";
    if (watched === undefined && satisfies(level, least)) this.#passed = true;
    else this.#fault ??= { host, fault: watched ?? "starttls-missing" };
  }

  result(): DryRunResult {
    const { now: at, domain } = this.#facts;
    const strict = this.#strict;
    if (strict.kind === "defer") return { at, domain, outcome: "would-wait", reason: strict.reason };
    if (this.#passed) return { at, domain, outcome: "would-pass" };
    if (this.#fault !== undefined) return { at, domain, outcome: "would-wait", reason: "unproven", ...this.#fault };
    return { at, domain, outcome: "unknown" };
  }
}
