import type { Finding, FindingCode, Severity, ZoneRecord } from "../types.ts";

export function finding(
  code: FindingCode,
  severity: Severity,
  name: string,
  args: Finding["args"] = {},
  paste: readonly ZoneRecord[] = [],
): Finding {
  return { code, severity, name, args, paste };
}
