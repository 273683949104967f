/** What a server can be brought to (RFC 8996, RFC 9325; the requirements of Internet.nl's mail test). */
import { groupName, helloVersions, suiteOf, type HelloTaken } from "../../tls/index.ts";
import type { Finding, HelloTest, Inspection, SeenAddress } from "../types.ts";
import { ofHost } from "./finding.ts";
import type { HostView } from "./view.ts";

export function judgeTls(inspection: Inspection, view: HostView): readonly Finding[] {
  const about = { domain: inspection.domain, host: view.host };
  const { addresses } = view.seen;
  return [
    ...once(addresses.flatMap((seen) => judgeSession(seen, about))),
    ...once(addresses.flatMap((seen) => judgeIntrusive(seen, about))),
    ...addresses.flatMap((seen) => (seen.hellos === undefined ? [] : judgeHellos(seen, about))),
    ...(view.starttls === "required" ? [ofHost("starttls-required", "notice", about)] : []),
    ...(view.offersRequireTls === false ? [ofHost("requiretls-missing", "notice", about)] : []),
  ];
}

type About = Parameters<typeof ofHost>[2];

function judgeSession({ address, session }: SeenAddress, about: About): readonly Finding[] {
  switch (session.kind) {
    case "untested":
    case "cleartext":
      return [];
    case "tls-failed": {
      const { fault, detail, isRefusal } = session;
      const code = isRefusal ? "starttls-refused" : "tls-broken";
      return [ofHost(code, "error", about, { address, fault, detail })];
    }
    case "encrypted": {
      const { protocol } = session;
      if (protocol === "TLSv1.3") return [];
      const isOld = protocol !== "TLSv1.2";
      return [ofHost(isOld ? "tls-too-old" : "tls13-missing", isOld ? "error" : "notice", about, { protocol })];
    }
  }
}

function judgeIntrusive({ address, intrusive }: SeenAddress, about: About): readonly Finding[] {
  if (intrusive === undefined) return [];
  const taken = Object.entries(intrusive.smuggling).flatMap(([ending, how]) => (how === "taken" ? [ending] : []));
  return [
    ...(intrusive.injection === "obeyed" ? [ofHost("command-injection", "error", about, { address })] : []),
    ...(taken.length === 0 ? [] : [ofHost("smuggling", "error", about, { address, endings: taken.join(", ") })]),
  ];
}

/** Two addresses that are alike are told of once. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ code, name }: Finding): string => `${code} ${name}`;
  return findings.filter((one, at) => findings.findIndex((other) => keyOf(other) === keyOf(one)) === at);
}

function judgeHellos({ hellos = {}, renegotiation, earlyData }: SeenAddress, about: About): readonly Finding[] {
  const taken = (test: HelloTest): HelloTaken | undefined => {
    const seen = hellos[test];
    return seen?.kind === "taken" ? seen : undefined;
  };
  const usual = taken("usual");
  const any = Object.values(hellos).find((one): one is HelloTaken => one.kind === "taken");
  const old = (
    [
      ["tls1.1", "TLS 1.1"],
      ["tls1", "TLS 1.0"],
      ["ssl3", "SSL 3.0"],
    ] as const
  ).flatMap(([test, name]) => (taken(test)?.version === helloVersions[test] ? [name] : []));
  const graded = (["cbc", "static", "weak", "insecure", "anonymous"] as const).flatMap((grade) => {
    const suite = taken(grade)?.suite;
    // Some answer with what was not offered.
    return suite === undefined || suiteOf(suite)?.grade !== grade
      ? []
      : [ofHost(`cipher-${grade}`, gradeSeverity[grade], about, { cipher: suiteName(suite) })];
  });
  return [
    ...(old.length === 0 ? [] : [ofHost("tls-old-versions", "warning", about, { versions: old.join(", ") })]),
    ...graded,
    ...judgeOrder(usual, taken("reversed"), about),
    ...judgeExchange(usual, taken, about),
    ...(any?.compresses === true ? [ofHost("compression", "warning", about)] : []),
    ...(any?.safeRenegotiation === false ? [ofHost("renegotiation-unsafe", "warning", about)] : []),
    // SSL 3.0 has no way to say it.
    ...(usual?.version === helloVersions["tls1.2"] && usual.extendedMasterSecret === false
      ? [ofHost("ems-missing", "notice", about)]
      : []),
    ...(earlyData?.kind === "taken" ? [ofHost("early-data", "warning", about)] : []),
    ...(renegotiation?.kind === "allowed" ? [ofHost("renegotiation-by-client", "notice", about)] : []),
  ];
}

const gradeSeverity = {
  cbc: "notice",
  static: "notice",
  weak: "warning",
  insecure: "warning",
  anonymous: "notice",
} as const;

/** Where the client decides, an attacker who meddles with old clients, or a bad client, decides. */
function judgeOrder(usual: HelloTaken | undefined, reversed: HelloTaken | undefined, about: About): readonly Finding[] {
  if (usual === undefined || reversed === undefined || usual.suite === reversed.suite) return [];
  return [ofHost("cipher-order", "notice", about, { cipher: suiteName(reversed.suite) })];
}

function judgeExchange(
  usual: HelloTaken | undefined,
  taken: (test: HelloTest) => HelloTaken | undefined,
  about: About,
): readonly Finding[] {
  const bits = usual?.primeBits ?? taken("dhe")?.primeBits;
  const group = taken("weak-groups")?.group;
  const isWeaklySigned = taken("weak-signatures")?.signature !== undefined;
  return [
    ...(bits !== undefined && bits < primeMinBits
      ? [ofHost("dh-short", "warning", about, { bits: String(bits) })]
      : []),
    ...(group === undefined ? [] : [ofHost("group-weak", "warning", about, { group: groupName(group) })]),
    ...(isWeaklySigned ? [ofHost("exchange-sha1", "notice", about)] : []),
  ];
}

/** RFC 9325 §4.4. */
const primeMinBits = 2048;

function suiteName(code: number): string {
  return suiteOf(code)?.name ?? `0x${code.toString(16).padStart(4, "0")}`;
}
