/**
 * Which relay's data an operator's command means: `--queue`, else the configuration's (`--config` or one of the usual places), else the
 * try-out's. No queue, or no facts, at all are empty ones, said on standard error.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { err, ok, noLog, noMetrics, type Result } from "../base/index.ts";
import { openSqliteQueue, QueueError, type Queue } from "../queue/index.ts";
import {
  factsFile,
  isRoot,
  loadConfig,
  openFactStore,
  StoreError,
  systemClock,
  systemRandom,
  tryoutDirectory,
  type FactStore,
} from "../system/index.ts";
import { readTryoutState } from "./tryout-state.ts";
import { tellFaults } from "./commands/config.ts";
import { findConfig } from "./commands/default.ts";
import { exitCodes, printable, type CommandContext } from "./terminal.ts";

export interface QueueOptions {
  readonly config?: string;
  readonly queue?: string;
}

/** The queue; undefined if there is none yet; or the exit code after the reason was told. */
export async function openOperatorQueue(
  context: CommandContext,
  options: QueueOptions,
): Promise<Result<Queue | undefined, number>> {
  const { terminal, words } = context;
  const directory = await queueDirectory(context, options);
  if (!directory.ok) return directory;
  if (!existsSync(directory.value)) {
    terminal.err(words.say("cli-queue-none", { directory: directory.value }));
    return ok(undefined);
  }
  try {
    return ok(
      await openSqliteQueue({
        directory: directory.value,
        role: "operator",
        clock: systemClock,
        random: systemRandom,
        log: noLog,
        metrics: noMetrics,
      }),
    );
  } catch (error) {
    const detail = error instanceof QueueError || error instanceof Error ? error.message : String(error);
    terminal.err(words.say("cli-queue-unreadable", { directory: directory.value, detail }));
    return err(exitCodes.failed);
  }
}

/** What the relay has learned; or the exit code after the reason was told. */
export async function openOperatorFacts(
  context: CommandContext,
  options: QueueOptions,
): Promise<Result<FactStore, number>> {
  const { terminal, words } = context;
  const directory = await queueDirectory(context, options);
  if (!directory.ok) return directory;
  if (!existsSync(factsFile(directory.value))) {
    terminal.err(words.say("cli-facts-none", { directory: directory.value }));
  }
  try {
    return ok(openFactStore({ directory: directory.value, role: "operator" }));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    terminal.err(words.say("cli-facts-unreadable", { detail: printable(error.message) }));
    return err(exitCodes.failed);
  }
}

/** For what is written down: who did it. */
export function operatorName(): string {
  const { env } = process;
  return printable(env["SUDO_USER"] ?? env["USER"] ?? env["LOGNAME"] ?? "operator").slice(0, 64);
}

async function queueDirectory(context: CommandContext, options: QueueOptions): Promise<Result<string, number>> {
  const { terminal } = context;
  if (options.queue !== undefined) return ok(resolve(terminal.directory, options.queue));
  const file = options.config === undefined ? findConfig(context) : resolve(terminal.directory, options.config);
  if (file === undefined) {
    return ok(readTryoutState(terminal.environment)?.data ?? tryoutDirectory(terminal.environment));
  }
  const loaded = await loadConfig(file, { now: systemClock.now(), isRoot: isRoot(), examine: false });
  if (loaded.config !== undefined) return ok(loaded.config.server.data);
  tellFaults(context, file, loaded.faults);
  return err(exitCodes.failed);
}
