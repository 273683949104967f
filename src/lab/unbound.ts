/** The configuration of Debian's unbound, wherever one is started beside the lab: as others' resolver, or as the one to be compared with. */
import type { TrustAnchor } from "../dns/index.ts";

export interface UnboundTerms {
  /** `127.0.0.1@5353`. */
  readonly interfaces: readonly string[];
  readonly directory: string;
  readonly anchors: readonly string[];
  /** False: a forwarder that believes all. */
  readonly validates: boolean;
  /** More lines of `server:`. */
  readonly server?: readonly string[];
  /** `forward-zone:`, `stub-zone:` and whatever else stands behind `server:`. */
  readonly rest: string;
}

export function unboundConfig({ interfaces, directory, anchors, validates, server = [], rest }: UnboundTerms): string {
  const lines = [
    ...interfaces.map((at) => `interface: ${at}`),
    `directory: "${directory}"`,
    'chroot: ""',
    'username: ""',
    `pidfile: "${directory}/unbound.pid"`,
    "use-syslog: no",
    'logfile: ""',
    "verbosity: 0",
    "do-ip6: no",
    "do-daemonize: no",
    "num-threads: 1",
    "do-not-query-localhost: no",
    `module-config: "${validates ? "validator iterator" : "iterator"}"`,
    "trust-anchor-signaling: no",
    "root-key-sentinel: no",
    // What one question brought must not answer another: each is judged by its own proof.
    "aggressive-nsec: no",
    "qname-minimisation: no",
    ...server,
    ...(validates ? anchors.map((anchor) => `trust-anchor: ". IN DS ${anchor}"`) : []),
  ];
  return `server:\n${lines.map((line) => `  ${line}\n`).join("")}${rest}`;
}

export function forwardAll(to: { readonly address: string; readonly port: number }): string {
  return `forward-zone:\n  name: "."\n  forward-addr: ${to.address}@${to.port}\n`;
}

/** Of the root: `20326 8 2 E06D…`, as it stands behind `IN DS`. */
export function anchorData({ keyTag, algorithm, digestType, digest }: TrustAnchor): string {
  return `${keyTag} ${algorithm} ${digestType} ${Buffer.from(digest).toString("hex").toUpperCase()}`;
}
