/** From what an operator wrote to what the program uses. Pure: files that the configuration names come in through `read`. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { dirname, resolve } from "node:path";
import {
  domain,
  isSubdomainOf,
  limits,
  parseAddress,
  parseDomain,
  type DomainName,
  type Endpoint,
  type Instant,
  type MailAddress,
  type Result,
} from "../../base/index.ts";
import { readAnchors, type TrustAnchor, type Upstream } from "../../dns/index.ts";
import {
  isPasswordHash,
  loopbackNetworks,
  parseNetwork,
  parseSenderPattern,
  type Network,
  type SenderPattern,
  type UserRecord,
} from "../../intake/index.ts";
import { parsePattern, parseRule, type Exception, type Rule, type RuleFault } from "../../policy/index.ts";
import { parsePromises, type PromisesFault } from "../../publish/index.ts";
import type { TrustedCas } from "../../tls/index.ts";
import type { DkimKey, SenderSettings } from "../../report/index.ts";
import { defaultLanguage } from "../../words/index.ts";
import type { Faults, FaultCode } from "./faults.ts";
import type { KeyPath } from "./positions.ts";
import type { RawConfig } from "./schema.ts";
import type { Config, DeliveryConfig, DnsConfig, LimitsConfig, ListenConfig, ReportsConfig } from "./types.ts";
import {
  formatEndpoint,
  isLoopback,
  parseDate,
  parseDuration,
  parseEndpoint,
  parseSize,
  parseUpstream,
} from "./values.ts";

export interface Surroundings {
  /** The configuration file, absolute; relative paths start from its directory. */
  readonly file: string;
  /** What the system itself asks; used if the configuration names no resolver. */
  readonly systemResolvers: () => readonly Endpoint[];
  /** The text of a file, or undefined if it cannot be read. */
  readonly read: (path: string) => string | undefined;
  readonly now: () => Instant;
}

const defaults = {
  consoleEndpoint: "127.0.0.1:8025",
  lifetime: "5d",
  retryFirst: "5m",
  retryMax: "4h",
  deliveries: 200,
  deliveriesPerDestination: 20,
  storyKeep: "14d",
  reportsKeep: "90d",
  patience: "24h",
  smtpPort: 25,
  httpsPort: 443,
} as const;

const userNameMaxChars = 255;

/** Always gives a Config; it is of use only if no error was found. */
export function interpret(raw: RawConfig, around: Surroundings, faults: Faults): Config {
  return new Interpreter(raw, around, faults).config();
}

class Interpreter {
  readonly #raw: RawConfig;
  readonly #around: Surroundings;
  readonly #faults: Faults;

  constructor(raw: RawConfig, around: Surroundings, faults: Faults) {
    this.#raw = raw;
    this.#around = around;
    this.#faults = faults;
  }

  config(): Config {
    const raw = this.#raw;
    const hostname = this.#hostname(raw.server.hostname, ["server", "hostname"]);
    const listen = this.#listen();
    this.#checkDoors(listen);
    return {
      file: this.#around.file,
      language: raw.language ?? defaultLanguage,
      server: {
        hostname,
        data: this.#path(raw.server.data),
        ...(raw.server.user === undefined ? {} : { user: this.#account("user", raw.server.user) }),
        ...(raw.server.group === undefined ? {} : { group: this.#account("group", raw.server.group) }),
      },
      listen,
      ...(raw.tls === undefined
        ? {}
        : { tls: { certificate: this.#path(raw.tls.certificate), key: this.#path(raw.tls.key) } }),
      users: this.#users(),
      limits: this.#limits(),
      delivery: this.#delivery(hostname),
      dns: this.#dns(),
      policy: this.#policy(),
      memory: {
        remember: raw.memory?.remember ?? true,
        patienceMs: this.#duration(raw.memory?.patience, defaults.patience, ["memory", "patience"]),
        afterwards: raw.memory?.then ?? "bounce",
      },
      rules: this.#rules(),
      exceptions: this.#exceptions(),
      ...this.#publish(),
      languages: (raw.notices ?? []).map(({ domain, language }, index) => ({
        pattern: this.#pattern(domain, ["notices", index, "domain"]),
        language,
      })),
      reports: this.#reports(hostname),
      story: { keepMs: this.#duration(raw.story?.keep, defaults.storyKeep, ["story", "keep"]) },
      log: {
        level: raw.log?.level ?? "info",
        format: raw.log?.format ?? "json",
        addresses: raw.log?.addresses ?? false,
      },
      danger: this.#danger(),
    };
  }

  #hostname(text: string, path: KeyPath): DomainName {
    const name = this.#domain(text, path);
    if (name === unnamed) return name;
    const isLocal = /^localhost$|\.localhost$|\.localdomain$|\.local$/.test(name) || !name.includes(".");
    if (isLocal) this.#faults.error("hostname-local", path, { value: text });
    return name;
  }

  #listen(): ListenConfig {
    const raw = this.#raw.listen ?? {};
    const http = this.#console(raw.http);
    return {
      submissions: this.#endpoints(raw.submissions, "submissions"),
      submission: this.#endpoints(raw.submission, "submission"),
      local: this.#endpoints(raw.local, "local"),
      localClients: this.#networks(raw.local_clients),
      ...(http === undefined ? {} : { http }),
    };
  }

  #console(text: string = defaults.consoleEndpoint): Endpoint | undefined {
    if (text === "off") return undefined;
    const path = ["listen", "http"];
    const endpoint = this.#endpoint(text, path);
    if (endpoint !== undefined && !isLoopback(endpoint.address)) {
      this.#faults.error("http-not-loopback", path, { value: text });
    }
    return endpoint;
  }

  /** Doors that exclude each other, or that nobody could pass. */
  #checkDoors(listen: ListenConfig): void {
    const submission = [...listen.submissions, ...listen.submission];
    const anyWritten = ["submissions", "submission", "local"].some(
      (kind) => (this.#raw.listen?.[kind as "local"] ?? []).length > 0,
    );
    if (!anyWritten) this.#faults.error("no-listener", ["listen"]);
    if (submission.length > 0 && this.#raw.tls === undefined) this.#faults.error("tls-needed", ["listen"]);
    if (submission.length > 0 && (this.#raw.user ?? []).length === 0) this.#faults.warn("no-users", ["listen"]);
    this.#checkTwice(listen);
  }

  #checkTwice(listen: ListenConfig): void {
    const taken: { readonly at: Endpoint; readonly key: string }[] = [];
    const take = (at: Endpoint, path: KeyPath): void => {
      const other = taken.find((one) => clash(one.at, at));
      if (other === undefined) taken.push({ at, key: formatEndpoint(at) });
      else this.#faults.error("endpoint-twice", path, { value: formatEndpoint(at), other: other.key });
    };
    for (const kind of ["submissions", "submission", "local"] as const) {
      listen[kind].forEach((at, index) => take(at, ["listen", kind, index]));
    }
    if (listen.http !== undefined) take(listen.http, ["listen", "http"]);
  }

  #users(): readonly UserRecord[] {
    const seen = new Set<string>();
    return (this.#raw.user ?? []).map((user, index) => {
      const at = (key: string): KeyPath => ["user", index, key];
      if (user.name === "" || user.name.length > userNameMaxChars || /[\x00-\x1f\x7f]/.test(user.name)) {
        this.#faults.error("bad-user-name", at("name"), { value: user.name });
      }
      if (seen.has(user.name)) this.#faults.error("user-twice", at("name"), { value: user.name });
      seen.add(user.name);
      if (!isPasswordHash(user.password)) this.#faults.error("bad-password-hash", at("password"));
      const senders = user.from?.flatMap((text, place) => this.#sender(text, [...at("from"), place]));
      return {
        name: user.name,
        passwordHash: user.password,
        ...(senders === undefined ? {} : { senders }),
        ...(user.language === undefined ? {} : { language: user.language }),
      };
    });
  }

  #sender(text: string, path: KeyPath): readonly SenderPattern[] {
    const pattern = this.#take(parseSenderPattern(text), "bad-sender", path, text);
    return pattern === undefined ? [] : [pattern];
  }

  #limits(): LimitsConfig {
    const raw = this.#raw.limits ?? {};
    return {
      messageMaxBytes: this.#size(raw.message_size, limits.messageMaxBytes, ["limits", "message_size"]),
      recipientsMax: this.#count(raw.recipients, limits.recipientsMax, ["limits", "recipients"], 1, 100_000),
      connectionsMax: this.#count(raw.connections, limits.connectionsMax, ["limits", "connections"], 1, 100_000),
      connectionsPerClientMax: this.#count(
        raw.connections_per_client,
        limits.connectionsPerClientMax,
        ["limits", "connections_per_client"],
        1,
        100_000,
      ),
    };
  }

  #delivery(hostname: DomainName): DeliveryConfig {
    const raw = this.#raw.delivery ?? {};
    const at = (key: string): KeyPath => ["delivery", key];
    const lifetimeMs = this.#duration(raw.lifetime, defaults.lifetime, at("lifetime"));
    const retryFirstMs = this.#duration(raw.retry_first, defaults.retryFirst, at("retry_first"));
    const retryMaxMs = this.#duration(raw.retry_max, defaults.retryMax, at("retry_max"));
    if (!this.#faults.hasErrors && (retryFirstMs > retryMaxMs || retryFirstMs > lifetimeMs)) {
      this.#faults.error("retry-order", at("retry_first"));
    }
    return {
      lifetimeMs,
      retryFirstMs,
      retryMaxMs,
      connections: this.#count(raw.connections, defaults.deliveries, at("connections"), 1, 10_000),
      connectionsPerDestination: this.#count(
        raw.connections_per_destination,
        defaults.deliveriesPerDestination,
        at("connections_per_destination"),
        1,
        1000,
      ),
      heloName: raw.helo_name === undefined ? hostname : this.#hostname(raw.helo_name, at("helo_name")),
    };
  }

  #dns(): DnsConfig {
    const raw = this.#raw.dns ?? {};
    const written = raw.resolvers?.flatMap((text, index) => this.#resolver(text, ["dns", "resolvers", index]));
    const resolvers: readonly Upstream[] = written ?? this.#around.systemResolvers();
    if (resolvers.length === 0 && (raw.resolvers ?? []).length === 0)
      this.#faults.error("no-resolver", ["dns", "resolvers"]);
    const trustAd = raw.trust_ad ?? false;
    const remote = resolvers.find(({ tls, address }) => tls === undefined && !isLoopback(address));
    if (trustAd && remote !== undefined) {
      this.#faults.error("trust-ad-remote", ["dns", "trust_ad"], { value: formatEndpoint(remote) });
    }
    const anchors = (raw.anchors ?? []).flatMap((file, index) => this.#anchors(file, ["dns", "anchors", index]));
    return { resolvers, trustAd, anchors };
  }

  /** Trust anchors of a file, every one of them readable. */
  #anchors(file: string, path: KeyPath): readonly TrustAnchor[] {
    const text = this.#around.read(this.#path(file));
    if (text === undefined) {
      this.#faults.error("path-missing", path, { path: this.#path(file) });
      return [];
    }
    const anchors = readAnchors(text);
    if (anchors.ok) return anchors.value;
    const { line, code } = anchors.error;
    this.#faults.error("bad-anchors", path, { value: file, detail: `${line}: ${code}` });
    return [];
  }

  #resolver(text: string, path: KeyPath): readonly Upstream[] {
    const parsed = parseUpstream(text);
    if (parsed.ok) return [parsed.value];
    this.#faults.error(parsed.error, path, { value: text });
    return [];
  }

  #reports(hostname: DomainName): ReportsConfig {
    const raw = this.#raw.reports ?? {};
    const at = (key: string): KeyPath => ["reports", key];
    const contact = this.#mailbox(raw.contact, at("contact"));
    const from = this.#mailbox(raw.from, at("from")) ?? contact;
    const dkim = this.#dkim(contact, at);
    const wantsSending = raw.send ?? raw.contact !== undefined;
    if (wantsSending && raw.contact === undefined) this.#faults.error("reports-contact", at("send"));
    if (wantsSending && raw.contact !== undefined && raw.dkim_key === undefined) {
      this.#faults.warn("reports-unsigned", at("contact"));
    }
    const isComplete = wantsSending && contact !== undefined && from !== undefined;
    const organization = raw.organization ?? hostname;
    return {
      ...(isComplete
        ? { sender: { organization, contact, from, ...(dkim === undefined ? {} : { dkim }) } satisfies SenderSettings }
        : {}),
      ...(raw.dkim_key === undefined ? {} : { dkimKeyFile: this.#path(raw.dkim_key) }),
      ...(raw.inbox === undefined ? {} : { inbox: this.#path(raw.inbox) }),
      keepMs: this.#duration(raw.keep, defaults.reportsKeep, at("keep")),
    };
  }

  #mailbox(text: string | undefined, path: KeyPath): MailAddress | undefined {
    if (text === undefined) return undefined;
    const parsed = this.#take(parseAddress(text), "bad-mailbox", path, text);
    if (parsed === undefined || !(parsed.needsUtf8 || parsed.domain.startsWith("["))) return parsed;
    this.#faults.error("bad-mailbox", path, { value: text });
    return undefined;
  }

  /** RFC 8460 §3: reports by mail are signed by the reporting domain. */
  #dkim(contact: MailAddress | undefined, at: (key: string) => KeyPath): DkimKey | undefined {
    const { dkim_selector: selector, dkim_key: key, dkim_domain: name } = this.#raw.reports ?? {};
    if (selector === undefined && key === undefined && name === undefined) return undefined;
    if (selector === undefined || key === undefined) {
      this.#faults.error("dkim-incomplete", at(key === undefined ? "dkim_selector" : "dkim_key"));
      return undefined;
    }
    const signer = name === undefined ? contact?.domain : this.#domain(name, at("dkim_domain"));
    const privateKey = this.#privateKey(this.#path(key), at("dkim_key"));
    const parsed = this.#take(parseDomain(selector), "bad-domain", at("dkim_selector"), selector);
    if (signer === undefined || privateKey === undefined || parsed === undefined) return undefined;
    if (contact !== undefined && contact.domain !== signer && !isSubdomainOf(contact.domain, signer)) {
      this.#faults.error("dkim-domain", at("dkim_domain"), { value: signer, other: contact.domain });
    }
    return { domain: signer, selector: parsed, privateKey };
  }

  #privateKey(path: string, at: KeyPath): string | undefined {
    const pem = this.#around.read(path);
    if (pem === undefined) this.#faults.error("path-missing", at, { path });
    else if (!holdsPrivateKey(pem)) this.#faults.error("key-unreadable", at, { path });
    else return pem;
    return undefined;
  }

  #danger(): Config["danger"] {
    const raw = this.#raw.danger ?? {};
    const allowPrivateAddresses = raw.allow_private_addresses ?? false;
    if (allowPrivateAddresses) this.#faults.warn("danger-private", ["danger", "allow_private_addresses"]);
    const skipDnssec = raw.skip_dnssec ?? false;
    if (skipDnssec) this.#faults.warn("danger-dnssec", ["danger", "skip_dnssec"]);
    return {
      smtpPort: this.#count(raw.smtp_port, defaults.smtpPort, ["danger", "smtp_port"], 1, 65_535),
      httpsPort: this.#count(raw.https_port, defaults.httpsPort, ["danger", "https_port"], 1, 65_535),
      allowPrivateAddresses,
      skipDnssec,
    };
  }

  #policy(): Config["policy"] {
    const raw = this.#raw.policy ?? {};
    const authorities =
      raw.authorities === undefined ? undefined : this.#authorities(raw.authorities, false, ["policy", "authorities"]);
    const enforce = raw.enforce ?? "all";
    if (enforce === "report") this.#faults.warn("report-only", ["policy", "enforce"]);
    return {
      require: raw.require ?? "cleartext",
      mtaSts: raw.mta_sts ?? true,
      enforce,
      ...(authorities === undefined ? {} : { authorities }),
    };
  }

  #exceptions(): readonly Exception[] {
    return (this.#raw.exception ?? []).map(({ domain: pattern, level, until, why }, index) => {
      const at = (key: string): KeyPath => ["exception", index, key];
      if (why.trim() === "") this.#faults.error("exception-without-why", at("why"));
      if (level === "authenticated") this.#faults.warn("exception-lowers-nothing", at("level"));
      const end = this.#take(parseDate(until), "bad-date", at("until"), until) ?? 0;
      if (end !== 0 && end <= this.#around.now()) this.#faults.warn("exception-over", at("until"), { value: until });
      return { pattern: this.#pattern(pattern, at("domain")), level, until: end, why: why.trim() };
    });
  }

  #rules(): readonly Rule[] {
    return (this.#raw.rule ?? []).flatMap((raw, index) => {
      const at = (key: string): KeyPath => ["rule", index, key];
      const ca = raw.ca === undefined ? undefined : this.#authorities(raw.ca, raw.ca_exclusive ?? false, at("ca"));
      const parsed = parseRule({
        domain: raw.domain,
        ...(raw.require === undefined ? {} : { require: raw.require }),
        ...(raw.match === undefined ? {} : { match: raw.match }),
        ...(raw.route === undefined ? {} : { route: raw.route }),
        ...(ca === undefined ? {} : { ca }),
      });
      if (parsed.ok) return [parsed.value];
      this.#ruleFault(parsed.error, raw, at);
      return [];
    });
  }

  #ruleFault(fault: RuleFault, raw: NonNullable<RawConfig["rule"]>[number], at: (key: string) => KeyPath): void {
    switch (fault) {
      case "bad-pattern":
        return this.#faults.error(fault, at("domain"), { value: raw.domain });
      case "bad-match":
        return this.#faults.error(fault, at("match"), { value: (raw.match ?? []).join(", ") });
      case "bad-route":
        return this.#faults.error(fault, at("route"), { value: raw.route ?? "" });
      case "needs-authenticated":
        return this.#faults.error("rule-needs-authenticated", at("require"), { value: raw.require ?? "" });
    }
  }

  #publish(): Pick<Config, "publish"> {
    const raw = this.#raw.publish;
    if (raw === undefined) return {};
    const at = (key: string): KeyPath => ["publish", key];
    const seconds = (text: string | undefined, key: "max_age" | "ttl"): number | undefined =>
      text === undefined ? undefined : Math.floor(this.#duration(text, text, at(key)) / 1000);
    const [maxAgeSeconds, ttlSeconds] = [seconds(raw.max_age, "max_age"), seconds(raw.ttl, "ttl")];
    const parsed = parsePromises({
      domain: raw.domain,
      mx: raw.mx,
      ...(raw.mode === undefined ? {} : { mode: raw.mode }),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
      ...(raw.rua === undefined ? {} : { rua: raw.rua }),
      ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
      ...(raw.caa === undefined ? {} : { caa: raw.caa }),
    });
    if (!parsed.ok) {
      for (const fault of parsed.error) this.#promisesFault(fault);
      return {};
    }
    return {
      publish: {
        promises: parsed.value,
        certificates: (raw.certificates ?? []).map((file) => this.#path(file)),
        nextKeys: (raw.next_keys ?? []).map((file) => this.#path(file)),
      },
    };
  }

  #promisesFault({ code, key, value, index, min = 0, max = 0 }: PromisesFault): void {
    const path: KeyPath = ["publish", key, ...(index === undefined ? [] : [index])];
    switch (code) {
      case "bad-domain":
      case "bad-rua":
        return this.#faults.error(code, path, { value });
      case "no-mx":
        return this.#faults.error("publish-no-mx", path);
      case "too-many":
        return this.#faults.error("publish-too-many", path, { max });
      case "out-of-range":
        return this.#faults.error("publish-out-of-range", path, { value, min: String(min), max: String(max) });
    }
  }

  #pattern(text: string, path: KeyPath): string {
    return this.#take(parsePattern(text), "bad-pattern", path, text) ?? text;
  }

  /** Certificates of a PEM file, every one of them readable. */
  #authorities(file: string, exclusive: boolean, path: KeyPath): TrustedCas | undefined {
    const pem = this.#around.read(this.#path(file));
    if (pem === undefined) this.#faults.error("path-missing", path, { path: this.#path(file) });
    else {
      const authorities = authoritiesOf(pem, exclusive);
      if (authorities === undefined) this.#faults.error("bad-ca", path, { value: file });
      return authorities;
    }
    return undefined;
  }

  #domain(text: string, path: KeyPath): DomainName {
    return this.#take(parseDomain(text), "bad-domain", path, text) ?? unnamed;
  }

  #account(key: string, text: string): string {
    if (!/^(?:[a-z_][a-z0-9_.-]{0,31}|\d{1,10})$/i.test(text)) {
      this.#faults.error("bad-account-name", ["server", key], { value: text });
    }
    return text;
  }

  #endpoints(written: readonly string[] | undefined, key: string): readonly Endpoint[] {
    return (written ?? []).flatMap((text, index) => {
      const endpoint = this.#endpoint(text, ["listen", key, index]);
      return endpoint === undefined ? [] : [endpoint];
    });
  }

  #endpoint(text: string, path: KeyPath): Endpoint | undefined {
    return this.#take(parseEndpoint(text), "bad-endpoint", path, text);
  }

  #networks(written: readonly string[] | undefined): readonly Network[] {
    if (written === undefined) return loopbackNetworks;
    return written.flatMap((text, index) => {
      const network = this.#take(parseNetwork(text), "bad-network", ["listen", "local_clients", index], text);
      return network === undefined ? [] : [network];
    });
  }

  #duration(text: string | undefined, otherwise: string, path: KeyPath): number {
    return this.#take(parseDuration(text ?? otherwise), "bad-duration", path, text ?? otherwise) ?? 1;
  }

  #size(text: string | undefined, otherwise: number, path: KeyPath): number {
    return text === undefined ? otherwise : (this.#take(parseSize(text), "bad-size", path, text) ?? otherwise);
  }

  #count(value: number | undefined, otherwise: number, path: KeyPath, min: number, max: number): number {
    if (value !== undefined && (value < min || value > max))
      this.#faults.error("out-of-range", path, { value, min, max });
    return value ?? otherwise;
  }

  /** The value, or undefined with a fault told. */
  #take<T>(parsed: Result<T, string>, code: FaultCode, path: KeyPath, value: string): T | undefined {
    if (parsed.ok) return parsed.value;
    this.#faults.error(code, path, { value });
    return undefined;
  }

  #path(text: string): string {
    return resolve(dirname(this.#around.file), text);
  }
}

/** Certificate authorities out of a PEM file; undefined if it holds none, or one that cannot be read. */
export function authoritiesOf(pem: string, exclusive: boolean): TrustedCas | undefined {
  if (!holdsCertificates(pem)) return undefined;
  return { id: createHash("sha256").update(pem).digest("hex"), pem, exclusive };
}

function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0);
  } catch {
    return false;
  }
}

function holdsPrivateKey(pem: string): boolean {
  try {
    return ["rsa", "ed25519"].includes(createPrivateKey(pem).asymmetricKeyType ?? "");
  } catch {
    return false;
  }
}

/** Stands for a name that could not be read; a fault was told, so nobody will use it. */
const unnamed = domain("unnamed.invalid");

/** Ports 0 are free ones; `[::]` takes IPv4 too. */
function clash(a: Endpoint, b: Endpoint): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  const isAny = (at: Endpoint): boolean => at.address === "::" || at.address === "0.0.0.0";
  return a.address === b.address || isAny(a) || isAny(b);
}
