import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeKeys } from "../../test/support/x509.ts";
import { domain, type Instant } from "../base/index.ts";
import type { TlsaRecord } from "../dns/index.ts";
import {
  emptyLedger,
  enter,
  hostLedger,
  ledgerText,
  nextStep,
  parseLedger,
  publishLimits,
  readKey,
  refusalToSwitch,
  tlsaOf,
  type KeyFact,
  type Ledger,
  type Looked,
} from "./index.ts";

const host = domain("mx.example.org");
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

function key(kind: "p256" | "rsa2048" = "p256"): KeyFact {
  const read = readKey(makeKeys(kind).publicKey.export({ type: "spki", format: "pem" }).toString());
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const [old, fresh, newest, rsa] = [key(), key(), key(), key("rsa2048")];
const sha512 = ({ spki }: KeyFact): TlsaRecord => ({
  ...tlsaOf(old),
  matching: 2,
  association: createHash("sha512").update(spki).digest(),
});

function out(records: readonly TlsaRecord[], ttlSeconds = 3600): Looked<TlsaRecord> {
  return { kind: "records", status: "secure", records, ttlSeconds };
}
const of = (...keys: readonly KeyFact[]): Looked<TlsaRecord> => out(keys.map(tlsaOf));
const failed: Looked<TlsaRecord> = { kind: "failed", status: "bogus", detail: "because" };
const unsigned: Looked<TlsaRecord> = { kind: "records", status: "insecure", records: [tlsaOf(old)], ttlSeconds: 3600 };

/** One host over time: each look is entered, and the step after it told. */
class Watch {
  ledger: Ledger = emptyLedger;
  now: Instant = start;
  live: readonly KeyFact[] = [old];
  next: readonly KeyFact[] = [fresh];
  ttlSeconds = 3600;

  look(tlsa: Looked<TlsaRecord>, laterMs = 0): ReturnType<typeof nextStep> {
    this.now += laterMs;
    this.ledger = enter(this.ledger, this.now, [{ host, tlsa, live: this.live }]);
    return nextStep({ ...this.#facts(tlsa), next: this.next });
  }

  refusal(tlsa: Looked<TlsaRecord>, wanted = fresh): ReturnType<typeof refusalToSwitch> {
    return refusalToSwitch(this.#facts(tlsa), wanted);
  }

  #facts(tlsa: Looked<TlsaRecord>) {
    const { now, live, ttlSeconds } = this;
    return { now, host, live, tlsa, ttlSeconds, ledger: hostLedger(this.ledger, host) };
  }
}

test("trap 32, RFC 7671 §8.1: a whole roll-over, from the first record to the next key but one", () => {
  const watch = new Watch();
  watch.next = [];
  expect(watch.look({ kind: "none", status: "secure" })).toEqual({ code: "publish-current", keys: [old] });
  expect(watch.look(of(old), hour)).toEqual({ code: "make-next" });
  watch.next = [fresh];
  expect(watch.look(of(old), hour)).toEqual({ code: "publish-next", keys: [fresh] });
  const published = watch.now + hour;
  expect(watch.look(of(old, fresh), hour)).toEqual({ code: "wait-to-switch", until: published + 2 * hour });
  expect(watch.look(of(old, fresh), 2 * hour - 1)).toEqual({ code: "wait-to-switch", until: published + 2 * hour });
  expect(watch.look(of(old, fresh), 1)).toEqual({ code: "switch", since: published });
  watch.live = [fresh];
  const switched = watch.now + hour;
  expect(watch.look(of(old, fresh), hour)).toMatchObject({ code: "wait-to-remove", until: switched + 2 * hour });
  expect(watch.look(of(old, fresh), 2 * hour)).toEqual({ code: "remove-old", records: [tlsaOf(old)] });
  expect(watch.look(of(fresh), hour)).toEqual({ code: "settled" });
  watch.next = [newest];
  expect(watch.look(of(fresh), hour)).toEqual({ code: "publish-next", keys: [newest] });
});

describe("trap 32: a switch is refused", () => {
  test.each<
    readonly [tlsa: Looked<TlsaRecord>, seenHoursAgo: number | undefined, refusal: string | undefined, why: string]
  >([
    [of(old), undefined, "not-published", "the record is not out"],
    [{ kind: "none", status: "secure" }, undefined, "not-published", "no record is out at all"],
    [of(old, fresh), 0, "too-soon", "it is seen for the first time"],
    [of(old, fresh), 1, "too-soon", "one TTL"],
    [of(old, fresh), 2, undefined, "two TTLs"],
    [of(fresh), 2, undefined, "the old record need not be there for the new key to be known"],
    [failed, 100, "unknown", "a lookup that failed proves nothing, however long ago it was seen"],
    [unsigned, 100, "unknown", "nobody takes notice of unsigned records"],
    [
      out([tlsaOf(old), tlsaOf(fresh), sha512(old)]),
      0,
      "not-published",
      "RFC 7671 §9: only the strongest digest counts, and it is there for the old key alone",
    ],
    [out([sha512(old), sha512(fresh)]), 2, undefined, "SHA-512 does as well"],
    [out([{ ...tlsaOf(fresh), usage: 1 }]), 2, "not-published", "PKIX-EE is no promise to mail"],
  ])("%#: seen %s hours ago: %s: %s", (tlsa, seenHoursAgo, refusal) => {
    const watch = new Watch();
    if (seenHoursAgo !== undefined && tlsa.kind === "records") watch.look({ ...tlsa, status: "secure" });
    watch.now += (seenHoursAgo ?? 0) * hour;
    expect(watch.refusal(tlsa)?.code).toBe(refusal);
  });

  test("but not of a key that the server shows already: a renewal with the same key changes nothing", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    expect(watch.refusal(of(old, fresh), old)).toBe(undefined);
  });

  test("and says when it will be allowed", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    watch.now += hour;
    expect(watch.refusal(of(old, fresh))).toEqual({
      code: "too-soon",
      key: fresh,
      seenAt: start,
      allowedAt: start + 2 * hour,
    });
  });

  test("of two keys, one for RSA (trap 15), each waits for itself", () => {
    const watch = new Watch();
    watch.next = [fresh, rsa];
    watch.look(of(old, fresh));
    watch.look(of(old, fresh, rsa), hour);
    watch.now += hour;
    expect(watch.refusal(of(old, fresh, rsa))).toBe(undefined);
    expect(watch.refusal(of(old, fresh, rsa), rsa)?.code).toBe("too-soon");
    expect(watch.look(of(old, fresh, rsa))).toMatchObject({ code: "wait-to-switch", until: start + 3 * hour });
  });
});

describe("what the wait is measured by", () => {
  test("a record that was gone for one look waits anew", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    watch.look(of(old), hour);
    expect(watch.look(of(old, fresh), hour)).toMatchObject({ until: start + 4 * hour });
  });

  test("a set that was unsigned for one look waits anew", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    watch.look({ ...of(old, fresh), status: "insecure" } as Looked<TlsaRecord>, hour);
    expect(watch.look(of(old, fresh), hour)).toMatchObject({ until: start + 4 * hour });
  });

  test("a look that failed changes nothing", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    expect(watch.look(failed, hour)).toMatchObject({ code: "unknown", why: "failed" });
    expect(watch.look(of(old, fresh), hour)).toMatchObject({ code: "switch" });
  });

  test("a longer TTL than the operator's counts, and so does one that was shortened a while ago", () => {
    const watch = new Watch();
    watch.look(out([tlsaOf(old)], 86_400));
    // The set of before may be in caches for a day more, whatever the new one says.
    expect(watch.look(out([tlsaOf(old), tlsaOf(fresh)], 300), hour)).toMatchObject({ until: start + 49 * hour });
    expect(watch.look(out([tlsaOf(old), tlsaOf(fresh)], 300), 48 * hour)).toMatchObject({ code: "switch" });
  });

  test("a clock that was set back makes the wait longer, never shorter", () => {
    const watch = new Watch();
    watch.look(of(old, fresh));
    watch.now -= 10 * hour;
    expect(watch.refusal(of(old, fresh))).toMatchObject({ allowedAt: watch.now + 2 * hour });
  });

  test("never is a switch allowed before two TTLs of unbroken presence, whatever was seen", () => {
    const look = fc.record({
      laterMs: fc.integer({ min: 0, max: 3 * hour }),
      tlsa: fc.oneof(
        fc.constant(failed),
        fc.constant(unsigned),
        fc.constant<Looked<TlsaRecord>>({ kind: "none", status: "secure" }),
        fc
          .record({ withNext: fc.boolean(), ttl: fc.integer({ min: 1, max: 7200 }) })
          .map(({ withNext, ttl }) => out([tlsaOf(old), ...(withNext ? [tlsaOf(fresh)] : [])], ttl)),
      ),
    });
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 20 }), (looks) => {
        const watch = new Watch();
        let [since, longest]: [Instant | undefined, number] = [undefined, 0];
        for (const { tlsa, laterMs } of looks) {
          watch.look(tlsa, laterMs);
          if (tlsa.kind === "failed") continue;
          const isOut = tlsa.kind === "records" && tlsa.status === "secure" && tlsa.records.length > 1;
          since = isOut ? (since ?? watch.now) : undefined;
          longest = Math.max(3600, isOut ? tlsa.ttlSeconds : 0);
          const waited = since === undefined ? -1 : watch.now - since;
          if (watch.refusal(tlsa) === undefined) expect(waited).toBeGreaterThanOrEqual(2000 * longest);
        }
      }),
    );
  });
});

describe("the ledger on disk", () => {
  const watch = new Watch();
  watch.look(of(old, fresh));
  const text = ledgerText(watch.ledger);

  test("is read as it was written", () => {
    expect(parseLedger(text)).toEqual({ ok: true, value: watch.ledger });
  });

  test.each<readonly [text: string, why: string]>([
    ["", "empty: a write that never came to be"],
    ["{}", "no version"],
    [text.replace('"version": 1', '"version": 2'), "a version to come"],
    [text.slice(0, -20), "cut off"],
    [text.replace(/"firstSeenAt": \d+/, '"firstSeenAt": "long ago"'), "a time that is none"],
    [text.replace(/"firstSeenAt": \d+/, '"firstSeenAt": -1'), "before time began"],
    [text.replace("mx.example.org", "-"), "a host that is none"],
    [" ".repeat(publishLimits.ledgerMaxChars + 1), "too long"],
  ])("%# is an error, and never an empty ledger: %s", (spoilt) => {
    expect(parseLedger(spoilt)).toEqual({ ok: false, error: "unreadable" });
  });

  test("whatever the file holds, it is a ledger or an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (spoilt) => {
        const parsed = parseLedger(spoilt);
        if (parsed.ok) expect(parseLedger(ledgerText(parsed.value))).toEqual(parsed);
      }),
    );
  });

  test("of a host with hundreds of records it remembers as many as it can read again", () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ ...tlsaOf(old), association: Buffer.alloc(32, `${at}`) }));
    const full = enter(emptyLedger, start, [{ host, tlsa: out(many), live: undefined }]);
    expect(parseLedger(ledgerText(full))).toEqual({ ok: true, value: full });
  });
});
