/** `[listen]` and `[[user]]`: the doors, and who may pass them. */
import type { Endpoint } from "../../base/index.ts";
import {
  isPasswordHash,
  loopbackNetworks,
  parseNetwork,
  parseSenderPattern,
  type Network,
  type SenderPattern,
  type UserRecord,
} from "../../intake/index.ts";
import type { KeyPath } from "./positions.ts";
import type { Reader } from "./reader.ts";
import type { ListenConfig } from "./types.ts";
import { formatEndpoint, isLoopback } from "./values.ts";

const consoleDefault = "127.0.0.1:8025";
const userNameMaxChars = 255;

export function listenOf(reader: Reader): ListenConfig {
  const raw = reader.raw.listen ?? {};
  const http = consoleAt(reader, raw.http);
  return {
    submissions: endpoints(reader, raw.submissions, "submissions"),
    submission: endpoints(reader, raw.submission, "submission"),
    local: endpoints(reader, raw.local, "local"),
    localClients: networks(reader, raw.local_clients),
    ...(http === undefined ? {} : { http }),
  };
}

function consoleAt(reader: Reader, text: string = consoleDefault): Endpoint | undefined {
  if (text === "off") return undefined;
  const path = ["listen", "http"];
  const endpoint = reader.endpoint(text, path);
  if (endpoint !== undefined && !isLoopback(endpoint.address)) {
    reader.faults.error("http-not-loopback", path, { value: text });
  }
  return endpoint;
}

function endpoints(reader: Reader, written: readonly string[] | undefined, key: string): readonly Endpoint[] {
  return (written ?? []).flatMap((text, index) => {
    const endpoint = reader.endpoint(text, ["listen", key, index]);
    return endpoint === undefined ? [] : [endpoint];
  });
}

function networks(reader: Reader, written: readonly string[] | undefined): readonly Network[] {
  if (written === undefined) return loopbackNetworks;
  return written.flatMap((text, index) => {
    const network = reader.take(parseNetwork(text), "bad-network", ["listen", "local_clients", index], text);
    return network === undefined ? [] : [network];
  });
}

/** Doors that exclude each other, or that nobody could pass. */
export function checkDoors(reader: Reader, listen: ListenConfig): void {
  const submission = [...listen.submissions, ...listen.submission];
  const anyWritten = ["submissions", "submission", "local"].some(
    (kind) => (reader.raw.listen?.[kind as "local"] ?? []).length > 0,
  );
  if (!anyWritten) reader.faults.error("no-listener", ["listen"]);
  if (submission.length > 0 && reader.raw.tls === undefined) reader.faults.error("tls-needed", ["listen"]);
  if (submission.length > 0 && (reader.raw.user ?? []).length === 0) reader.faults.warn("no-users", ["listen"]);
  checkTwice(reader, listen);
}

function checkTwice(reader: Reader, listen: ListenConfig): void {
  const taken: { readonly at: Endpoint; readonly key: string }[] = [];
  const take = (at: Endpoint, path: KeyPath): void => {
    const other = taken.find((one) => clash(one.at, at));
    if (other === undefined) taken.push({ at, key: formatEndpoint(at) });
    else reader.faults.error("endpoint-twice", path, { value: formatEndpoint(at), other: other.key });
  };
  for (const kind of ["submissions", "submission", "local"] as const) {
    listen[kind].forEach((at, index) => take(at, ["listen", kind, index]));
  }
  if (listen.http !== undefined) take(listen.http, ["listen", "http"]);
}

export function usersOf(reader: Reader): readonly UserRecord[] {
  const seen = new Set<string>();
  return (reader.raw.user ?? []).map((user, index) => {
    const at = (key: string): KeyPath => ["user", index, key];
    if (user.name === "" || user.name.length > userNameMaxChars || /[\x00-\x1f\x7f]/.test(user.name)) {
      reader.faults.error("bad-user-name", at("name"), { value: user.name });
    }
    if (seen.has(user.name)) reader.faults.error("user-twice", at("name"), { value: user.name });
    seen.add(user.name);
    if (!isPasswordHash(user.password)) reader.faults.error("bad-password-hash", at("password"));
    const senders = user.from?.flatMap((text, place) => senderPattern(reader, text, [...at("from"), place]));
    return {
      name: user.name,
      passwordHash: user.password,
      ...(senders === undefined ? {} : { senders }),
      ...(user.language === undefined ? {} : { language: user.language }),
    };
  });
}

function senderPattern(reader: Reader, text: string, path: KeyPath): readonly SenderPattern[] {
  const pattern = reader.take(parseSenderPattern(text), "bad-sender", path, text);
  return pattern === undefined ? [] : [pattern];
}

/** Ports 0 are free ones; `[::]` takes IPv4 too. */
function clash(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  const isAny = (at: Endpoint): boolean => at.address === "::" || at.address === "0.0.0.0";
  return a.address === b.address || isAny(a) || isAny(b);
}
