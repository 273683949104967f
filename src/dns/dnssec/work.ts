/** What one question may still cost. Every counter only goes down; at zero the work that it stands for is refused. */
import { limits, type Clock } from "../../base/index.ts";
import { validatorLimits } from "./limits.ts";

export class Work {
  /** On the monotonic clock, in milliseconds. */
  readonly deadline: number;
  readonly #clock: Pick<Clock, "monotonic">;
  #refused = false;
  #failedVerifications: number = validatorLimits.failedVerificationsMax;
  #verifications: number = validatorLimits.verificationsMax;
  #keyDigests: number = validatorLimits.keyDigestsMax;
  #hashes: number = validatorLimits.nsec3HashesMax;
  #asks: number = validatorLimits.asksPerQuestionMax;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
    this.deadline = clock.monotonic() + limits.dnsQuestionTimeoutMs;
  }

  /** What failed now might not have failed for a question that had not cost so much before. */
  get exhausted(): boolean {
    return this.#refused || this.#clock.monotonic() >= this.deadline;
  }

  mayVerify(): boolean {
    return this.#may(this.#failedVerifications > 0 && this.#verifications-- > 0);
  }

  verificationFailed(): void {
    this.#failedVerifications--;
  }

  mayDigest(): boolean {
    return this.#may(this.#keyDigests-- > 0);
  }

  /** `rounds`: a hash of a name takes one more than its iterations. */
  mayHash(rounds: number): boolean {
    this.#hashes -= rounds;
    return this.#may(this.#hashes >= 0);
  }

  mayAsk(): boolean {
    return this.#may(this.#asks-- > 0);
  }

  #may(may: boolean): boolean {
    this.#refused ||= !may;
    return may;
  }
}
