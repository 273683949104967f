/**
 * `surehop send`: submits one message, over TLS only, and follows its story until every recipient has an outcome.
 *
 * Where to and as whom comes from the options; if a try-out is running, it supplies what was not given.
 */
import { readFileSync } from "node:fs";
import { formatAddress, parseAddress } from "../../base/index.ts";
import { parseDuration, systemClock } from "../../system/index.ts";
import { followStory, type Outcome } from "../follow.ts";
import { askPassword, readStdin } from "../input.ts";
import { submit, type Submission } from "../submit.ts";
import { readTryoutState, type TryoutState } from "../tryout-state.ts";
import { exitCodes, printable, type CommandContext } from "../terminal.ts";

export interface SendOptions {
  readonly to: readonly string[];
  readonly from?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly file?: string;
  readonly via?: string;
  readonly tls?: string;
  readonly user?: string;
  readonly passwordEnv?: string;
  readonly ca?: string;
  readonly http?: string;
  readonly follow: boolean;
  readonly wait?: string;
  readonly json?: boolean;
}

/** A fault of the one who asked, told under this key of the catalogue. */
class Misuse extends Error {
  override readonly name = "Misuse";
  readonly key: string;
  readonly value: string;
  constructor(key: string, value = "") {
    super(key);
    this.key = key;
    this.value = value;
  }
}

const messageMaxBytes = 104_857_600;
const waitDefaultMs = 60_000;
const consoleDefault = "http://127.0.0.1:8025";

export async function runSend(context: CommandContext, options: SendOptions): Promise<number> {
  const { terminal, words } = context;
  try {
    const state = readTryoutState(terminal.environment);
    const waitMs = waitOf(options);
    const submission = await submissionOf(context, options, state);
    tell(context, options, { stage: "submitting", host: submission.host, port: submission.port });
    const submitted = await submit(submission);
    if (!submitted.ok) {
      terminal.err(words.say(`cli-send-failed-${submitted.error.kind}`, { detail: printable(submitted.error.detail) }));
      return exitCodes.failed;
    }
    const { id, reply } = submitted.value;
    if (id === undefined) tell(context, options, { stage: "accepted", reply: printable(reply) });
    else tell(context, options, { stage: "submitted", id });
    const http =
      options.http ?? stateFor(submission, state)?.http ?? (isLocal(submission.host) ? consoleDefault : undefined);
    if (!options.follow || id === undefined || http === undefined) return exitCodes.ok;
    return codeOf(
      context,
      await followStory(context, { http, id, waitMs, json: options.json === true, clock: systemClock }),
    );
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    terminal.err(words.say(error.key, { value: printable(error.value) }));
    return exitCodes.usage;
  }
}

function codeOf({ terminal, words }: CommandContext, outcome: Outcome): number {
  switch (outcome.kind) {
    case "settled":
      return outcome.returned > 0 ? exitCodes.returned : exitCodes.ok;
    case "waiting":
      terminal.err(words.say("cli-send-waiting"));
      return exitCodes.waiting;
    case "unseen":
      terminal.err(words.say("cli-send-unseen", { detail: printable(outcome.detail) }));
      return exitCodes.ok;
  }
}

async function submissionOf(
  context: CommandContext,
  options: SendOptions,
  state: TryoutState | undefined,
): Promise<Submission> {
  const via = options.via ?? state?.via;
  if (via === undefined) throw new Misuse("cli-send-no-via");
  const [host, port] = splitVia(via);
  const known = state?.via === via ? state : undefined;
  const to = options.to.map(checkedAddress);
  const user = options.user ?? known?.user;
  const from = checkedAddress(options.from ?? (known === undefined ? (user ?? "") : known.from));
  const ca = options.ca === undefined ? known?.ca : readGiven(options.ca);
  return {
    host,
    port,
    tls: tlsOf(options, port),
    ...(ca === undefined ? {} : { ca }),
    ...(user === undefined ? {} : { login: { user, password: await passwordOf(context, options, user, known) } }),
    from,
    to,
    content: await contentOf(context, options, from, to),
  };
}

/** Implicit TLS, unless STARTTLS is asked for or the port is its own (RFC 8314 §3.3, RFC 6409). */
function tlsOf({ tls }: SendOptions, port: number): Submission["tls"] {
  if (tls === undefined) return port === 587 || port === 2587 ? "starttls" : "implicit";
  if (tls !== "implicit" && tls !== "starttls") throw new Misuse("cli-send-bad-tls", tls);
  return tls;
}

async function passwordOf(
  { terminal, words }: CommandContext,
  options: SendOptions,
  user: string,
  known: TryoutState | undefined,
): Promise<string> {
  const variable = options.passwordEnv ?? "SUREHOP_PASSWORD";
  const given = terminal.environment[variable];
  if (given !== undefined && given !== "") return given;
  if (options.passwordEnv !== undefined) throw new Misuse("cli-send-empty-variable", variable);
  if (known !== undefined && known.user === user) return known.password;
  const asked = terminal.isInteractive ? await askPassword(words, { twice: false }) : undefined;
  if (asked === undefined) throw new Misuse("cli-send-no-password", user);
  return asked;
}

async function contentOf(
  { words }: CommandContext,
  options: SendOptions,
  from: string,
  to: readonly string[],
): Promise<Submission["content"]> {
  if (options.text !== undefined && options.file !== undefined) throw new Misuse("cli-send-text-or-file");
  if (options.file !== undefined) return { raw: await readMessage(options.file) };
  const subject = options.subject ?? words.say("cli-send-default-subject");
  if (/[\r\n\0]/.test(subject)) throw new Misuse("cli-send-bad-subject");
  return { from, to, subject, text: options.text ?? words.say("cli-send-default-text") };
}

async function readMessage(file: string): Promise<Buffer> {
  const raw = file === "-" ? await readStdin(messageMaxBytes) : readGivenBytes(file);
  if (raw === undefined || raw.length > messageMaxBytes) throw new Misuse("cli-send-too-large", file);
  return raw;
}

function readGiven(file: string): string {
  return readGivenBytes(file).toString("utf8");
}

function readGivenBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new Misuse("cli-send-unreadable", file);
  }
}

function checkedAddress(text: string): string {
  const parsed = parseAddress(text);
  if (!parsed.ok) throw new Misuse(text === "" ? "cli-send-no-from" : "cli-send-bad-address", text);
  return formatAddress(parsed.value);
}

function splitVia(via: string): readonly [host: string, port: number] {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(via);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) throw new Misuse("cli-send-bad-via", via);
  return [match[1] ?? match[2] ?? "", port];
}

function waitOf({ wait }: SendOptions): number {
  if (wait === undefined) return waitDefaultMs;
  const parsed = parseDuration(wait);
  if (!parsed.ok) throw new Misuse("cli-send-bad-wait", wait);
  return parsed.value;
}

function stateFor({ host, port }: Submission, state: TryoutState | undefined): TryoutState | undefined {
  return state?.via === `${host}:${port}` ? state : undefined;
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

type Stage =
  | { readonly stage: "submitting"; readonly host: string; readonly port: number }
  | { readonly stage: "submitted"; readonly id: string }
  /** By a server that is not ours: it gave no id. */
  | { readonly stage: "accepted"; readonly reply: string };

function tell({ terminal, words }: CommandContext, { json }: SendOptions, stage: Stage): void {
  if (json === true) return terminal.out(JSON.stringify(stage));
  switch (stage.stage) {
    case "submitting":
      return terminal.out(words.say("cli-send-submitting", { host: printable(stage.host), port: String(stage.port) }));
    case "submitted":
      return terminal.out(words.say("cli-send-submitted", { id: stage.id }));
    case "accepted":
      return terminal.out(words.say("cli-send-accepted", { reply: stage.reply }));
  }
}
