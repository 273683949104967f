/** The facts and the plan for a message that is not sent. */
import type { DomainName } from "../base/index.ts";
import {
  gather,
  plan,
  type Facts,
  type GatherDeps,
  type GatherSettings,
  type MessageFact,
  type Plan,
} from "../policy/index.ts";

export interface Preview {
  readonly facts: Facts;
  readonly plan: Plan;
}

/** Asks the DNS, and for the MTA-STS policy; connects to no mail server. Never rejects if the resolver keeps its promise. */
export async function preview(
  deps: GatherDeps,
  settings: GatherSettings,
  domain: DomainName,
  message: MessageFact = { requireTls: false },
): Promise<Preview> {
  const facts = await gather(deps, settings, { domain, history: {}, message });
  return { facts, plan: plan(facts) };
}

/** As plain JSON: bytes in hexadecimal, authorities by their digest. */
export function previewJson({ facts, plan: planned }: Preview): { readonly facts: unknown; readonly plan: unknown } {
  return { facts: plainJson(facts), plan: plainJson(planned) };
}

function plainJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === "pem" ? [] : [[key, plainJson(inner)]])),
  );
}
