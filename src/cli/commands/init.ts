/**
 * `surehop init`: from a few answers, or flags, to a commented `surehop.toml`. Writes nothing before everything is answered, and
 * nothing over what is there without `--force`.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { networkInterfaces, hostname as machineName } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseDomain, type DomainName } from "../../base/index.ts";
import { hashPassword } from "../../intake/index.ts";
import {
  explainFault,
  isRoot,
  loadConfig,
  makeSelfSigned,
  parseConfig,
  systemClock,
  systemRandom,
} from "../../system/index.ts";
import { askAll } from "../questions.ts";
import { configText } from "../template.ts";
import { exitCodes, type CommandContext } from "../terminal.ts";
import { tellFaults } from "./config.ts";

export interface InitOptions {
  readonly config?: string;
  readonly hostname?: string;
  readonly data?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly runAs?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly selfSigned?: boolean;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** What is asked, or taken from flags, or assumed. */
export interface Answers {
  readonly hostname: string;
  readonly data: string;
  readonly user: string;
  /** Absent: one is made up and shown once. */
  readonly password?: string;
  readonly certificate:
    | { readonly kind: "files"; readonly certificate: string; readonly key: string }
    | { readonly kind: "self-signed" };
}

export async function runInit(context: CommandContext, options: InitOptions): Promise<number> {
  const { terminal, words } = context;
  const file = resolve(terminal.directory, options.config ?? "surehop.toml");
  if (existsSync(file) && options.force !== true) return refuse(context, "cli-init-exists", file);
  const flags = answersOfFlags(context, options);
  if (typeof flags === "number") return flags;
  const asks = options.yes !== true && terminal.isInteractive;
  if (!asks && options.yes !== true) return refuse(context, "cli-init-not-a-terminal", file);
  const answers = asks ? await askAll(words, flags) : flags;
  if (answers === undefined) return exitCodes.failed;
  const name = parseDomain(answers.hostname);
  if (!name.ok || !name.value.includes(".")) return refuse(context, "cli-init-bad-hostname", answers.hostname);
  return write(context, options, file, answers, name.value);
}

async function write(
  context: CommandContext,
  options: InitOptions,
  file: string,
  answers: Answers,
  hostname: DomainName,
): Promise<number> {
  const { terminal, words, language } = context;
  const madeUp = answers.password === undefined;
  const password = answers.password ?? Buffer.from(systemRandom.bytes(15)).toString("base64url");
  const text = configText(words, {
    language,
    hostname,
    data: answers.data,
    runAs: options.runAs,
    user: answers.user,
    passwordHash: await hashPassword(password, systemRandom),
    ...certificatePaths(file, answers),
    anyAddress: hasIpv6() ? "[::]" : "0.0.0.0",
    lowPorts: isRoot() || options.runAs !== undefined,
  });
  // What could not be read back is not written: a quotation mark in a path, a bad account name.
  const vantage = { now: systemClock.now(), isRoot: isRoot() };
  const parsed = await parseConfig(text, file, { ...vantage, examine: false });
  if (parsed.config === undefined) {
    tellFaults(context, file, parsed.faults);
    return exitCodes.failed;
  }
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (answers.certificate.kind === "self-signed") writeSelfSigned(file, hostname, options.force === true);
    writeFileSync(file, text, { mode: 0o600, flag: options.force === true ? "w" : "wx" });
  } catch (error) {
    return refuse(context, "cli-init-unwritable", error instanceof Error ? error.message : String(error));
  }
  tellNext(context, file, answers, madeUp ? password : undefined);
  if (isRoot() && options.runAs === undefined) terminal.out(words.say("cli-init-root"));
  const loaded = await loadConfig(file, vantage);
  for (const fault of loaded.faults) {
    const { what, remedy } = explainFault(fault, file, words);
    terminal.err(words.say("cli-init-still", { what, remedy }));
  }
  return exitCodes.ok;
}

function answersOfFlags(context: CommandContext, options: InitOptions): Answers | number {
  const { terminal } = context;
  const variable = options.passwordEnv;
  const password = variable === undefined ? undefined : (terminal.environment[variable] ?? "");
  if (password === "") return refuse(context, "cli-send-empty-variable", variable ?? "");
  if ((options.certificate === undefined) !== (options.key === undefined)) {
    return refuse(context, "cli-init-certificate-and-key", "");
  }
  const files =
    options.certificate === undefined || options.key === undefined
      ? undefined
      : {
          certificate: resolve(terminal.directory, options.certificate),
          key: resolve(terminal.directory, options.key),
        };
  return {
    hostname: options.hostname ?? machineName(),
    data: options.data === undefined ? defaultData(terminal.environment) : resolve(terminal.directory, options.data),
    user: options.user ?? "mail",
    ...(password === undefined ? {} : { password }),
    certificate: files === undefined ? { kind: "self-signed" } : { kind: "files", ...files },
  };
}

function defaultData(environment: NodeJS.ProcessEnv): string {
  return isRoot() ? "/var/lib/surehop" : join(environment["HOME"] ?? ".", ".local", "state", "surehop", "relay");
}

function certificatePaths(
  file: string,
  { certificate }: Answers,
): { readonly certificate: string; readonly key: string } {
  if (certificate.kind === "files") return certificate;
  return { certificate: "surehop-cert.pem", key: "surehop-key.pem" };
}

function writeSelfSigned(file: string, hostname: DomainName, force: boolean): void {
  const made = makeSelfSigned(hostname, systemClock, systemRandom);
  const flag = force ? "w" : "wx";
  writeFileSync(join(dirname(file), "surehop-key.pem"), made.key, { mode: 0o600, flag });
  writeFileSync(join(dirname(file), "surehop-cert.pem"), made.certificate, { mode: 0o644, flag });
}

function tellNext(
  { terminal, words }: CommandContext,
  file: string,
  answers: Answers,
  password: string | undefined,
): void {
  terminal.out(words.say("cli-init-written", { file }));
  if (password !== undefined) terminal.out(words.say("cli-init-password", { user: answers.user, password }));
  if (answers.certificate.kind === "self-signed") terminal.out(words.say("cli-init-self-signed"));
  terminal.out(words.say("cli-init-next", { file }));
}

function refuse({ terminal, words }: CommandContext, key: string, value: string): number {
  terminal.err(words.say(key, { value }));
  return exitCodes.usage;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ family }) => family === "IPv6"));
}
