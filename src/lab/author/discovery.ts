/**
 * Which key is the recipient's. He who takes whatever he is given seals for whoever has answered him; a careful author takes what is proven:
 *
 *   pinned   a key that he has had before, from the recipient himself
 *   dns      OPENPGPKEY (RFC 7929), if DNSSEC vouches for the answer, validated in process. An answer that fails is no absence, and ends the
 *            search: somebody, or something broken, is between. One that nobody vouches for is passed over
 *   web      Web Key Directory, from a server that proves its name by WebPKI. It is the last place: whatever fails here ends the search
 *
 * Where none is proven he does not send. A careless author differs in one point: he takes an answer that nobody vouches for.
 */
import type { PublicKey } from "openpgp";
import { err, ok, type DomainName, type Instant, type Result } from "../../base/index.ts";
import { wireName, type Validated, type WireName } from "../../dns/index.ts";
import type { Author, KeySource } from "../../threats/index.ts";
import { readStrangersKey, type Keys } from "./keys.ts";
import { keyPages, openpgpkeyName, type KeyPage } from "./published.ts";

/** Who is asked. */
export interface Directory {
  query(name: WireName, type: "OPENPGPKEY"): Promise<Validated>;
  /** Over HTTPS, from a server that has proven its name; `no-host`: there is no such name. */
  get(host: DomainName, path: string): Promise<Result<Uint8Array, WebFault>>;
}

export type WebFault = "no-host" | "unproven" | "unavailable";

export interface FoundKey {
  readonly key: PublicKey;
  readonly from: KeySource;
}

/** Why he keeps the message. */
export type Kept =
  /** The DNS answer fails: it is false, or could not be had. */
  | "dns-failed"
  | "web-unproven"
  | "web-unavailable"
  /** What is published there is no key for the address. */
  | "bad-key"
  | "nowhere";

export interface Wanted {
  readonly local: string;
  readonly domain: DomainName;
  /** What he has from the recipient himself. */
  readonly pinned: Pick<Keys, "open">;
  readonly now: Instant;
}

export type FindKey = (directory: Directory, wanted: Wanted, author: Author) => Promise<Result<FoundKey, Kept>>;

/** Never rejects, if the directory does not. */
export const findKey: FindKey = async (directory, wanted, author) => {
  for (const source of author.keys) {
    const found = await lookIn(source, directory, wanted, author);
    if (found !== "pass-over") return found;
  }
  return err("nowhere");
};

type Looked = Result<FoundKey, Kept> | "pass-over";

function lookIn(source: KeySource, directory: Directory, wanted: Wanted, author: Author): Promise<Looked> {
  switch (source) {
    case "pinned":
      return Promise.resolve(ok({ key: wanted.pinned.open, from: "pinned" }));
    case "dns":
      return inDns(directory, wanted, author);
    case "web":
      return onWeb(directory, wanted);
  }
}

/** RFC 7929 §5: a key counts only from an answer that DNSSEC has proven. */
async function inDns(directory: Directory, wanted: Wanted, author: Author): Promise<Looked> {
  const answer = await directory.query(wireName(openpgpkeyName(wanted.local, wanted.domain)), "OPENPGPKEY");
  if (answer.kind === "failure") return err("dns-failed");
  if (answer.kind !== "records" || (answer.status !== "secure" && author.isCareless !== true)) return "pass-over";
  const [data] = answer.records.flatMap((record) => (record.data.type === "OPENPGPKEY" ? [record.data] : []));
  return data === undefined ? "pass-over" : asFound(data.key, "dns", wanted);
}

async function onWeb(directory: Directory, wanted: Wanted): Promise<Looked> {
  const { advanced, direct } = keyPages(wanted.local, wanted.domain);
  const get = ({ host, path }: KeyPage): Promise<Result<Uint8Array, WebFault>> => directory.get(host, path);
  const first = await get(advanced);
  // WKD §3.1: the direct method, only where the sub-domain does not exist.
  const page = !first.ok && first.error === "no-host" ? await get(direct) : first;
  if (page.ok) return asFound(page.value, "web", wanted);
  switch (page.error) {
    case "no-host":
      return "pass-over";
    case "unproven":
      return err("web-unproven");
    case "unavailable":
      return err("web-unavailable");
  }
}

async function asFound(octets: Uint8Array, from: KeySource, { local, domain: of, now }: Wanted): Promise<Looked> {
  const key = await readStrangersKey(octets, `${local}@${of}`, now);
  return key.ok ? ok({ key: key.value, from }) : err("bad-key");
}
