/** CAA records by our own resolver (RFC 8659); as text, for they are told and not gone by. */
import type { DomainName } from "../base/index.ts";
import { rdataText, wireName, type ValidatingResolver } from "../dns/index.ts";
import type { Looked } from "../publish/index.ts";

/** Never rejects if the resolver keeps its promise. */
export async function lookUpCaa(
  resolver: Pick<ValidatingResolver, "query">,
  name: DomainName,
): Promise<Looked<string>> {
  const { kind, status, records, ttlSeconds, reason } = await resolver.query(wireName(name), "CAA");
  if (status === "bogus" || status === "indeterminate") return { kind: "failed", status, detail: reason.text };
  if (kind !== "records") return { kind: "none", status };
  return { kind: "records", status, records: records.map(({ data }) => rdataText(data)), ttlSeconds };
}
