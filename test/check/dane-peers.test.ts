/**
 * What the checker says of DANE, beside two programs of Debian's that ask the same DNS through unbound, which validates, and look at the same
 * servers of the sandbox: `posttls-finger` (Postfix), and `ldns-dane` for each chain that was shown. Verdicts agree, or `explained-peers.ts`
 * has the reason.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Inspection } from "../../src/check/index.ts";
import { viewHosts, type ChainView, type HostView } from "../../src/check/judge/view.ts";
import type { ZoneRecord } from "../../src/lab/index.ts";
import { startUnbound, type Unbound } from "../agreement/unbound.ts";
import { skipped } from "../peers/skipped.ts";
import { explanations, type DaneDifference, type DanePeer, type DaneVerdict } from "./explained-peers.ts";
import { cases, type Case } from "./plans.cases.ts";
import {
  chain,
  intermediate,
  keys,
  openTown,
  root,
  stranger,
  tlsa,
  tlsaOf,
  type Chain,
  type HostPlan,
  type TlsaShape,
  type Town,
} from "./town.ts";

const programs = ["/usr/sbin/posttls-finger", "/usr/bin/ldns-dane", "/usr/sbin/unbound", "/usr/bin/unshare"] as const;
const [finger, ldnsDane] = programs;

function missing(): string | undefined {
  const lacking = programs.find((file) => !existsSync(file));
  if (lacking !== undefined) return `${lacking} is not there (test/peers/install.sh)`;
  return spawnSync("unshare", ["--mount", "true"]).status === 0 ? undefined : "no mount namespace may be made here";
}

const folder = mkdtempSync(join(tmpdir(), "surehop-dane-peers-"));
beforeAll(() => {
  writeFileSync(join(folder, "ca.pem"), root.pem);
  writeFileSync(join(folder, "main.cf"), "compatibility_level = 3.6\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Both programs ask whomever /etc/resolv.conf names: in a mount namespace of their own that is our unbound. */
function ask(program: string, args: readonly string[]): Promise<string> {
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", ["--mount", "sh", "-c", script, join(folder, "resolv.conf"), program, ...args], {
      env: { ...process.env, MAIL_CONFIG: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: Buffer): void => void (said += chunk.toString());
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", reject);
    child.once("close", () => resolve(said));
  });
}

/** Its port is taken by chance, and may be taken by another. */
async function resolverOver({ names }: Pick<Town, "names">, triesLeft = 3): Promise<Unbound> {
  try {
    return await startUnbound(names, folder);
  } catch (error) {
    if (triesLeft === 0) throw error;
    return resolverOver({ names }, triesLeft - 1);
  }
}

interface Said {
  readonly verdict: DaneVerdict;
  readonly text: string;
}

/** By the domain, so that it finds the MX host itself and knows both names; where there are several, each by its own. */
async function askFinger({ domain, port }: Town, host: HostView["host"] | undefined): Promise<Said> {
  const how = ["-c", "-l", "dane", "-F", join(folder, "ca.pem"), "-L", "summary,certmatch,verbose"];
  const text = await ask(finger, [...how, host === undefined ? `${domain}:${port}` : `[${host}]:${port}`]);
  if (/lookup (?:error|failed)/.test(text)) return { verdict: "failed", text };
  // It says nothing of records that mail does not know, and goes by names then.
  const isJudged = /DNSSEC-signed TLSA record/.test(text) && !/all TLSA records unusable/.test(text);
  if (!isJudged) return { verdict: /TLS connection established/.test(text) ? "none" : "failed", text };
  // DANE-7: below MX records that nobody has signed the host is held to its records all the same, and called trusted only.
  const isEstablished = /Verified TLS|log verified as trusted[^]*Trusted TLS/.test(text);
  const isMatched = /Matched DANE [ET][EA] certificate/.test(text) && isEstablished;
  return { verdict: isMatched ? "matched" : "mismatch", text };
}

async function askLdns({ port }: Town, { host }: HostView, { certificates }: ChainView): Promise<Said> {
  const file = join(folder, "chain.pem");
  writeFileSync(
    file,
    certificates()
      .map((certificate) => certificate.toString())
      .join(""),
  );
  const text = await ask(ldnsDane, ["-f", join(folder, "ca.pem"), "-c", file, "verify", host, String(port)]);
  if (/were bogus|could not|timed out/.test(text)) return { verdict: "failed", text };
  if (/PKIX validation without DANE will be performed/.test(text)) return { verdict: "none", text };
  return { verdict: /dane-validated successfully/.test(text) ? "matched" : "mismatch", text };
}

function verdictOn(view: HostView): DaneVerdict {
  const { fact, hasDane, fitsDane } = view;
  if (fact.tlsa.kind === "failed" || fact.addresses.kind === "failed") return "failed";
  if (!hasDane) return "none";
  return fitsDane ? "matched" : "mismatch";
}

function verdictOnChain(view: HostView, { dane }: ChainView): DaneVerdict {
  if (view.fact.tlsa.kind === "failed") return "failed";
  if (dane === undefined) return "none";
  return dane === "mismatch" ? "mismatch" : "matched";
}

/** What has no bearing on DANE is left out: one handshake after another would say the same. */
const beside =
  /^(?:cipher|tls-|tls13|dh|group|exchange|compression|renegotiation|rpt|caa|ipv6|starttls|requiretls|sts-[^m]|policy|null|host-no|mx-unusable)/;
const telling: readonly Case[] = [
  ...cases.filter(
    ({ finds, plan, is }) =>
      !/policy|mail taken/.test(is) &&
      !finds.some((code) => beside.test(code)) &&
      !(plan.hosts ?? []).some(({ server, isDown }) => server !== undefined || isDown === true),
  ),
  ...more(),
];

/** Of which the sandbox has no domain. */
function more(): readonly Case[] {
  const names = ["mx.town.example"];
  const of = (is: string, chains: readonly Chain[], records: HostPlan["tlsa"]): Case => ({
    is,
    plan: { hosts: [{ chains, tlsa: records ?? "none" }] },
    finds: [],
    verdict: "held",
  });
  const anchored = [tlsa("2 0 1", stranger.pem)];
  const good = chain(keys.ec, { names });
  const digest = (shape: TlsaShape): ZoneRecord => tlsa(shape, good.certificates[0]?.pem ?? "");
  return [
    of(
      "DANE-TA, and a certificate for another name (DANE-4)",
      [chain(keys.ec, { names: ["www.town.example"], issuer: stranger }, [stranger])],
      anchored,
    ),
    of(
      "DANE-TA, and a certificate for the domain itself (RFC 7672 §3.2.2)",
      [chain(keys.ec, { names: ["town.example"], issuer: stranger }, [stranger])],
      anchored,
    ),
    of(
      "DANE-TA, and a certificate that has run out (DANE-4)",
      [chain(keys.ec, { names, issuer: stranger, fromDays: -60, toDays: -1 }, [stranger])],
      anchored,
    ),
    of(
      "DANE-TA of an authority that is sent and has not signed (trap 12)",
      [chain(keys.ec, { names }, [intermediate, stranger])],
      anchored,
    ),
    of(
      "a digest that does not fit beside a stronger one that does (RFC 7671 §9)",
      [good],
      [tlsaOf([3, 1, 1], Buffer.alloc(32, 9)), digest("3 1 2")],
    ),
    of(
      "a digest that fits beside a stronger one that does not (RFC 7671 §9)",
      [good],
      [digest("3 1 1"), tlsaOf([3, 1, 2], Buffer.alloc(64, 9))],
    ),
    of("the whole key in the record", [good], [digest("3 1 0")]),
    of("DANE-EE beside an authority that has nothing to do with it", [good], [...anchored, digest("3 1 1")]),
  ];
}

const used = new Set<(typeof explanations)[number]>();
let looked = 0;

function agree(peer: DanePeer, difference: Omit<DaneDifference, "peer">, text: string): void {
  const { ours, theirs } = difference;
  if (ours === theirs) return;
  const rule = explanations.find((one) => one.peer === peer && one.holds({ ...difference, peer }));
  if (rule === undefined) throw new Error(`${peer} says "${theirs}", the checker "${ours}":\n${text}`);
  used.add(rule);
}

describe.skipIf(skipped("the checker's DANE beside posttls-finger and ldns-dane", missing()))(
  "what DANE comes to: as posttls-finger and ldns-dane have it, or the difference is explained",
  () => {
    test.each(telling.map((one) => [one.is, one] as const))("%s", async (_, { plan }) => {
      const town = await openTown(plan);
      const unbound = await resolverOver(town);
      try {
        writeFileSync(join(folder, "resolv.conf"), `nameserver ${unbound.address}\noptions edns0 trust-ad\n`);
        const inspection: Inspection = await town.inspect();
        const hosts = viewHosts(inspection);
        if (hosts.length === 0) expect(inspection.facts.mx.kind).toBe((await askFinger(town, undefined)).verdict);
        for (const host of hosts) {
          const { verdict, text } = await askFinger(town, hosts.length === 1 ? undefined : host.host);
          agree("posttls-finger", { ours: verdictOn(host), theirs: verdict, host }, text);
          for (const chain of host.chains) {
            const said = await askLdns(town, host, chain);
            agree("ldns-dane", { ours: verdictOnChain(host, chain), theirs: said.verdict, host, chain }, said.text);
          }
        }
        looked++;
      } finally {
        await unbound.stop();
        await town.close();
      }
    });

    test("every explanation is needed", () => {
      if (looked < telling.length) return;
      expect(explanations.filter((one) => !used.has(one)).map(({ why }) => why)).toEqual([]);
    });
  },
);
