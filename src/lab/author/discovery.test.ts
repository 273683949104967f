/** Where a careful author takes a key from, and where he stops. What the DNS and the web say is set here; that they say it, the lab shows. */
import { beforeAll, describe, expect, test } from "vitest";
import { domain, err, ok, type Result } from "../../base/index.ts";
import { wireName, type Validated } from "../../dns/index.ts";
import { systemClock } from "../../system/index.ts";
import type { Author } from "../../threats/index.ts";
import { findKey, type Directory, type Kept, type WebFault } from "./discovery.ts";
import { makeKeys, type Keys } from "./keys.ts";

const now = systemClock.now();
const of = domain("victim.example");
const careful: Author = { keys: ["dns", "web"] };
const careless: Author = { keys: ["dns", "web"], isCareless: true };
let keys: Readonly<Record<"pinned" | "dns" | "web", Keys>>;
let others: Keys;

beforeAll(async () => {
  const [pinned, dns, web] = await Promise.all([1, 2, 3].map(() => makeKeys(["bob@victim.example"], now)));
  if (pinned === undefined || dns === undefined || web === undefined) throw new Error("no keys");
  keys = { pinned, dns, web };
  others = await makeKeys(["mallory@attacker.example"], now);
});

type InDns = "secure" | "insecure" | "bogus" | "no-answer" | "none" | "rubbish" | "of-another";
type OnWeb = "there" | "rubbish" | WebFault;

function answer(says: InDns): Validated {
  const name = wireName(of);
  const key = says === "rubbish" ? new Uint8Array(40) : says === "of-another" ? others.published : keys.dns.published;
  const common = {
    name,
    type: "OPENPGPKEY",
    rcode: 0,
    owner: name,
    aliases: [],
    ttlSeconds: 60,
    proof: [],
    records: [],
  };
  const shapes = {
    bogus: { ...common, kind: "failure", status: "bogus" },
    "no-answer": { ...common, kind: "failure", status: "indeterminate" },
    none: { ...common, kind: "nodata", status: "secure" },
    known: {
      ...common,
      kind: "records",
      status: says === "insecure" ? "insecure" : "secure",
      records: [{ name, ttlSeconds: 60, data: { type: "OPENPGPKEY", key } }],
    },
  } as const;
  // Only the validator makes true ones; the shape is all that is looked at here.
  return (says === "bogus" || says === "no-answer" || says === "none"
    ? shapes[says]
    : shapes.known) as unknown as Validated;
}

function directory(inDns: InDns, advanced: OnWeb, direct: OnWeb = "no-host"): Directory & { readonly asked: string[] } {
  const asked: string[] = [];
  const page = (says: OnWeb): Result<Uint8Array, WebFault> => {
    if (says === "there") return ok(keys.web.published);
    return says === "rubbish" ? ok(new Uint8Array(40)) : err(says);
  };
  return {
    asked,
    query: () => (asked.push("dns"), Promise.resolve(answer(inDns))),
    get: (host) => (asked.push(host), Promise.resolve(page(host === of ? direct : advanced))),
  };
}

async function found(where: Directory, author: Author): Promise<string> {
  const result = await findKey(where, { local: "bob", domain: of, pinned: keys.pinned, now }, author);
  if (!result.ok) return result.error;
  const whose = Object.values(keys).find(({ open }) => open.getFingerprint() === result.value.key.getFingerprint());
  expect(whose).toBe(keys[result.value.from]);
  return result.value.from;
}

describe("RFC 7929 §5: a careful author takes a key from the DNS only where DNSSEC vouches for it", () => {
  test.each<[inDns: InDns, onWeb: OnWeb, careful: "dns" | "web" | Kept, careless: "dns" | "web" | Kept]>([
    ["secure", "there", "dns", "dns"],
    // That nobody vouches for it is no absence of a key, but it is no key either.
    ["insecure", "there", "web", "dns"],
    ["insecure", "no-host", "nowhere", "dns"],
    // What fails is no absence: whoever could make him look elsewhere would choose where.
    ["bogus", "there", "dns-failed", "dns-failed"],
    ["no-answer", "there", "dns-failed", "dns-failed"],
    ["none", "there", "web", "web"],
    ["none", "unproven", "web-unproven", "web-unproven"],
    ["none", "unavailable", "web-unavailable", "web-unavailable"],
    ["none", "no-host", "nowhere", "nowhere"],
    ["rubbish", "there", "bad-key", "bad-key"],
    ["of-another", "there", "bad-key", "bad-key"],
    ["none", "rubbish", "bad-key", "bad-key"],
  ])("DNS %s, web %s: %s; a careless one: %s", async (inDns, onWeb, expected, otherwise) => {
    expect(await found(directory(inDns, onWeb), careful)).toBe(expected);
    expect(await found(directory(inDns, onWeb), careless)).toBe(otherwise);
  });

  test("who has the key already asks nobody", async () => {
    const where = directory("secure", "there");
    expect(await found(where, { keys: ["pinned", "dns", "web"] })).toBe("pinned");
    expect(where.asked).toEqual([]);
  });
});

test.each<[advanced: OnWeb, direct: OnWeb, expected: "web" | Kept, asked: number]>([
  ["no-host", "there", "web", 2],
  ["no-host", "no-host", "nowhere", 2],
  ["no-host", "unproven", "web-unproven", 2],
  // Only a name that does not exist leads to the other place.
  ["unproven", "there", "web-unproven", 1],
  ["unavailable", "there", "web-unavailable", 1],
  ["rubbish", "there", "bad-key", 1],
])("WKD §3.1: the advanced method says %s, the direct one %s: %s", async (advanced, direct, expected, asked) => {
  const where = directory("none", advanced, direct);
  expect(await found(where, { keys: ["web"] })).toBe(expected);
  expect(where.asked).toHaveLength(asked);
});
