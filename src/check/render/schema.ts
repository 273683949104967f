/** The shape of `surehop check --json`, as JSON Schema (draft 2020-12): published with the reference. */
import { levels } from "../../base/index.ts";
import { findingCodes } from "../../publish/index.ts";
import { outcomes } from "../../threats/index.ts";
import {
  abilities,
  actors,
  ownFindingCodes,
  senderClasses,
  starttlsStates,
  untestedReasons,
  verdicts,
} from "../types.ts";
import { reportVersion } from "./json.ts";

const text = { type: "string" } as const;
const ref = (name: string): object => ({ $ref: `#/$defs/${name}` });
const oneOf = (values: readonly string[]): object => ({ type: "string", enum: values });

function object(properties: Readonly<Record<string, object>>): object {
  return { type: "object", required: Object.keys(properties), properties };
}

export function reportSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "surehop check",
    description:
      "One object for each domain, each on a line of its own. Fields and codes may be added within a version.",
    ...object({
      version: { const: reportVersion },
      domain: text,
      at: { type: "string", format: "date-time" },
      verdict: ref("verdict"),
      level: oneOf([...levels, "none", "unknown"]),
      words: text,
      unattacked: ref("outcomes"),
      attacks: {
        type: "array",
        items: object({ attack: text, ability: oneOf(abilities), outcomes: ref("outcomes") }),
      },
      hosts: { type: "array", items: object({ name: text, starttls: oneOf(starttlsStates) }) },
      findings: { type: "array", items: ref("finding") },
      untested: {
        type: "array",
        items: object({
          what: oneOf(["domain", "host", "session", "tls"]),
          name: text,
          reason: oneOf(untestedReasons),
          detail: text,
          words: text,
        }),
      },
    }),
    $defs: {
      verdict: oneOf(verdicts),
      code: oneOf([...ownFindingCodes, ...findingCodes]),
      outcome: oneOf([...outcomes, "unknown"]),
      outcomes: object(Object.fromEntries(senderClasses.map((sender) => [sender, ref("outcome")]))),
      finding: object({
        code: ref("code"),
        severity: oneOf(["error", "warning", "notice"]),
        name: text,
        who: oneOf(actors),
        provider: { type: ["string", "null"] },
        evidence: { type: "object", additionalProperties: text },
        what: text,
        why: text,
        fix: text,
        paste: { type: "array", items: object({ name: text, type: text, ttl: { type: "integer" }, data: text }) },
      }),
    },
  };
}
