/** `[policy]`, `[[rule]]` and `[[exception]]`: what a hop has to prove. */
import { parseRule, type Exception, type Rule, type RuleFault } from "../../policy/index.ts";
import type { KeyPath } from "./positions.ts";
import type { Reader } from "./reader.ts";
import type { RawConfig } from "./schema.ts";
import type { Config } from "./types.ts";
import { parseDate } from "./values.ts";

export function policyOf(reader: Reader): Config["policy"] {
  const raw = reader.raw.policy ?? {};
  const authorities =
    raw.authorities === undefined ? undefined : reader.authorities(raw.authorities, false, ["policy", "authorities"]);
  const enforce = raw.enforce ?? "all";
  if (enforce === "report") reader.faults.warn("report-only", ["policy", "enforce"]);
  return {
    require: raw.require ?? "cleartext",
    mtaSts: raw.mta_sts ?? true,
    enforce,
    ...(authorities === undefined ? {} : { authorities }),
  };
}

export function rulesOf(reader: Reader): readonly Rule[] {
  return (reader.raw.rule ?? []).flatMap((raw, index) => {
    const at = (key: string): KeyPath => ["rule", index, key];
    const ca = raw.ca === undefined ? undefined : reader.authorities(raw.ca, raw.ca_exclusive ?? false, at("ca"));
    const parsed = parseRule({
      domain: raw.domain,
      ...(raw.require === undefined ? {} : { require: raw.require }),
      ...(raw.match === undefined ? {} : { match: raw.match }),
      ...(raw.route === undefined ? {} : { route: raw.route }),
      ...(ca === undefined ? {} : { ca }),
    });
    if (parsed.ok) return [parsed.value];
    ruleFault(reader, parsed.error, raw, at);
    return [];
  });
}

function ruleFault(
  reader: Reader,
  fault: RuleFault,
  raw: NonNullable<RawConfig["rule"]>[number],
  at: (key: string) => KeyPath,
): void {
  switch (fault) {
    case "bad-pattern":
      return reader.faults.error(fault, at("domain"), { value: raw.domain });
    case "bad-match":
      return reader.faults.error(fault, at("match"), { value: (raw.match ?? []).join(", ") });
    case "bad-route":
      return reader.faults.error(fault, at("route"), { value: raw.route ?? "" });
    case "needs-authenticated":
      return reader.faults.error("rule-needs-authenticated", at("require"), { value: raw.require ?? "" });
  }
}

export function exceptionsOf(reader: Reader): readonly Exception[] {
  return (reader.raw.exception ?? []).map(({ domain: pattern, level, until, why }, index) => {
    const at = (key: string): KeyPath => ["exception", index, key];
    if (why.trim() === "") reader.faults.error("exception-without-why", at("why"));
    if (level === "authenticated") reader.faults.warn("exception-lowers-nothing", at("level"));
    const end = reader.take(parseDate(until), "bad-date", at("until"), until) ?? 0;
    if (end !== 0 && end <= reader.around.now()) reader.faults.warn("exception-over", at("until"), { value: until });
    return { pattern: reader.pattern(pattern, at("domain")), level, until: end, why: why.trim() };
  });
}
