/**
 * What is kept on disk of followed keys: JSON that people can read. A text that is not exactly what was written here is not believed at
 * all, since half of it could lack a revocation.
 */
import { hash } from "node:crypto";
import { err, ok, type Result } from "../../base/index.ts";
import { keyTag } from "../dnssec/keys.ts";
import type { DnskeyData } from "../message.ts";
import { parseWireName, type WireName } from "../name.ts";
import { keyStates, type FollowedKey, type KeyState } from "./follow.ts";
import { anchorLimits } from "./limits.ts";

/** The followed zones with their keys. */
export type Memory = ReadonlyMap<WireName, readonly FollowedKey[]>;

const version = 1;

export function writeMemory(memory: Memory): string {
  const zones = Object.fromEntries([...memory].map(([zone, keys]) => [zone, keys.map(writeKey)]));
  const about = "DNSSEC trust anchors as surehop follows them (RFC 5011). Written by the program.";
  return `${JSON.stringify({ about, version, digest: digestOf(memory), zones }, undefined, 2)}\n`;
}

/** Of all that is kept: a key tag is too short to tell a key from one that a failing disk has changed. */
function digestOf(memory: Memory): string {
  return hash("sha256", JSON.stringify([...memory].map(([zone, keys]) => [zone, keys.map(writeKey)])));
}

/** The error is one English sentence without its full stop. */
export function readMemory(text: string): Result<Memory, string> {
  if (Buffer.byteLength(text) > anchorLimits.memoryMaxBytes) return err("it is too long");
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return err("it is not JSON, or was cut off");
  }
  if (!isObject(whole) || !isObject(whole["zones"])) return err("it does not hold zones");
  if (whole["version"] !== version) return err("it was written by another version");
  const memory = new Map<WireName, readonly FollowedKey[]>();
  for (const [name, listed] of Object.entries(whole["zones"])) {
    const zone = parseWireName(name);
    if (!zone.ok) return err("a zone has no name");
    if (!Array.isArray(listed) || listed.length > anchorLimits.keysFollowedMax) return err("a zone's keys are no list");
    const keys = listed.map(readKey);
    if (!keys.every((key) => key !== undefined)) return err("a key is incomplete or changed");
    memory.set(zone.value, keys);
  }
  if (whole["digest"] !== digestOf(memory)) return err("its digest does not match");
  return ok(memory);
}

function writeKey({ data, state, since, until }: FollowedKey): Readonly<Record<string, unknown>> {
  return {
    keyTag: keyTag(data),
    state,
    since: new Date(since).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    flags: data.flags,
    algorithm: data.algorithm,
    publicKey: Buffer.from(data.publicKey).toString("base64"),
  };
}

function readKey(value: unknown): FollowedKey | undefined {
  if (!isObject(value)) return undefined;
  const { flags, algorithm, publicKey, state } = value;
  const since = readTime(value["since"]);
  const until = readTime(value["until"]);
  if (!isNumber(flags, 0xffff) || !isNumber(algorithm, 0xff) || typeof publicKey !== "string") return undefined;
  if (!isState(state) || since === undefined) return undefined;
  if ((until === undefined) === (state === "add-pend" || state === "revoked")) return undefined;
  const octets = new Uint8Array(Buffer.from(publicKey, "base64"));
  const data: DnskeyData = { type: "DNSKEY", flags, protocol: 3, algorithm, publicKey: octets };
  if (octets.length === 0 || keyTag(data) !== value["keyTag"]) return undefined;
  return { data, state, since, ...(until === undefined ? {} : { until }) };
}

function readTime(value: unknown): number | undefined {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function isState(value: unknown): value is KeyState {
  return keyStates.some((state) => state === value);
}

function isNumber(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
