/** `[dns]`: who is asked, and what is believed. */
import { readAnchors, type TrustAnchor, type Upstream } from "../../dns/index.ts";
import type { KeyPath } from "./positions.ts";
import type { Reader } from "./reader.ts";
import type { DnsConfig } from "./types.ts";
import { formatEndpoint, isLoopback, parseUpstream } from "./values.ts";

export function dnsOf(reader: Reader): DnsConfig {
  const raw = reader.raw.dns ?? {};
  const written = raw.resolvers?.flatMap((text, index) => upstreamOf(reader, text, ["dns", "resolvers", index]));
  const resolvers: readonly Upstream[] = written ?? reader.around.systemResolvers();
  if (resolvers.length === 0 && (raw.resolvers ?? []).length === 0)
    reader.faults.error("no-resolver", ["dns", "resolvers"]);
  const trustAd = raw.trust_ad ?? false;
  const remote = resolvers.find(({ tls, address }) => tls === undefined && !isLoopback(address));
  if (trustAd && remote !== undefined) {
    reader.faults.error("trust-ad-remote", ["dns", "trust_ad"], { value: formatEndpoint(remote) });
  }
  const anchors = (raw.anchors ?? []).flatMap((file, index) => anchorsIn(reader, file, ["dns", "anchors", index]));
  return { resolvers, trustAd, anchors };
}

/** Trust anchors of a file, every one of them readable. */
function anchorsIn(reader: Reader, file: string, path: KeyPath): readonly TrustAnchor[] {
  const text = reader.around.read(reader.path(file));
  if (text === undefined) {
    reader.faults.error("path-missing", path, { path: reader.path(file) });
    return [];
  }
  const anchors = readAnchors(text);
  if (anchors.ok) return anchors.value;
  const { line, code } = anchors.error;
  reader.faults.error("bad-anchors", path, { value: file, detail: `${line}: ${code}` });
  return [];
}

function upstreamOf(reader: Reader, text: string, path: KeyPath): readonly Upstream[] {
  const parsed = parseUpstream(text);
  if (parsed.ok) return [parsed.value];
  reader.faults.error(parsed.error, path, { value: text });
  return [];
}
