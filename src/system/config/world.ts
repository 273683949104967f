/** Does the world agree with the configuration? Files, keys, accounts, the data directory: looked at, nothing changed. */
import { accessSync, constants, readFileSync, statSync, type Stats } from "node:fs";
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { dirname } from "node:path";
import { lookupAccount } from "../privileges.ts";
import type { Faults } from "./faults.ts";
import type { Config, TlsConfig } from "./types.ts";

export interface Vantage {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the process that would start the relay. */
  readonly isRoot: boolean;
}

export function examine(config: Config, vantage: Vantage, faults: Faults): void {
  examineExposure(config, faults);
  if (config.tls !== undefined) examineTls(config.tls, config.server.hostname, vantage, faults);
  const { dkimKeyFile } = config.reports;
  if (dkimKeyFile !== undefined && isExposed(dkimKeyFile)) {
    faults.warn("key-exposed", ["reports", "dkim_key"], { path: dkimKeyFile });
  }
  examineData(config.server.data, faults);
  examineAccount(config, vantage, faults);
}

/** The file holds password hashes: others should not read it. */
function examineExposure(config: Config, faults: Faults): void {
  if (config.users.length > 0 && isExposed(config.file)) faults.warn("file-exposed", [], { path: config.file });
}

function examineTls(tls: TlsConfig, hostname: string, { now }: Vantage, faults: Faults): void {
  const certificate = readCertificate(tls.certificate, faults);
  const key = readKey(tls.key, faults);
  if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key)) {
    faults.error("key-mismatch", ["tls", "key"], { key: tls.key, certificate: tls.certificate });
  }
  if (isExposed(tls.key)) faults.warn("key-exposed", ["tls", "key"], { path: tls.key });
  if (certificate === undefined) return;
  const path = ["tls", "certificate"];
  const isOver = certificate.validToDate.getTime() <= now;
  if (isOver) faults.warn("certificate-expired", path, { path: tls.certificate, date: day(certificate.validToDate) });
  if (certificate.checkHost(hostname) === undefined) faults.warn("certificate-name", path, { hostname });
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function readCertificate(path: string, faults: Faults): X509Certificate | undefined {
  const text = readText(path, ["tls", "certificate"], faults);
  if (text === undefined) return undefined;
  try {
    return new X509Certificate(text);
  } catch {
    faults.error("certificate-unreadable", ["tls", "certificate"], { path });
    return undefined;
  }
}

function readKey(path: string, faults: Faults): KeyObject | undefined {
  const text = readText(path, ["tls", "key"], faults);
  if (text === undefined) return undefined;
  try {
    return createPrivateKey(text);
  } catch {
    faults.error("key-unreadable", ["tls", "key"], { path });
    return undefined;
  }
}

function readText(path: string, key: readonly string[], faults: Faults): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    faults.error(isMissing ? "path-missing" : "path-unreadable", key, { path });
    return undefined;
  }
}

function isExposed(path: string): boolean {
  return ((stat(path)?.mode ?? 0) & 0o004) !== 0;
}

/** It need not exist yet: then the nearest directory above must let us make it. */
function examineData(data: string, faults: Faults): void {
  const path = ["server", "data"];
  const nearest = nearestExisting(data);
  if (!isDirectory(nearest)) return faults.error("data-not-directory", path, { path: nearest });
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    faults.error("data-not-writable", path, { path: nearest });
  }
}

function nearestExisting(path: string): string {
  let at = path;
  while (stat(at) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function isDirectory(path: string): boolean {
  return stat(path)?.isDirectory() ?? false;
}

function stat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function examineAccount({ server }: Config, { isRoot }: Vantage, faults: Faults): void {
  if (server.user === undefined) return;
  if (!isRoot) return faults.warn("account-ignored", ["server", "user"], { value: server.user });
  const account = lookupAccount(server.user, server.group);
  if (account.ok) return;
  const key = account.error === "no-such-user" ? "user" : "group";
  faults.error("no-such-account", ["server", key], { value: server[key] ?? "" });
}
