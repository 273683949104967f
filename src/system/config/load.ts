/** From a file to a `Config`, or to the list of everything that is wrong with it. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { parseIp, type Endpoint } from "../../base/index.ts";
import { Faults, type ConfigFault, type FaultCode } from "./faults.ts";
import { interpret } from "./interpret.ts";
import { keyPositions } from "./positions.ts";
import type { Config } from "./types.ts";
import { examine, type Vantage } from "./world.ts";

export interface LoadedConfig {
  /** The file, absolute. */
  readonly file: string;
  /** Absent if there is any error among the faults. */
  readonly config?: Config;
  /** In the order of the file. */
  readonly faults: readonly ConfigFault[];
}

export interface LoadOptions extends Vantage {
  /** False: the world (files, keys, accounts) is not looked at; for commands that only need to find the queue. */
  readonly examine?: boolean;
}

const fileMaxBytes = 1_048_576;
/** Where a relay's configuration is looked for, in this order, if none is named. */
export const configPlaces = ["surehop.toml", "/etc/surehop/surehop.toml"] as const;

export async function loadConfig(path: string, options: LoadOptions): Promise<LoadedConfig> {
  const file = resolve(path);
  const text = readConfig(file);
  if (typeof text !== "string") return { file, faults: [text] };
  return parseConfig(text, file, options);
}

/** As `loadConfig`, for text that would stand in `file`. */
export async function parseConfig(text: string, file: string, options: LoadOptions): Promise<LoadedConfig> {
  const faults = new Faults(keyPositions(text));
  const raw = parseToml(text);
  if (!raw.ok) return { file, faults: [raw.fault] };
  const { checkShape } = await import("./schema.ts");
  const shaped = checkShape(raw.value, faults);
  if (shaped === undefined) return { file, faults: faults.list() };
  const config = interpret(shaped, { file, systemResolvers, read: readOrUndefined, now: () => options.now }, faults);
  if (!faults.hasErrors && options.examine !== false) examine(config, options, faults);
  return { file, ...(faults.hasErrors ? {} : { config }), faults: faults.list() };
}

function readConfig(file: string): string | ConfigFault {
  try {
    if (statSync(file).size > fileMaxBytes) return wholeFile("file-too-big", file);
    return readFileSync(file, "utf8");
  } catch (error) {
    return wholeFile((error as NodeJS.ErrnoException).code === "ENOENT" ? "file-missing" : "file-unreadable", file);
  }
}

function wholeFile(code: FaultCode, path: string): ConfigFault {
  return { severity: "error", code, key: "", args: { path } };
}

function parseToml(text: string): { ok: true; value: unknown } | { ok: false; fault: ConfigFault } {
  try {
    return { ok: true, value: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column, message } = error;
    const detail = (message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    return { ok: false, fault: { severity: "error", code: "not-toml", key: "", line, column, args: { detail } } };
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The `nameserver` lines of /etc/resolv.conf. */
export function systemResolvers(): readonly Endpoint[] {
  const lines = (readOrUndefined("/etc/resolv.conf") ?? "").split("\n");
  return lines.flatMap((line) => {
    const address = parseIp(/^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? "");
    return address.ok ? [{ address: address.value, port: 53 }] : [];
  });
}
