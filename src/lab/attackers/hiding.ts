/** Keeps an answer of the DNS from a sender, or gives it another; nothing of it is signed. */
import type { DomainName } from "../../base/index.ts";
import { rcodes, wireName, type Message, type RecordData, type RecordType } from "../../dns/index.ts";
import type { AttackDeps } from "./types.ts";

export type Told = "failed" | "hidden" | RecordData;

export interface Hiding {
  readonly strikes: number;
  /** Ends it. */
  leave(): void;
}

/** `failed`: SERVFAIL. `hidden`: there is nothing of this type, without a proof. */
export function hide({ dns }: Pick<AttackDeps, "dns">, name: DomainName, type: RecordType, told: Told): Hiding {
  let strikes = 0;
  const leave = dns.meddle((truth, question): Message => {
    if (question.name !== wireName(name) || question.type !== type) return truth;
    strikes++;
    const bare = { ...truth, authenticData: false, authorities: [], answers: [] };
    if (told === "failed") return { ...bare, rcode: rcodes.servfail };
    const answers = told === "hidden" ? [] : [{ name: wireName(name), ttlSeconds: lieTtlSeconds, data: told }];
    return { ...bare, rcode: rcodes.noerror, answers };
  });
  return {
    get strikes() {
      return strikes;
    },
    leave,
  };
}

const lieTtlSeconds = 60;
