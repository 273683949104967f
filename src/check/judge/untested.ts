/** What could not be looked at. It is never a finding (trap 27). */
import type { Inspection, UntestedPart, UntestedReason } from "../types.ts";
import { hasOwnIpv6 } from "./hosts.ts";
import type { HostView } from "./view.ts";

export function listUntested(inspection: Inspection, views: readonly HostView[]): readonly UntestedPart[] {
  const { domain, facts, hosts } = inspection;
  if (facts.mx.kind === "failed" && facts.mx.status === "indeterminate") {
    return [{ what: "domain", name: domain, reason: "dns-failed", detail: facts.mx.detail }];
  }
  const sessions = hosts.flatMap(({ addresses }) => addresses.map(({ session }) => session));
  const silent = sessions.flatMap((session) =>
    session.kind === "untested" && ourNetwork.has(session.reason) ? [session] : [],
  );
  const [first] = silent;
  // Not one packet came back from anywhere: that is how a network looks that lets nobody out to port 25.
  if (first !== undefined && silent.length === sessions.length) {
    const { reason, detail } = first;
    return [{ what: "domain", name: domain, reason, detail }];
  }
  return [...views.flatMap((view) => ofHost(view)), ...ofNameservers(inspection)];
}

/** Those that no packet came from, where none has come by IPv6 from anybody. */
function ofNameservers(inspection: Inspection): readonly UntestedPart[] {
  const { nameservers } = inspection;
  if (nameservers?.kind !== "records" || hasOwnIpv6(inspection)) return [];
  const names = nameservers.records.flatMap(({ name, overIpv6 }) => (overIpv6 === undefined ? [] : [name]));
  if (names.length === 0) return [];
  return [{ what: "nameserver", name: names.join(", "), reason: "no-route", detail: "name servers, asked by IPv6" }];
}

const ourNetwork: ReadonlySet<UntestedReason> = new Set(["silent", "no-route", "refused-connection"]);

function ofHost({ host, fact, seen }: HostView): readonly UntestedPart[] {
  if (fact.addresses.kind === "failed" && fact.addresses.status === "indeterminate") {
    return [{ what: "host", name: host, reason: "dns-failed", detail: fact.addresses.failure }];
  }
  if (fact.addresses.kind === "known" && seen.addresses.length === 0) {
    return [{ what: "host", name: host, reason: "not-asked", detail: "no connection was made" }];
  }
  return seen.addresses.flatMap(
    ({ address, session, presented, hellos = {}, renegotiation, earlyData, insistence }): readonly UntestedPart[] => {
      const name = `${host} (${address})`;
      if (session.kind === "untested") {
        const { reason, detail } = session;
        return [{ what: "session", name, reason, detail }];
      }
      const chains = presented.flatMap((one): readonly UntestedPart[] =>
        one.kind === "untested"
          ? [{ what: "tls", name, reason: "broken-off", detail: `${one.keyKind} certificate: ${one.detail}` }]
          : [],
      );
      const tests = Object.entries({
        ...hellos,
        ...(renegotiation && { renegotiation }),
        ...(earlyData && { earlyData }),
        ...(insistence && { insistence }),
      });
      const missed = tests.flatMap(([test, one]): readonly UntestedPart[] =>
        one.kind === "untested" ? [{ what: "tls", name, reason: one.reason, detail: `${test}: ${one.detail}` }] : [],
      );
      return [...chains, ...gathered(missed)];
    },
  );
}

/** Several tests that failed for one reason are one line. */
function gathered(parts: readonly UntestedPart[]): readonly UntestedPart[] {
  const [first] = parts;
  if (first === undefined) return [];
  const same = parts.filter(({ reason }) => reason === first.reason);
  const others = parts.filter(({ reason }) => reason !== first.reason);
  return [{ ...first, detail: same.map(({ detail }) => detail).join("; ") }, ...gathered(others)];
}
