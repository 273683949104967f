/** What the configuration says about listening and sending, in the terms of `intake` and `delivery`. */
import { networkInterfaces } from "node:os";
import { ip, type DomainName, type Envelope, type IpAddress } from "../base/index.ts";
import { deliveryDefaults, type DeliverySettings } from "../delivery/index.ts";
import type { ListenerSettings } from "../intake/index.ts";
import { findRule } from "../policy/index.ts";
import { parseLanguage, type Language } from "../words/index.ts";
import type { Config, LanguageRule } from "./config/types.ts";

export function listenersOf({ listen }: Config): readonly ListenerSettings[] {
  return [
    ...listen.submissions.map((at) => ({ kind: "submissions", at }) as const),
    ...listen.submission.map((at) => ({ kind: "submission", at }) as const),
    ...listen.local.map((at) => ({ kind: "local", at, clients: listen.localClients }) as const),
  ];
}

export function deliverySettings(config: Config): DeliverySettings {
  const { server, delivery, danger } = config;
  return {
    ...deliveryDefaults,
    ...delivery,
    hostname: server.hostname,
    ownNames: [...new Set<DomainName>([server.hostname, delivery.heloName])],
    ownAddresses: ownAddresses(config),
    rules: config.rules,
    exceptions: config.exceptions,
    defaultRequire: config.policy.require,
    enforce: config.policy.enforce,
    memoryTerms: config.memory,
    ...(config.policy.authorities === undefined ? {} : { authorities: config.policy.authorities }),
    smtpPort: danger.smtpPort,
    allowPrivateAddresses: danger.allowPrivateAddresses,
    logAddresses: config.log.addresses,
    languageOf: (envelope) => languageOf(config, envelope),
  };
}

/** MX-6: addresses at which mail sent to the MX port would come back to this very relay. */
function ownAddresses(config: Config): readonly IpAddress[] {
  const at = listenersOf(config).filter((listener) => listener.at.port === config.danger.smtpPort);
  const isAny = at.some(({ at: { address } }) => address === "0.0.0.0" || address === "::");
  const local = isAny ? Object.values(networkInterfaces()).flatMap((list) => list ?? []) : [];
  const plain = local.map(({ address }) => address).filter((address) => !address.includes("%"));
  return [...new Set([...at.map((listener) => listener.at.address), ...plain.map((address) => ip(address))])];
}

/** The sender's account says it, or else a rule for its domain, or else the relay's own. */
function languageOf(config: Config, { from, language }: Pick<Envelope, "from" | "language">): Language {
  const ofUser = language === undefined ? undefined : parseLanguage(language);
  if (ofUser !== undefined) return ofUser;
  const ofDomain: LanguageRule | undefined = from === null ? undefined : findRule(config.languages, from.domain);
  return ofDomain?.language ?? config.language;
}
