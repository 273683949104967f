/** What every part of the configuration is read with: the value, or a fault told and something harmless in its place. */
import { dirname, resolve } from "node:path";
import { domain, parseDomain, type DomainName, type Endpoint, type Instant, type Result } from "../../base/index.ts";
import { parsePattern } from "../../policy/index.ts";
import type { TrustedCas } from "../../tls/index.ts";
import type { FaultCode, Faults } from "./faults.ts";
import { authoritiesOf, holdsPrivateKey } from "./pem.ts";
import type { KeyPath } from "./positions.ts";
import type { RawConfig } from "./schema.ts";
import { parseDuration, parseEndpoint, parseSize } from "./values.ts";

export interface Surroundings {
  /** The configuration file, absolute; relative paths start from its directory. */
  readonly file: string;
  /** What the system itself asks; used if the configuration names no resolver. */
  readonly systemResolvers: () => readonly Endpoint[];
  /** The text of a file, or undefined if it cannot be read. */
  readonly read: (path: string) => string | undefined;
  readonly now: () => Instant;
}

export class Reader {
  readonly raw: RawConfig;
  readonly around: Surroundings;
  readonly faults: Faults;

  constructor(raw: RawConfig, around: Surroundings, faults: Faults) {
    this.raw = raw;
    this.around = around;
    this.faults = faults;
  }

  /** The value, or undefined with a fault told. */
  take<T>(parsed: Result<T, string>, code: FaultCode, path: KeyPath, value: string): T | undefined {
    if (parsed.ok) return parsed.value;
    this.faults.error(code, path, { value });
    return undefined;
  }

  path(text: string): string {
    return resolve(dirname(this.around.file), text);
  }

  domain(text: string, path: KeyPath): DomainName {
    return this.take(parseDomain(text), "bad-domain", path, text) ?? unnamed;
  }

  hostname(text: string, path: KeyPath): DomainName {
    const name = this.domain(text, path);
    if (name === unnamed) return name;
    const isLocal = /^localhost$|\.localhost$|\.localdomain$|\.local$/.test(name) || !name.includes(".");
    if (isLocal) this.faults.error("hostname-local", path, { value: text });
    return name;
  }

  pattern(text: string, path: KeyPath): string {
    return this.take(parsePattern(text), "bad-pattern", path, text) ?? text;
  }

  endpoint(text: string, path: KeyPath): Endpoint | undefined {
    return this.take(parseEndpoint(text), "bad-endpoint", path, text);
  }

  duration(text: string | undefined, otherwise: string, path: KeyPath): number {
    return this.take(parseDuration(text ?? otherwise), "bad-duration", path, text ?? otherwise) ?? 1;
  }

  size(text: string | undefined, otherwise: number, path: KeyPath): number {
    return text === undefined ? otherwise : (this.take(parseSize(text), "bad-size", path, text) ?? otherwise);
  }

  count(value: number | undefined, otherwise: number, path: KeyPath, min: number, max: number): number {
    if (value !== undefined && (value < min || value > max))
      this.faults.error("out-of-range", path, { value, min, max });
    return value ?? otherwise;
  }

  /** Certificates of a PEM file, every one of them readable. */
  authorities(file: string, exclusive: boolean, path: KeyPath): TrustedCas | undefined {
    const pem = this.around.read(this.path(file));
    if (pem === undefined) this.faults.error("path-missing", path, { path: this.path(file) });
    else {
      const authorities = authoritiesOf(pem, exclusive);
      if (authorities === undefined) this.faults.error("bad-ca", path, { value: file });
      return authorities;
    }
    return undefined;
  }

  privateKey(path: string, at: KeyPath): string | undefined {
    const pem = this.around.read(path);
    if (pem === undefined) this.faults.error("path-missing", at, { path });
    else if (!holdsPrivateKey(pem)) this.faults.error("key-unreadable", at, { path });
    else return pem;
    return undefined;
  }
}

/** Stands for a name that could not be read; a fault was told, so nobody will use it. */
const unnamed = domain("unnamed.invalid");
