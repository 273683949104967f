/**
 * From root to somebody harmless: after the low ports are bound and the key is read, before the first byte of mail.
 * Order matters: supplementary groups, then the group, then the user; afterwards it is proven that there is no way back.
 */
import { execFileSync } from "node:child_process";
import { err, ok, type Result } from "../base/index.ts";

export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

export type AccountFault = "no-such-user" | "no-such-group";

/** Names or numbers; the group is the user's own unless given. Asks the system's `id` and `getent`, so that directories count too. */
export function lookupAccount(user: string, group?: string): Result<Account, AccountFault> {
  const uid = number(run("id", ["-u", "--", user]));
  if (uid === undefined) return err("no-such-user");
  const own = number(run("id", ["-g", "--", user]));
  const gid = group === undefined ? own : number(run("getent", ["group", "--", group])?.split(":")[2]);
  if (gid === undefined) return err(group === undefined ? "no-such-user" : "no-such-group");
  const groups = (run("id", ["-G", "--", user]) ?? "").split(/\s+/).flatMap((text) => number(text) ?? []);
  return ok({ uid, gid, groups: [...new Set([gid, ...groups.filter((one) => one !== own)])] });
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Throws if the process is not root, or if it could still become root afterwards. */
export function dropPrivileges(account: Account): void {
  if (account.uid === 0) throw new Error("privileges cannot be dropped to root");
  process.setgroups?.([...account.groups]);
  process.setgid?.(account.gid);
  process.setuid?.(account.uid);
  if (process.getuid?.() !== account.uid || process.getgid?.() !== account.gid || canBeRootAgain()) {
    throw new Error("privileges could not be dropped");
  }
}

function canBeRootAgain(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}

const lookupTimeoutMs = 10_000;

function run(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: lookupTimeoutMs,
    }).trim();
  } catch {
    return undefined;
  }
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
