/** From what an operator wrote to what the program uses. Pure: files that the configuration names come in through `read`. */
import { limits, type DomainName } from "../../base/index.ts";
import { defaultLanguage } from "../../words/index.ts";
import { dnsOf } from "./dns.ts";
import type { Faults } from "./faults.ts";
import { checkDoors, listenOf, usersOf } from "./listen.ts";
import { exceptionsOf, policyOf, rulesOf } from "./policy.ts";
import type { KeyPath } from "./positions.ts";
import { publishOf } from "./publish.ts";
import { Reader, type Surroundings } from "./reader.ts";
import { reportsOf } from "./reports.ts";
import type { RawConfig } from "./schema.ts";
import type { Config, DeliveryConfig, LimitsConfig } from "./types.ts";

const defaults = {
  lifetime: "5d",
  retryFirst: "5m",
  retryMax: "4h",
  deliveries: 200,
  deliveriesPerDestination: 20,
  storyKeep: "14d",
  patience: "24h",
  smtpPort: 25,
  httpsPort: 443,
} as const;

/** Always gives a Config; it is of use only if no error was found. */
export function interpret(raw: RawConfig, around: Surroundings, faults: Faults): Config {
  const reader = new Reader(raw, around, faults);
  const hostname = reader.hostname(raw.server.hostname, ["server", "hostname"]);
  const listen = listenOf(reader);
  checkDoors(reader, listen);
  return {
    file: reader.around.file,
    language: raw.language ?? defaultLanguage,
    server: {
      hostname,
      data: reader.path(raw.server.data),
      ...(raw.server.user === undefined ? {} : { user: account(reader, "user", raw.server.user) }),
      ...(raw.server.group === undefined ? {} : { group: account(reader, "group", raw.server.group) }),
    },
    listen,
    ...(raw.tls === undefined
      ? {}
      : { tls: { certificate: reader.path(raw.tls.certificate), key: reader.path(raw.tls.key) } }),
    users: usersOf(reader),
    limits: limitsOf(reader),
    delivery: deliveryOf(reader, hostname),
    dns: dnsOf(reader),
    policy: policyOf(reader),
    memory: {
      remember: raw.memory?.remember ?? true,
      patienceMs: reader.duration(raw.memory?.patience, defaults.patience, ["memory", "patience"]),
      afterwards: raw.memory?.then ?? "bounce",
    },
    rules: rulesOf(reader),
    exceptions: exceptionsOf(reader),
    ...publishOf(reader),
    languages: (raw.notices ?? []).map(({ domain, language }, index) => ({
      pattern: reader.pattern(domain, ["notices", index, "domain"]),
      language,
    })),
    reports: reportsOf(reader, hostname),
    story: { keepMs: reader.duration(raw.story?.keep, defaults.storyKeep, ["story", "keep"]) },
    log: {
      level: raw.log?.level ?? "info",
      format: raw.log?.format ?? "json",
      addresses: raw.log?.addresses ?? false,
    },
    danger: dangerOf(reader),
  };
}

function account(reader: Reader, key: string, text: string): string {
  if (!/^(?:[a-z_][a-z0-9_.-]{0,31}|\d{1,10})$/i.test(text)) {
    reader.faults.error("bad-account-name", ["server", key], { value: text });
  }
  return text;
}

function limitsOf(reader: Reader): LimitsConfig {
  const raw = reader.raw.limits ?? {};
  return {
    messageMaxBytes: reader.size(raw.message_size, limits.messageMaxBytes, ["limits", "message_size"]),
    recipientsMax: reader.count(raw.recipients, limits.recipientsMax, ["limits", "recipients"], 1, 100_000),
    connectionsMax: reader.count(raw.connections, limits.connectionsMax, ["limits", "connections"], 1, 100_000),
    connectionsPerClientMax: reader.count(
      raw.connections_per_client,
      limits.connectionsPerClientMax,
      ["limits", "connections_per_client"],
      1,
      100_000,
    ),
  };
}

function deliveryOf(reader: Reader, hostname: DomainName): DeliveryConfig {
  const raw = reader.raw.delivery ?? {};
  const at = (key: string): KeyPath => ["delivery", key];
  const lifetimeMs = reader.duration(raw.lifetime, defaults.lifetime, at("lifetime"));
  const retryFirstMs = reader.duration(raw.retry_first, defaults.retryFirst, at("retry_first"));
  const retryMaxMs = reader.duration(raw.retry_max, defaults.retryMax, at("retry_max"));
  if (!reader.faults.hasErrors && (retryFirstMs > retryMaxMs || retryFirstMs > lifetimeMs)) {
    reader.faults.error("retry-order", at("retry_first"));
  }
  return {
    lifetimeMs,
    retryFirstMs,
    retryMaxMs,
    connections: reader.count(raw.connections, defaults.deliveries, at("connections"), 1, 10_000),
    connectionsPerDestination: reader.count(
      raw.connections_per_destination,
      defaults.deliveriesPerDestination,
      at("connections_per_destination"),
      1,
      1000,
    ),
    heloName: raw.helo_name === undefined ? hostname : reader.hostname(raw.helo_name, at("helo_name")),
  };
}

function dangerOf(reader: Reader): Config["danger"] {
  const raw = reader.raw.danger ?? {};
  const allowPrivateAddresses = raw.allow_private_addresses ?? false;
  if (allowPrivateAddresses) reader.faults.warn("danger-private", ["danger", "allow_private_addresses"]);
  const skipDnssec = raw.skip_dnssec ?? false;
  if (skipDnssec) reader.faults.warn("danger-dnssec", ["danger", "skip_dnssec"]);
  return {
    smtpPort: reader.count(raw.smtp_port, defaults.smtpPort, ["danger", "smtp_port"], 1, 65_535),
    httpsPort: reader.count(raw.https_port, defaults.httpsPort, ["danger", "https_port"], 1, 65_535),
    allowPrivateAddresses,
    skipDnssec,
  };
}
