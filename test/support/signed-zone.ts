/** The lab's signed zones, with a key and a time of validity for tests that care for neither, and an honest resolver over them. */
import { classIn, typeCode, typeName, type Message, type RecordData, type WireName } from "../../src/dns/index.ts";
import { LabZone, recursorOver, wire, type Nsec3Parameters } from "../../src/lab/dnssec/index.ts";
import { makeKey, type SigningAlgorithm, type SigningKey, type Validity } from "./signer.ts";

export { wire, type Nsec3Parameters };

export interface ZoneOptions {
  /** `A` records and the like by owner; a name without a final dot is below the zone, `@` is the zone itself. */
  readonly records?: Readonly<Record<string, readonly RecordData[]>>;
  /** Absent: the zone is not signed. */
  readonly signing?: {
    readonly algorithm?: SigningAlgorithm;
    readonly nsec3?: Nsec3Parameters;
    readonly validity?: Validity;
    readonly keys?: readonly SigningKey[];
  };
  readonly ttlSeconds?: number;
}

/** Signatures of tests are good for the whole of 2026, in which the manual clock stands. */
export const goodYear: Validity = { inception: Date.UTC(2025, 11, 1) / 1000, expiration: Date.UTC(2027, 0, 1) / 1000 };

const keysMade = new Map<string, SigningKey>();

/** One key for each zone and algorithm, made once: RSA keys take their time. */
function keyFor(zone: WireName, algorithm: SigningAlgorithm): SigningKey {
  const id = algorithm === 8 || algorithm === 10 ? `${algorithm}` : `${algorithm} ${zone}`;
  const key = keysMade.get(id) ?? makeKey(algorithm);
  keysMade.set(id, key);
  return key;
}

export class SignedZone extends LabZone {
  constructor(name: string, { signing, ...rest }: ZoneOptions) {
    const { keys = [keyFor(wire(name), signing?.algorithm ?? 13)], validity = goodYear, nsec3 } = signing ?? {};
    super(
      name,
      signing === undefined
        ? rest
        : { ...rest, signing: { keys, validity, ...(nsec3 === undefined ? {} : { nsec3 }) } },
    );
  }
}

/** A recursive resolver over zones, as an upstream answers with DO and CD set. */
export function recursor(zones: readonly SignedZone[]): (name: WireName, type: string) => Message {
  const resolve = recursorOver(zones);
  return (name, type) => reply(name, type, resolve(name, type));
}

export function reply(name: WireName, type: string, parts: Partial<Message> = {}): Message {
  return {
    id: 0,
    response: true,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: true,
    authenticData: false,
    checkingDisabled: true,
    rcode: 0,
    questions: [{ name, type: typeName(typeCode(type)), class: classIn }],
    answers: [],
    authorities: [],
    additionals: [],
    ...parts,
  };
}
