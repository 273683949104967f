/** What a running try-out left for other commands, so that `surehop send --to bob@safe.example` alone works. */
import { readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tryoutDirectory, tryoutStateFile } from "../system/index.ts";

export interface TryoutState {
  /** HOST:PORT of its submission listener with implicit TLS. */
  readonly via: string;
  readonly user: string;
  readonly password: string;
  /** The sender to use unless another is given. */
  readonly from: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** Base URL of its console. */
  readonly http: string;
  /** Its process. */
  readonly pid: number;
  /** Directory of its queue. */
  readonly data?: string;
  /** ADDRESS:PORT of its name server. */
  readonly resolver?: string;
  /** The keys of its root, as lines of a zone file. */
  readonly anchors?: string;
  /** Where the mail servers of its little internet listen. */
  readonly smtpPort?: number;
}

/** Undefined if none is running, or if what it left cannot be understood. */
export function readTryoutState(environment: NodeJS.ProcessEnv): TryoutState | undefined {
  let raw: Partial<Record<keyof TryoutState, unknown>>;
  try {
    raw = JSON.parse(readFileSync(tryoutStateFile(environment), "utf8")) as typeof raw;
  } catch {
    return undefined;
  }
  const { via, user, password, ca, http, pid, from, data, resolver, anchors, smtpPort } = raw;
  if (typeof via !== "string" || typeof user !== "string" || typeof password !== "string") return undefined;
  if (typeof ca !== "string" || typeof http !== "string" || (typeof pid === "number" && !isAlive(pid)))
    return undefined;
  const sender = typeof from === "string" ? from : user.includes("@") ? user : `${user}@tryout.example`;
  return {
    via,
    user,
    password,
    ca: pemOf(ca),
    http,
    from: sender,
    pid: typeof pid === "number" ? pid : 0,
    ...(typeof data === "string" ? { data } : {}),
    ...(typeof resolver === "string" && typeof anchors === "string" ? { resolver, anchors } : {}),
    ...(typeof smtpPort === "number" ? { smtpPort } : {}),
  };
}

/** Readable by its owner alone: it holds the try-out's password. */
export function writeTryoutState(state: TryoutState, environment: NodeJS.ProcessEnv = process.env): void {
  mkdirSync(tryoutDirectory(environment), { recursive: true, mode: 0o700 });
  writeFileSync(tryoutStateFile(environment), `${JSON.stringify(state)}\n`, { mode: 0o600 });
}

export function removeTryoutState(environment: NodeJS.ProcessEnv = process.env): void {
  rmSync(tryoutStateFile(environment), { force: true });
}

/** The PEM itself, or the path of its file. */
function pemOf(ca: string): string {
  try {
    return ca.includes("-----BEGIN") ? ca : readFileSync(ca, "utf8");
  } catch {
    return ca;
  }
}

/** Whether there is such a process; one of somebody else is one too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
