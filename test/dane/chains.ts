/**
 * Chains and TLSA records made up from dice: authorities above a leaf, things that are wrong with any of them, what of it is
 * presented and in which order, and what DNS says. Mostly right, so that what is wrong is what decides.
 */
import type { TlsaRecord } from "../../src/dns/index.ts";
import { tlv } from "../../src/lab/der.ts";
import { spoilt, tlsa } from "../../src/tls/dane/records.cases.ts";
import type { Dice } from "../differential/dice.ts";
import {
  dnsName,
  directoryName,
  extension,
  makeCa,
  makeCertificate,
  makeKeys,
  purposes,
  usage,
  type KeyKind,
  type Keys,
  type Made,
  type MakeOptions,
} from "../support/x509.ts";

/** What every client looks for: the TLSA base domain. */
export const wantedName = "mx.example.org";

export interface Case {
  readonly number: number;
  /** What was done to it, for a report. */
  readonly marks: readonly string[];
  readonly leaf: Made;
  /** What is presented behind the leaf. */
  readonly others: readonly Made[];
  readonly records: readonly TlsaRecord[];
}

/** Every certificate that a case knows of. */
interface Cast {
  readonly leaf: Made;
  /** The authorities, the leaf's issuer first, the root last. */
  readonly line: readonly Made[];
  /** Others: of another line, of the same names, other certificates of the same keys. */
  readonly extras: readonly Made[];
}

export function makeCase(number: number, dice: Dice): Case {
  const marks: string[] = [];
  const keyIdentifiers = dice.chance(0.85);
  if (!keyIdentifiers) marks.push("no key identifiers");
  const cast = makeCast(dice, marks, keyIdentifiers);
  const others = present(cast, dice, marks);
  return { number, marks, leaf: cast.leaf, others, records: publish(cast, dice, marks) };
}

type Flaw = readonly [name: string, options: MakeOptions];

const critical = extension("2a0304", true, Buffer.from([0x05, 0x00]));
const permitted = [dnsName("example.org")];
const flawsOfAuthorities: readonly Flaw[] = [
  ["run out", { fromDays: -9, toDays: -2 }],
  ["of the future", { fromDays: 3 }],
  ["no basic constraints", { ca: undefined as never }],
  ["CA flag false", { ca: false }],
  ["may not sign", { keyUsage: [usage.cRLSign] }],
  ["no key usage", { keyUsage: undefined as never }],
  ["for clients", { purposes: [purposes.client] }],
  ["for servers", { purposes: [purposes.server] }],
  ["for anything", { purposes: [purposes.any] }],
  ["path length 0", { pathLength: 0 }],
  ["path length 1", { pathLength: 1 }],
  ["names permitted", { permitted }],
  ["names permitted elsewhere", { permitted: [dnsName("example.com")] }],
  ["names excluded", { excluded: permitted }],
  ["names excluded elsewhere", { excluded: [dnsName("example.com")] }],
  ["subjects permitted elsewhere", { permitted: [directoryName("somebody")] }],
  ["critical unknown", { extensions: [critical] }],
  ["version 1", { version: 1 }],
  ["SHA-1", { hash: "sha1" }],
  ["SHA-512", { hash: "sha512" }],
];
const flawsOfLeaves: readonly Flaw[] = [
  ["run out", { fromDays: -9, toDays: -2 }],
  ["of the future", { fromDays: 3 }],
  ["another name", { names: ["mx.example.com"] }],
  ["a wildcard", { names: ["*.example.org"] }],
  ["a wildcard elsewhere", { names: ["*.example.com", "*.mx.example.org"] }],
  ["no name", { names: [] }],
  ["a common name", { names: [], commonName: wantedName }],
  ["a common name beside a DNS name", { names: ["x.example.org"], commonName: wantedName }],
  [
    "a common name beside an address",
    { names: [], commonName: wantedName, otherNames: [tlv(0x87, Buffer.from([10, 0, 0, 1]))] },
  ],
  ["several names", { names: ["a.example.org", wantedName] }],
  ["for clients", { purposes: [purposes.client] }],
  ["for servers", { purposes: [purposes.client, purposes.server] }],
  ["for anything", { purposes: [purposes.any] }],
  ["key signs TLS", { keyUsage: [usage.digitalSignature] }],
  ["key signs lists", { keyUsage: [usage.cRLSign] }],
  ["an authority", { ca: true, keyUsage: [usage.keyCertSign, usage.digitalSignature] }],
  ["critical unknown", { extensions: [critical] }],
  ["SHA-1", { hash: "sha1" }],
  ["version 1", { version: 1 }],
];

/** Keys are dear (RSA most of all), and who has which matters to nobody: some stand ready for each kind. */
const ready = new Map<KeyKind, Keys[]>();
const readyOfEach = 12;

function keysFor(dice: Dice, marks: string[]): Keys {
  const kind = dice.weigh<KeyKind>([
    [60, "p256"],
    [10, "p384"],
    [24, "rsa2048"],
    [4, "ed25519"],
    [2, "rsa1024"],
  ]);
  if (kind === "rsa1024") marks.push("RSA of 1024 bits");
  const keys = ready.get(kind) ?? [];
  ready.set(kind, keys);
  const at = dice.below(readyOfEach);
  return (keys[at] ??= makeKeys(kind));
}

function makeCast(dice: Dice, marks: string[], keyIdentifiers: boolean): Cast {
  const length = dice.weigh([
    [10, 0],
    [35, 1],
    [35, 2],
    [15, 3],
    [5, 4],
  ]);
  const flawAt = dice.chance(0.5) ? dice.below(length + 1) : -1;
  const second = dice.chance(0.1) ? dice.below(length + 1) : -1;
  const pickFlaw = (at: number): MakeOptions => {
    if (at !== flawAt && at !== second) return {};
    const [name, options] = dice.pick(at === 0 ? flawsOfLeaves : flawsOfAuthorities);
    marks.push(`${at === 0 ? "leaf" : `authority ${at}`}: ${name}`);
    return options;
  };
  const line: Made[] = [];
  const extras: Made[] = [];
  // From the root, which has the highest number, down.
  for (let at = length; at > 0; at--) {
    const issuer = line[0];
    const keys = keysFor(dice, marks);
    const selfIssued = issuer !== undefined && dice.chance(0.08);
    const commonName = selfIssued ? issuer.commonName : `CA ${at}`;
    if (selfIssued) marks.push(`authority ${at}: of its issuer's name`);
    const options: MakeOptions = { commonName, keys, keyIdentifiers, ...(issuer && { issuer }), ...pickFlaw(at) };
    const made = makeCa(options);
    if (dice.chance(0.15)) extras.push(makeTwin(made, options, dice, marks, at));
    line.unshift(made);
  }
  const leaf = makeLeaf(line, { keyIdentifiers, ...pickFlaw(0) }, dice, marks);
  extras.push(makeCa({ commonName: dice.pick(["Junk", "CA 1", "CA 2"]), keys: keysFor(dice, []) }));
  if (dice.chance(0.2))
    extras.push(makeCertificate({ commonName: "Another leaf", names: [wantedName], keys: keysFor(dice, []) }));
  return { leaf, line, extras };
}

/** Another certificate of the same name: signed by somebody else (crossed), renewed, or with another key (an impostor). */
function makeTwin(made: Made, options: MakeOptions, dice: Dice, marks: string[], at: number): Made {
  const kind = dice.pick(["crossed", "renewed", "run out", "impostor"]);
  marks.push(`authority ${at}: a twin, ${kind}`);
  switch (kind) {
    case "crossed":
      return makeCa({ ...options, issuer: makeCa({ commonName: "Other root", keys: keysFor(dice, []) }) });
    case "renewed":
      return makeCa({
        commonName: made.commonName,
        keys: made.keys,
        ...(options.issuer && { issuer: options.issuer }),
      });
    case "run out":
      return makeCa({ ...options, fromDays: -20, toDays: -10 });
    default:
      return makeCa({ ...options, keys: makeKeys("p256") });
  }
}

function makeLeaf(line: readonly Made[], flaw: MakeOptions, dice: Dice, marks: string[]): Made {
  const [issuer] = line;
  const forged = issuer !== undefined && dice.chance(0.06);
  if (forged) marks.push("leaf: forged");
  const options = { names: [wantedName], keys: keysFor(dice, marks), ...(issuer && { issuer }), ...flaw };
  return makeCertificate({ ...options, ...(forged && { signingKeys: makeKeys(issuer.keys.kind) }) });
}

function present({ line, extras }: Cast, dice: Dice, marks: string[]): readonly Made[] {
  const root = line.at(-1);
  let shown = [...line];
  if (root !== undefined && dice.chance(0.35)) {
    marks.push("without the root");
    shown.pop();
  }
  if (shown.length > 0 && dice.chance(0.12)) {
    marks.push("one missing");
    shown.splice(dice.below(shown.length), 1);
  }
  for (const extra of extras) if (dice.chance(0.6)) shown.splice(dice.below(shown.length + 1), 0, extra);
  if (shown.length > 0 && dice.chance(0.1)) shown.push(dice.pick(shown));
  if (dice.chance(0.25)) {
    marks.push("shuffled");
    shown = shown
      .map((made) => ({ made, at: dice.below(1000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ made }) => made);
  }
  return shown;
}

function publish({ leaf, line, extras }: Cast, dice: Dice, marks: string[]): readonly TlsaRecord[] {
  const count = dice.weigh([
    [60, 1],
    [25, 2],
    [15, 4],
  ]);
  return Array.from({ length: count }, () => {
    const of = dice.weigh<Made>([
      [20, leaf],
      [55, line.length === 0 ? leaf : dice.pick(line)],
      [15, dice.pick(extras)],
      [10, line.at(-1) ?? leaf],
    ]);
    const usageNumber =
      of === leaf
        ? dice.weigh([
            [70, 3],
            [30, 2],
          ])
        : dice.weigh([
            [92, 2],
            [8, 3],
          ]);
    const record = tlsa(
      `${usageNumber} ${dice.below(2)} ${dice.weigh([
        [25, 0],
        [50, 1],
        [25, 2],
      ])}`,
      of,
    );
    if (!dice.chance(0.08)) return record;
    marks.push("a record spoilt");
    return dice.chance(0.7) ? spoilt(record) : { ...record, association: record.association.subarray(1) };
  });
}
