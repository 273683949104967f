/** `[publish]`: what our own domain promises. */
import { parsePromises, publishLimits, type PromisesFault } from "../../publish/index.ts";
import type { KeyPath } from "./positions.ts";
import type { Reader } from "./reader.ts";
import type { Config } from "./types.ts";
import { parseDuration } from "./values.ts";

const lookEveryDefault = "1h";

export function publishOf(reader: Reader): Pick<Config, "publish"> {
  const raw = reader.raw.publish;
  if (raw === undefined) return {};
  const at = (key: string): KeyPath => ["publish", key];
  const seconds = (text: string | undefined, key: "max_age" | "ttl"): number | undefined =>
    text === undefined ? undefined : Math.floor(reader.duration(text, text, at(key)) / 1000);
  const [maxAgeSeconds, ttlSeconds] = [seconds(raw.max_age, "max_age"), seconds(raw.ttl, "ttl")];
  const lookEveryMs = lookEvery(reader, raw.look_every);
  const parsed = parsePromises({
    domain: raw.domain,
    mx: raw.mx,
    ...(raw.mode === undefined ? {} : { mode: raw.mode }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(raw.rua === undefined ? {} : { rua: raw.rua }),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    ...(raw.caa === undefined ? {} : { caa: raw.caa }),
  });
  if (!parsed.ok) {
    for (const fault of parsed.error) promisesFault(reader, fault);
    return {};
  }
  return {
    publish: {
      promises: parsed.value,
      certificates: (raw.certificates ?? []).map((file) => reader.path(file)),
      nextKeys: (raw.next_keys ?? []).map((file) => reader.path(file)),
      ...(lookEveryMs === undefined ? {} : { lookEveryMs }),
    },
  };
}

function lookEvery(reader: Reader, text: string = lookEveryDefault): number | undefined {
  if (text === "off") return undefined;
  const path: KeyPath = ["publish", "look_every"];
  const ms = reader.take(parseDuration(text), "bad-duration", path, text);
  const { lookEveryMinSeconds: min, lookEveryMaxSeconds: max } = publishLimits;
  if (ms !== undefined && (ms < min * 1000 || ms > max * 1000)) {
    const value = String(Math.floor(ms / 1000));
    reader.faults.error("publish-out-of-range", path, { value, min: String(min), max: String(max) });
  }
  return ms;
}

function promisesFault(reader: Reader, { code, key, value, index, min = 0, max = 0 }: PromisesFault): void {
  const path: KeyPath = ["publish", key, ...(index === undefined ? [] : [index])];
  switch (code) {
    case "bad-domain":
    case "bad-rua":
      return reader.faults.error(code, path, { value });
    case "no-mx":
      return reader.faults.error("publish-no-mx", path);
    case "too-many":
      return reader.faults.error("publish-too-many", path, { max });
    case "out-of-range":
      return reader.faults.error("publish-out-of-range", path, { value, min: String(min), max: String(max) });
  }
}
