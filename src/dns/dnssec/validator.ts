/**
 * One question from beginning to end: the upstream is asked, each link of the way (CNAME, DNAME) is checked on its own, and at
 * the end stand the records, or their absence, or what went wrong. The answer is as good as its weakest link (MX-4).
 */
import { limits, type DnsStatus } from "../../base/index.ts";
import type { DnsFailure, RecordType } from "../types.ts";
import { rcodes, typeCode, typeName, type ResourceRecord, type WireName } from "../wire.ts";
import { standardSuite } from "./algorithms.ts";
import { askFor, type Asking } from "./cuts.ts";
import { validatorLimits } from "./limits.ts";
import { sectionsOf, whatIsSaid, type Sections } from "./message.ts";
import { reason } from "./reasons.ts";
import type { ProofStep, StatusReason, Validated, Validator, ValidatorOptions } from "./types.ts";
import { makeValidated } from "./validated.ts";
import { Voucher, type Absence, type Finding } from "./vouch.ts";
import { Work } from "./work.ts";
import { Zones, type Rules } from "./zones.ts";

export function createValidator(options: ValidatorOptions): Validator {
  return createValidatorUnder(
    { suite: standardSuite, nsec3IterationsMax: validatorLimits.nsec3IterationsMax },
    options,
  );
}

/** Under other rules than today's: for replays of answers from times when others were in force. */
export function createValidatorUnder(rules: Rules, options: ValidatorOptions): Validator {
  const zones = new Zones(options, rules);
  const { ask, clock } = options;
  return {
    async resolve(name, type) {
      const code = codeIn(type);
      const way = new Way(name, code === undefined ? type : typeName(code), code ?? 0);
      if (code === undefined) return way.fails("indeterminate", noSuchType, "malformed");
      try {
        const now = Math.floor(clock.now() / 1000);
        const asking: Asking = { ...rules, ask, now, work: new Work(clock), remembered: zones.remembered };
        return await follow(way, asking, new Voucher(zones, asking));
      } catch (error) {
        // A fault of the program's own is no answer, and never an absence (MX-2).
        const text = `The question could not be worked on (${String(error).replaceAll(/[^\x20-\x7e]/g, "?")}).`;
        return way.fails("indeterminate", reason("no-answer", text), "network");
      }
    },
  };
}

/** One type has one name, however it was written (RFC 3597 §5). */
function codeIn(type: RecordType): number | undefined {
  try {
    return typeCode(type);
  } catch {
    return undefined;
  }
}

async function follow(way: Way, asking: Asking, voucher: Voucher): Promise<Validated> {
  for (;;) {
    const known = voucher.absenceKnown(way.owner, way.code);
    if (known !== undefined) return absent(way, known);
    const asked = await askFor(way.owner, way.type, asking);
    if (!asked.ok) return way.fails(asked.fault.status, asked.fault.reason, asked.fault.failure ?? "network");
    const ended = await read(way, sectionsOf(asked.message), voucher);
    if (ended !== undefined) return ended;
  }
}

/** Goes as far as one message leads; undefined if the way goes on behind it. */
async function read(way: Way, sections: Sections, voucher: Voucher): Promise<Validated | undefined> {
  const asked = way.owner;
  way.rcode = sections.message.rcode;
  for (;;) {
    const saying = whatIsSaid(sections, asked, way.owner, way.code);
    switch (saying.kind) {
      case "ask":
        return undefined;
      case "referral":
        return way.fails("indeterminate", notRecursive, "refused");
      case "none": {
        const said = saying.nxdomain ? "nxdomain" : "nodata";
        return absent(way, await voucher.absence(way.owner, way.code, said, sections.authorities));
      }
      case "records": {
        // Of an alias that was asked for, NXDOMAIN may speak of the name that it leads to (RFC 6604 §3).
        if (sections.message.rcode === rcodes.nxdomain && way.code !== types.cname)
          return way.fails("indeterminate", contradiction, "malformed");
        for (const set of saying.sets) {
          const finding =
            set.code === types.rrsig
              ? { ...unsignable, ttlSeconds: set.ttlSeconds }
              : await voucher.records(set, sections.authorities, "answer");
          const failed = way.adds(finding);
          if (failed !== undefined) return failed;
        }
        return way.ends(
          "records",
          saying.sets.flatMap((set) => set.records),
        );
      }
      case "false-alias": {
        const finding = await voucher.records(saying.set, sections.authorities, "alias");
        return way.adds(finding) ?? way.fails("bogus", falseAlias, "bogus");
      }
      case "alias":
      case "made-alias": {
        const failed = way.adds(await voucher.records(saying.set, sections.authorities, "alias"));
        if (failed !== undefined) return failed;
        const { target } = saying;
        if (target === undefined) return way.fails("indeterminate", tooLong, "rcode");
        if (saying.kind === "made-alias" && isAnswer(way.code, sections, asked, target)) {
          const { ttlSeconds } = saying.set;
          return way.ends("records", [{ name: way.owner, ttlSeconds, data: { type: "CNAME", target } }]);
        }
        const stopped = way.turns(target);
        if (stopped !== undefined) return stopped;
      }
    }
  }
}

function absent(way: Way, absence: Absence): Validated {
  way.rcode = absence.kind === "nxdomain" ? rcodes.nxdomain : rcodes.noerror;
  return way.adds(absence) ?? way.ends(absence.kind, []);
}

/**
 * RFC 6672 §3.2: behind a DNAME the search goes on for any type, CNAME too; where nobody went on, the CNAME that the DNAME makes is
 * what was asked for.
 */
function isAnswer(code: number, sections: Sections, asked: WireName, target: WireName): boolean {
  if (code !== types.cname && code !== types.any) return false;
  return whatIsSaid(sections, asked, target, code).kind === "ask";
}

/** The way so far: the names passed, and the worst and least of all links. */
class Way {
  readonly type: RecordType;
  readonly code: number;
  rcode = 0;
  readonly #name: WireName;
  readonly #passed: WireName[] = [];
  #owner: WireName;
  #status: DnsStatus = "secure";
  #reason: StatusReason | undefined;
  #ttlSeconds: number = limits.dnsTtlMaxSeconds;
  readonly #proof = new Set<ProofStep>();

  constructor(name: WireName, type: RecordType, code: number) {
    this.#name = name;
    this.#owner = name;
    this.type = type;
    this.code = code;
  }

  get owner(): WireName {
    return this.#owner;
  }

  /** Adds what was found about one link; the end of the way if it is one. */
  adds(finding: Finding): Validated | undefined {
    for (const step of finding.proof) this.#proof.add(step);
    if (finding.status === "bogus" || finding.status === "indeterminate") {
      return this.fails(finding.status, finding.reason, finding.failure ?? "bogus");
    }
    this.#ttlSeconds = Math.min(this.#ttlSeconds, finding.ttlSeconds);
    if (this.#reason === undefined || this.#status === "secure") this.#reason = finding.reason;
    if (finding.status === "insecure") this.#status = "insecure";
    return undefined;
  }

  /** Goes on at an alias's target. */
  turns(target: WireName): Validated | undefined {
    this.#passed.push(this.#owner);
    if (this.#passed.includes(target) || this.#passed.length > limits.cnameChainMax) {
      return this.fails(
        "indeterminate",
        reason("chain-too-long", "The aliases lead in a circle, or too far."),
        "chain-too-long",
      );
    }
    this.#owner = target;
    return undefined;
  }

  ends(kind: "records" | "nodata" | "nxdomain", records: readonly ResourceRecord[]): Validated {
    return this.#make(kind, this.#status, this.#reason ?? unreached, this.#ttlSeconds, records);
  }

  fails(status: "bogus" | "indeterminate", why: StatusReason, failure: DnsFailure): Validated {
    return this.#make("failure", status, why, limits.dnsFailureTtlSeconds, [], failure);
  }

  #make(
    kind: Validated["kind"],
    status: DnsStatus,
    why: StatusReason,
    ttlSeconds: number,
    records: readonly ResourceRecord[],
    failure?: DnsFailure,
  ): Validated {
    return makeValidated({
      name: this.#name,
      type: this.type,
      status,
      kind,
      rcode: this.rcode,
      records,
      owner: this.#owner,
      aliases: this.#owner === this.#name ? [] : [...this.#passed],
      ttlSeconds,
      reason: why,
      proof: [...this.#proof],
      ...(failure === undefined ? {} : { failure }),
    });
  }
}

const types = { cname: 5, rrsig: 46, any: typeCode("ANY") } as const;
const unsignable = {
  status: "insecure",
  reason: reason("not-signable", "Signatures are not signed themselves: nothing proves that these are all, or true."),
  proof: [],
} as const;
const tooLong = reason("chain-too-long", "A DNAME makes a name that is too long.");
const noSuchType = reason("unreadable-answer", "There is no record type of that name.");
const unreached = reason("no-answer", "Nothing was found.");
const notRecursive = reason("no-answer", "The upstream referred to other servers instead of asking them.");
const contradiction = reason("unreadable-answer", "The answer has records of a name that it says does not exist.");
const falseAlias = reason("alias-mismatch", "The alias is not what the zone's DNAME or CNAME makes of the name.");
