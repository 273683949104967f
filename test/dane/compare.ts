/**
 * Ours beside OpenSSL and GnuTLS on chains made up from dice. Each chain is presented by a real TLS server; ours meets it by the
 * handshake of a delivery (`startTls`) and OpenSSL by `s_client`; GnuTLS is given the certificates.
 *
 * Where we accept and a peer does not, the peer is asked once more, about the record that matched and no more certificates than our
 * path needs. If it then says what we say, the two disagree about searching a heap for a path, not about the path.
 */
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { domain, ip, type Result } from "../../src/base/index.ts";
import type { TlsaRecord } from "../../src/dns/index.ts";
import {
  matchDane,
  startTls,
  usableTlsa,
  type AuthorizedChannel,
  type DaneFailure,
  type DaneMatch,
  type TlsFailure,
} from "../../src/tls/index.ts";
import { createDice } from "../differential/dice.ts";
import { manualClock } from "../support/clock.ts";
import type { Made } from "../support/x509.ts";
import { makeCase, wantedName, type Case } from "./chains.ts";
import { explainPeer } from "./explained-peers.ts";
import { startGnutls, type Gnutls, type GnutlsVerdict } from "./peers/gnutls.ts";
import { askOpenssl, type OpensslVerdict } from "./peers/openssl.ts";

export type Peer = "OpenSSL" | "GnuTLS (DANE-EE)" | "GnuTLS (DANE-TA)";

export interface Judged {
  readonly ours: Result<DaneMatch, DaneFailure>;
  readonly openssl: OpensslVerdict;
  readonly gnutls: GnutlsVerdict;
}

export interface Difference {
  readonly peer: Peer;
  readonly made: Case;
  readonly judged: Judged;
  /** The peer says what we say once nothing is presented and published but what our path needs. */
  readonly agreesOnPath: boolean;
  /** Why we refuse: each reason that comes first once one of the presented certificates is left out, and the first of all. */
  readonly failures: readonly DaneFailure[];
  readonly text: string;
}

export interface Report {
  readonly chains: number;
  readonly accepted: number;
  /** How often each fault was ours. */
  readonly faults: ReadonlyMap<string, number>;
  /** How often each explanation held. */
  readonly explained: ReadonlyMap<string, number>;
  readonly unexplained: readonly Difference[];
}

const atOnce = 3;

export async function compareChains(
  { chains, seed }: { readonly chains: number; readonly seed: number },
  onDifference: (difference: Difference, explanation: string | undefined) => void = () => {},
): Promise<Report> {
  const gnutls = startGnutls();
  const faults = new Map<string, number>();
  const explained = new Map<string, number>();
  const unexplained: Difference[] = [];
  let accepted = 0;
  let next = 0;
  const compare = async (made: Case): Promise<void> => {
    const judged = await judge(made, gnutls);
    if (judged.ours.ok) accepted++;
    else count(faults, judged.ours.error.fault);
    const differing = differences(made, judged);
    if (differing.length === 0) return;
    const bare = judged.ours.ok ? pathAlone(made, judged.ours.value) : made;
    const left = differences(bare, await judge(bare, gnutls)).map(({ peer }) => peer);
    for (const { peer, said } of differing) {
      const agreesOnPath = !left.includes(peer);
      const failures = failuresOf(made);
      const difference = { peer, made, judged, agreesOnPath, failures, text: tell(made, judged, peer, said) };
      const explanation = explainPeer(difference);
      onDifference(difference, explanation);
      if (explanation === undefined) unexplained.push(difference);
      else count(explained, explanation);
    }
  };
  const work = async (): Promise<void> => {
    while (next < chains) {
      const number = next++;
      await compare(makeCase(number, createDice(seed, `${number}`)));
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    gnutls.close();
  }
  return { chains, accepted, faults, explained, unexplained };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

async function judge(made: Case, gnutls: Gnutls): Promise<Judged> {
  const { leaf, others, records } = made;
  const chain = [leaf, ...others];
  const ours = ask(made);
  const server = createServer({
    key: leaf.keys.privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: chain.map(({ pem }) => pem).join(""),
    ciphers: "DEFAULT:@SECLEVEL=0",
  });
  server.on("secureConnection", (socket) => socket.on("error", () => {}).resume());
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const shaken = await shake(port, records);
    if ((shaken.ok ? undefined : shaken.error.fault) !== (ours.ok ? undefined : ours.error.fault)) {
      const says = JSON.stringify(shaken.ok || shaken.error);
      throw new Error(`chain ${made.number}: the handshake says ${says}, the matcher ${JSON.stringify(ours)}`);
    }
    const [openssl, verdict] = await Promise.all([
      askOpenssl(port, wantedName, records),
      gnutls.ask(
        wantedName,
        chain.map(({ der }) => der),
        records,
      ),
    ]);
    return { ours, openssl, gnutls: verdict };
  } finally {
    server.close();
  }
}

function ask({ leaf, others, records }: Case): Judged["ours"] {
  const chain = [leaf, ...others].map(({ x509 }) => x509);
  return matchDane({ records, chain, names: [wantedName], now: Date.now() });
}

async function shake(port: number, records: readonly TlsaRecord[]): Promise<Result<AuthorizedChannel, TlsFailure>> {
  const stream = connect({ host: "127.0.0.1", port });
  stream.on("error", () => {});
  await once(stream, "connect");
  const endpoint = { address: ip("127.0.0.1"), port };
  const host = domain(wantedName);
  const proof = { kind: "dane", base: host, records, names: [wantedName], mxProven: true } as const;
  const result = await startTls(
    { stream, local: endpoint, remote: endpoint },
    { host, level: "authenticated", proof },
    { clock: manualClock(Date.now()) },
  );
  if (!result.ok) return result;
  result.value.channel.stream.destroy();
  return { ok: true, value: result.value.channel };
}

function failuresOf(made: Case): readonly DaneFailure[] {
  const fewer = made.others.map((_, at) => ({ ...made, others: made.others.toSpliced(at, 1) }));
  return [made, ...fewer].map(ask).flatMap((verdict) => (verdict.ok ? [] : [verdict.error]));
}

/** The record that matched, and what has to be presented for it in the order of the path: all else is taken away. */
function pathAlone(made: Case, match: DaneMatch): Case {
  let alone: Case = { ...made, records: [match.record] };
  for (const other of made.others.toReversed()) {
    const fewer = { ...alone, others: alone.others.toSpliced(alone.others.lastIndexOf(other), 1) };
    const verdict = ask(fewer);
    if (verdict.ok && verdict.value.depth === match.depth) alone = fewer;
  }
  return { ...alone, others: inOrder(made.leaf, alone.others) };
}

function inOrder(leaf: Made, certificates: readonly Made[]): readonly Made[] {
  const ordered: Made[] = [];
  let left = certificates;
  for (let below = leaf; left.length > 0;) {
    const issuer =
      left.find(({ x509 }) => below.x509.checkIssued(x509) && below.x509.verify(x509.publicKey)) ?? left[0];
    if (issuer === undefined) break;
    ordered.push(issuer);
    left = left.filter((one) => one !== issuer);
    below = issuer;
  }
  return ordered;
}

function differences({ records }: Case, { ours, openssl, gnutls }: Judged): readonly { peer: Peer; said: string }[] {
  const found: { peer: Peer; said: string }[] = [];
  if (ours.ok !== openssl.accepted || (ours.ok && openssl.depth !== ours.value.depth)) {
    const said = openssl.accepted ? `accepted at depth ${openssl.depth}` : `refused: ${openssl.reason}`;
    found.push({ peer: "OpenSSL", said });
  }
  const byLeaf = ours.ok && ours.value.record.usage === 3;
  if (gnutls.ee !== null && byLeaf !== gnutls.ee) {
    found.push({ peer: "GnuTLS (DANE-EE)", said: gnutls.ee ? "accepted" : "refused" });
  }
  // Where a DANE-EE record matched we look for no path.
  if (gnutls.ta !== null && !byLeaf && usableTlsa(records).some(({ usage }) => usage === 2) && ours.ok !== gnutls.ta) {
    const statuses = gnutls.ta_status.map((status) => `0x${(status >>> 0).toString(16)}`).join(", ");
    found.push({ peer: "GnuTLS (DANE-TA)", said: gnutls.ta ? "accepted" : `refused: ${statuses || "no anchor"}` });
  }
  return found;
}

function tell({ number, marks, records }: Case, { ours }: Judged, peer: Peer, said: string): string {
  const kinds = records.map(({ usage, selector, matching }) => `${usage} ${selector} ${matching}`).join(", ");
  const we = ours.ok ? `accepted at depth ${ours.value.depth}` : `${ours.error.fault}: ${ours.error.detail}`;
  return `chain ${number} (${marks.join(", ") || "nothing wrong"}; records ${kinds}): ours ${we}; ${peer} ${said}`;
}
