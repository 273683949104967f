/**
 * Somebody between the sender and its name server who forges one answer, so that mail goes to a server of his own. That server has a
 * genuine certificate by an authority that the sender trusts, for its own name: anybody can have one.
 *
 * Where answers are signed a forgery has to be dressed up, and none of these dresses should fool anyone:
 *
 *   bare            no signature at all
 *   old-signature   the signature of the true answer, left in place
 *   own-key         a signature by a key of his own, and that key as if it were the zone's
 *   unsigned-zone   no signature, and nothing of the zone's keys and DS records, as if it were not signed
 */
import { domain, isIpv6, type DomainName, type Endpoint } from "../../base/index.ts";
import {
  rcodes,
  wireName,
  type Message,
  type Question,
  type RecordData,
  type ResourceRecord,
} from "../../dns/index.ts";
import { makeKey, signSet, type Validity } from "../dnssec/index.ts";
import { startReceiver } from "../receiver.ts";
import { handingOn } from "./handing-on.ts";
import {
  attacker,
  type AttackDeps,
  type Attacker,
  type AttackId,
  type AttackTarget,
  type StartAttack,
} from "./types.ts";

/** What is forged: the data of this name, of its own type. */
export interface Lie {
  readonly name: DomainName;
  readonly data: RecordData;
}

/** `at`: where the attacker's server is; `host`: its name. */
export type MakeLie = (target: AttackTarget, own: { readonly at: Endpoint; readonly host: DomainName }) => Lie;

/** `handsOn`: he hands on whatever comes to him, and keeps a copy. */
export function poisoner(
  id: AttackId,
  makeLie: MakeLie,
  handsOn: "everything" | "whom-he-spares" = "whom-he-spares",
): Attacker {
  const ways = dressNames.map((name) => [name, poisoning(makeLie, name, handsOn)] as const);
  return attacker(id, Object.fromEntries(ways), "dns");
}

export function addressData({ address }: Endpoint): RecordData {
  return { type: isIpv6(address) ? "AAAA" : "A", address };
}

/** The attacker's server: each victim is led to a name of its own in his domain, which is not signed. */
export function attackerHost(victim: DomainName): DomainName {
  const label = victim.replaceAll(".", "-");
  return domain(`${label.length <= labelMaxChars ? label : victim}.${attackerDomain}`);
}

const labelMaxChars = 63;

export const attackerDomain = domain("attacker.example");

/** Somebody who forges answers about names of one domain. */
export interface Forging {
  /** How often he has told something else than the truth. */
  readonly strikes: number;
  leave(): void;
}

export function forging(deps: AttackDeps, target: AttackTarget, lies: readonly Lie[], dressName: DressName): Forging {
  const dress = dresses[dressName](deps, target);
  let strikes = 0;
  const leave = deps.dns.meddle((truth, question) => {
    const lie = lies.find(({ name, data }) => isAbout(question, name) && question.type === data.type);
    const beside = isAbout(question, target.domain) ? (dress.beside?.(truth, question) ?? truth) : truth;
    const told = lie === undefined ? beside : answerWith(truth, dress.forged(recordOf(lie), truth));
    if (told !== truth) strikes++;
    return told;
  });
  return {
    get strikes() {
      return strikes;
    },
    leave,
  };
}

function poisoning(makeLie: MakeLie, dressName: DressName, handsOn: "everything" | "whom-he-spares"): StartAttack {
  return async (deps, target) => {
    const { net, clock, authority, dns } = deps;
    const host = attackerHost(target.domain);
    const credentials = authority.issue({ names: [host] });
    const onMessage = handingOn(deps, handsOn === "everything" ? { ...target, spares: () => true } : target);
    const server = await startReceiver({ net, clock, at: target.at, hostname: host, credentials, onMessage });
    const own = { at: server.endpoint, host };
    // In his own domain he says what he likes.
    const leave = dns.meddle((truth, question) => {
      if (!isAbout(question, host)) return truth;
      const record = recordOf({ name: host, data: addressData(own.at) });
      return answerWith(truth, question.type === record.data.type ? [record] : []);
    });
    const forged = forging(deps, target, [makeLie(target, own)], dressName);
    return {
      endpoint: server.endpoint,
      captured: () =>
        server.received().map(({ from, to, content, tls }) => ({ from, to, content, tls: tls !== undefined })),
      get counts() {
        return { ...server.counts, strikes: forged.strikes };
      },
      close() {
        leave();
        forged.leave();
        return server.close();
      },
    };
  };
}

interface Dress {
  /** The forged record with what is put beside it. */
  forged(record: ResourceRecord, truth: Message): readonly ResourceRecord[];
  /** What else about the domain is told otherwise. */
  beside?(truth: Message, question: Question): Message;
}

type MakeDress = (deps: AttackDeps, target: AttackTarget) => Dress;

export type DressName = "bare" | "old-signature" | "own-key" | "unsigned-zone";

export const dressNames: readonly DressName[] = ["bare", "old-signature", "own-key", "unsigned-zone"];

const dresses: Readonly<Record<DressName, MakeDress>> = {
  bare: () => ({ forged: (record) => [record] }),
  "old-signature": () => ({
    forged: (record, truth) => [record, ...truth.answers.filter(({ data }) => data.type === "RRSIG")],
  }),
  "own-key": ({ clock }, target) => {
    const zone = wireName(target.domain);
    const key = makeKey(ecdsaP256);
    const sign = (record: ResourceRecord): readonly ResourceRecord[] => [
      record,
      signSet([record], { zone, key, validity: aDayAround(clock.now()) }),
    ];
    const keyRecord = { name: zone, ttlSeconds: lieTtlSeconds, data: key.data };
    return {
      forged: sign,
      beside: (truth, { type }) => (type === "DNSKEY" ? answerWith(truth, sign(keyRecord)) : truth),
    };
  },
  "unsigned-zone": () => ({
    forged: (record) => [record],
    // Where there is nothing to hide, the proof that there is nothing serves him best.
    beside: (truth, { type }) =>
      (type === "DNSKEY" || type === "DS") && truth.answers.length > 0 ? answerWith(truth, []) : truth,
  }),
};

const ecdsaP256 = 13;
const daySeconds = 86_400;
const lieTtlSeconds = 60;

function aDayAround(now: number): Validity {
  const seconds = Math.floor(now / 1000);
  return { inception: seconds - daySeconds, expiration: seconds + daySeconds };
}

function isAbout({ name }: Question, asked: DomainName): boolean {
  return name === wireName(asked);
}

function recordOf({ name, data }: Lie): ResourceRecord {
  return { name: wireName(name), ttlSeconds: lieTtlSeconds, data };
}

function answerWith(truth: Message, answers: readonly ResourceRecord[]): Message {
  return { ...truth, rcode: rcodes.noerror, authenticData: false, answers, authorities: [] };
}
