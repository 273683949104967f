/**
 * The log port over pino: JSON lines for machines, or one short line each for people. Values come from the network too, so
 * control characters never get through, and fields named like secrets are blotted out whatever they hold.
 */
import { destination, pino, type DestinationStream, type Logger } from "pino";
import type { Log, LogFields } from "../base/index.ts";
import type { LogFormat, LogLevel } from "./config/types.ts";

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where lines go; default: standard output. */
  readonly to?: { write(line: string): void };
  /** Colours, for a terminal. */
  readonly colour?: boolean;
}

const textMaxChars = 2000;
const secretName = /pass(?:word|wd|phrase)?|secret|token|credential|authorization|private_?key|^auth$/i;

export function openLog(options: LogOptions): Log {
  const to = options.to ?? destination({ dest: 1, sync: true });
  const stream: DestinationStream = options.format === "json" ? to : prettyStream(to, options.colour ?? false);
  return logOver(
    pino(
      {
        level: options.level,
        base: null,
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
}

function logOver(logger: Logger): Log {
  return {
    debug: (message, fields) => void (logger.isLevelEnabled("debug") && logger.debug(safe(fields), message)),
    info: (message, fields) => logger.info(safe(fields), message),
    warn: (message, fields) => logger.warn(safe(fields), message),
    error: (message, fields) => logger.error(safe(fields), message),
    child: (fields) => logOver(logger.child(safe(fields))),
  };
}

/** Names of our own line are not for fields to take. */
const ownNames = new Set(["level", "time", "msg"]);

function safe(fields: LogFields | undefined): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue;
    out[ownNames.has(key) ? `${key}_` : key] = secretName.test(key) ? "[hidden]" : bounded(value);
  }
  return out;
}

function bounded(value: NonNullable<LogFields[string]> | null): unknown {
  if (typeof value === "string") return boundedText(value);
  return Array.isArray(value) ? value.slice(0, 100).map((one) => boundedText(String(one))) : value;
}

function boundedText(text: string): string {
  return text.length > textMaxChars ? `${text.slice(0, textMaxChars)}…` : text;
}

/** `12:00:01.250 WARN  message  key=value …` */
function prettyStream(to: { write(line: string): void }, colour: boolean): DestinationStream {
  return {
    write(line) {
      const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const clock = String(time).slice(11, 23);
      const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${inline(value)}`);
      const name = String(level).toUpperCase().padEnd(5);
      to.write(`${clock} ${colour ? coloured(name) : name} ${plain(String(msg))}${rest.join("")}\n`);
    },
  };
}

function inline(value: unknown): string {
  if (typeof value !== "string") return plain(JSON.stringify(value));
  return /[\s"=]|^$/.test(value) ? plain(JSON.stringify(value)) : plain(value);
}

/** No escape sequence of a peer's reaches a terminal. */
function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}

function coloured(level: string): string {
  const code = { DEBUG: 90, "INFO ": 36, "WARN ": 33, ERROR: 31 }[level] ?? 0;
  return `\x1b[${code}m${level}\x1b[0m`;
}
