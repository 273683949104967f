/**
 * The try-out: a real relay with real sockets and real TLS, and for an Internet the sandbox that the process brings along.
 *
 *   sandbox ─► relay ─► one message to each domain, its story told as it happens ─► what came of them
 *                                                                                       │
 *   --once: exit code 0 if every story ended as it should ◄─────────────────────────────┤
 *   Ctrl-C ─► all closed, nothing left ◄── mail of your own, its stories told as well ◄─┘
 */
import { startSandbox, type ReceivedMessage, type Sandbox } from "../lab/index.ts";
import { stopSignals, systemClock, systemNet } from "../system/index.ts";
import { outcomeLine } from "../words/index.ts";
import { exitCodes, printable, type CommandContext } from "./terminal.ts";
import { anchorText } from "./anchor-text.ts";
import { readTryoutState, removeTryoutState, writeTryoutState } from "./tryout-state.ts";
import { Guests } from "./tryout/guests.ts";
import { Narrator } from "./tryout/narrator.ts";
import { startTryoutRelay, usualPorts, type TryoutPorts, type TryoutRelay } from "./tryout/relay.ts";
import type { Session } from "./tryout/session.ts";
import { showSites, type Shown } from "./tryout/sites.ts";
import { Stories } from "./tryout/stories.ts";

export interface TryoutRequest extends CommandContext {
  /** End when the sandbox's own stories are told. */
  readonly once: boolean;
  /** Default: those of the documentation. */
  readonly ports?: TryoutPorts;
}

/** Runs until it is stopped, or, with `once`, until all is told. The exit code. */
export async function tryout(request: TryoutRequest): Promise<number> {
  const { terminal, words, once } = request;
  const narrator = new Narrator(request, terminal.hasColour ? process.stdout.columns : undefined);
  const signals = stopSignals(systemClock, () => process.exit(exitCodes.failed));
  const stopped = signals.stop.then(() => undefined);
  let sandbox: Sandbox | undefined;
  let running: TryoutRelay | undefined;
  let isAnnounced = false;
  let onMail: (message: ReceivedMessage) => void = () => {};
  try {
    narrator.say("cli-tryout-intro");
    sandbox = await startSandbox({ net: systemNet, clock: systemClock, onMail: (message) => onMail(message) });
    running = await startTryoutRelay(sandbox, {
      language: request.language,
      ports: request.ports ?? usualPorts,
      environment: terminal.environment,
      onError: (message) => terminal.err(printable(message)),
    });
    const session = { narrator, sandbox, running, stories: new Stories(running.relay, systemClock) };
    const shown = await Promise.race([stopped, showSites(session)]);
    if (shown === undefined) return exitCodes.ok;
    tellSummary(session, shown);
    if (once) return tellVerdict(session, shown);
    isAnnounced = announce(request, session);
    const guests = new Guests(session, new Set(shown.flatMap(({ id }) => id ?? [])));
    guests.begin();
    onMail = (message) => void guests.showMail(message);
    await stopped;
    return exitCodes.ok;
  } catch (error) {
    tellFailure(request, error);
    return exitCodes.failed;
  } finally {
    narrator.hush();
    if (isAnnounced) removeTryoutState(terminal.environment);
    await running?.close();
    await sandbox?.close();
    signals.dispose();
    if (!once && sandbox !== undefined) terminal.out(`\n${words.say("cli-tryout-stopped")}`);
  }
}

function tellSummary({ narrator }: Session, shown: readonly Shown[]): void {
  narrator.topic(narrator.words.say("cli-tryout-summary"));
  for (const { site, outcome } of shown) {
    const line = outcome && outcomeLine(narrator.words, outcome);
    narrator.item(line ?? narrator.words.say("cli-tryout-summary-nothing", { recipient: site.recipient }));
  }
}

function tellVerdict({ narrator }: Session, shown: readonly Shown[]): number {
  narrator.gap();
  const wrong = shown.filter(({ discrepancies }) => discrepancies.length > 0);
  if (wrong.length === 0) {
    narrator.say("cli-tryout-all-well", { count: shown.length }, "good");
    return exitCodes.ok;
  }
  for (const { site, discrepancies } of wrong) {
    for (const what of discrepancies) {
      narrator.say(`cli-tryout-wrong-${what}`, { recipient: site.recipient }, "bad");
    }
  }
  return exitCodes.failed;
}

/** How to go on. True if other commands were told where we are: only the first of several try-outs tells them. */
function announce({ terminal }: TryoutRequest, { narrator, sandbox, running }: Session): boolean {
  const { user, password, caFile, http, taken } = running;
  const command = terminal.environment["npm_lifecycle_event"] === "start" ? "npm start --" : "surehop";
  const via = `127.0.0.1:${running.port("submissions")}`;
  const other = readTryoutState(terminal.environment);
  const about = {
    command,
    user,
    password,
    ca: caFile,
    http,
    via,
    submissions: String(running.port("submissions")),
    submission: String(running.port("submission")),
    local: String(running.port("local")),
    recipient: sandbox.domains[0]?.recipient ?? user,
    // Other commands find the first of several try-outs by themselves.
    queue: other === undefined ? "" : ` --queue ${running.directory}`,
  };
  // Before anyone reads that they may use it.
  if (other === undefined) {
    const state = { via, user, password, from: user, ca: sandbox.authority.pem, http, pid: process.pid };
    const resolver = `${sandbox.resolver.address}:${sandbox.resolver.port}`;
    const anchors = sandbox.anchors.map(anchorText).join("\n");
    const { smtpPort } = sandbox;
    writeTryoutState({ ...state, data: running.directory, resolver, anchors, smtpPort }, terminal.environment);
  }
  narrator.topic(narrator.words.say("cli-tryout-yours"));
  if (taken.length > 0) {
    narrator.say("cli-tryout-ports-taken", { ports: taken.join(", ") }, "wait");
    narrator.gap();
  }
  if (other === undefined) narrator.say("cli-tryout-send", about);
  else narrator.say("cli-tryout-send-beside", { ...about, pid: String(other.pid) });
  narrator.gap();
  narrator.say("cli-tryout-mail-program", about);
  narrator.gap();
  narrator.say("cli-tryout-look", about);
  narrator.topic(narrator.words.say("cli-tryout-live"));
  narrator.say("cli-tryout-live-how", about);
  narrator.gap();
  narrator.say("cli-tryout-running");
  return other === undefined;
}

function tellFailure({ terminal, words }: TryoutRequest, error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  const detail = printable(message ?? String(error));
  terminal.err(words.say(code === "EADDRNOTAVAIL" ? "cli-tryout-no-addresses" : "cli-tryout-failed", { detail }));
}
