/** The author in the lab: one for a world, with a key of his own that every recipient knows. */
import { domain, err, ok, type DomainName, type Result } from "../../base/index.ts";
import type { Author, KeySource } from "../../threats/index.ts";
import {
  findKey,
  makeKeys,
  openDirectory,
  sealMessage,
  type DirectoryTerms,
  type Draft,
  type Kept,
  type Keys,
  type Sealed,
} from "../author/index.ts";
import { another, victim } from "./act.ts";
import type { Correspondence } from "./site.ts";
import type { LabPorts } from "./types.ts";

/** The local parts of those who get mail. */
export const correspondents: readonly string[] = [victim.to, another.to];

export interface LabAuthor {
  /** Those who get mail at a domain, with a key of their own. */
  correspondenceWith(name: DomainName): Promise<Correspondence>;
  /** Looks for the key, and seals; the error is why the message is not sent. */
  write(draft: Draft, terms: WriteTerms): Promise<Result<Sealed & { readonly key: KeySource }, Kept>>;
}

export interface WriteTerms {
  readonly how: Author;
  /** What he would have from the recipient himself. */
  readonly pinned: Keys;
  readonly world: Pick<DirectoryTerms, "nameserver" | "anchors" | "httpsPort" | "authorityPem">;
}

export async function openAuthor(ports: LabPorts): Promise<LabAuthor> {
  const { clock, makeToken } = ports;
  const parts = { findKey, openDirectory, ...ports.author };
  const own = await makeKeys([victim.from, another.from], clock.now());
  return {
    async correspondenceWith(name) {
      const addresses = correspondents.map((local) => `${local}@${name}`);
      return { locals: correspondents, keys: await makeKeys(addresses, clock.now()), author: own };
    },
    async write(draft, { how, pinned, world }) {
      const directory = parts.openDirectory({ ...ports, ...world });
      try {
        const [local = "", at = ""] = draft.to.split("@");
        const wanted = { local, domain: domain(at), pinned, now: clock.now() };
        const found = await parts.findKey(directory, wanted, how);
        if (!found.ok) return err(found.error);
        const terms = { to: found.value.key, by: own.secret, now: clock.now(), makeToken };
        return ok({ ...(await sealMessage(draft, terms)), key: found.value.from });
      } finally {
        await directory.close();
      }
    },
  };
}
