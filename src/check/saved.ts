/** What was seen, as text to keep in a file: judged again it comes to the same, and the lab can build a twin of it. */
import { err, ok, parseDomain, type Result } from "../base/index.ts";
import { checkLimits } from "./limits.ts";
import type { Inspection } from "./types.ts";

/** Changes if what was written before can no longer be read. */
const savedVersion = 1;

export type SavedFault = "too-long" | "not-json" | "other-version" | "not-an-inspection";

export function saveInspection(inspection: Inspection): string {
  return jsonWithBytes({ surehop: "inspection", version: savedVersion, inspection });
}

export function jsonWithBytes(value: unknown): string {
  // A Buffer makes something else of itself before a replacer sees it: the value is taken from what holds it.
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, inner: unknown) {
    const held = this[key];
    return held instanceof Uint8Array ? { $bytes: Buffer.from(held).toString("base64") } : inner;
  });
}

/** Throws on what is no JSON. */
export function readJsonWithBytes(text: string): unknown {
  return JSON.parse(text, (_, inner: unknown) => bytesOf(inner) ?? inner);
}

/** A file of our own, so only its frame is looked at; what `judge` cannot make sense of is said by it in no words at all. */
export function readInspection(text: string): Result<Inspection, SavedFault> {
  if (text.length > checkLimits.savedMaxBytes) return err("too-long");
  let read: unknown;
  try {
    read = readJsonWithBytes(text);
  } catch {
    return err("not-json");
  }
  const frame = asRecord(read);
  if (frame?.["surehop"] !== "inspection") return err("not-an-inspection");
  if (frame["version"] !== savedVersion) return err("other-version");
  const inspection = asRecord(frame["inspection"]);
  const { domain, at, facts, hosts } = inspection ?? {};
  const isWhole =
    typeof domain === "string" &&
    parseDomain(domain).ok &&
    typeof at === "number" &&
    Array.isArray(hosts) &&
    Array.isArray(asRecord(facts)?.["hosts"]);
  return isWhole ? ok(inspection as unknown as Inspection) : err("not-an-inspection");
}

function bytesOf(value: unknown): Uint8Array | undefined {
  const bytes = asRecord(value)?.["$bytes"];
  return typeof bytes === "string" ? new Uint8Array(Buffer.from(bytes, "base64")) : undefined;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
