/** The operator's rules: read from what was written, and found for a domain. */
import {
  addressLiteral,
  err,
  isIpv6,
  ok,
  parentDomain,
  parseDomain,
  parseIp,
  type DomainName,
  type Instant,
  type IpAddress,
  type Level,
  type Result,
} from "../base/index.ts";
import type { NamePattern, TrustedCas } from "../tls/index.ts";
import type { Exception, Route, Rule } from "./types.ts";

export interface RuleText {
  readonly domain: string;
  readonly require?: Level;
  readonly match?: readonly string[];
  readonly route?: string;
  readonly ca?: TrustedCas;
}

export type RuleFault =
  | "bad-pattern"
  /** A name that no certificate could be for, or an empty list, which nothing could ever match. */
  | "bad-match"
  | "bad-route"
  /** `match` or `ca` beside a `require` that looks at no certificate: one of the two is not what the operator means. */
  | "needs-authenticated";

/**
 * Reads a rule. Names or authorities without a `require` mean `authenticated`: they would be looked at nowhere else, and
 * an operator who wrote them down does not mean "anyone".
 */
export function parseRule(text: RuleText): Result<Rule, RuleFault> {
  const pattern = parsePattern(text.domain);
  if (!pattern.ok) return pattern;
  const match = text.match === undefined ? undefined : parseNames(text.match);
  if (match?.ok === false) return match;
  const route = text.route === undefined ? undefined : parseRoute(text.route);
  if (route?.ok === false) return route;
  const looksAtCertificates = match !== undefined || text.ca !== undefined;
  if (looksAtCertificates && (text.require ?? "authenticated") !== "authenticated") return err("needs-authenticated");
  const require = text.require ?? (looksAtCertificates ? "authenticated" : undefined);
  return ok({
    pattern: pattern.value,
    ...(require === undefined ? {} : { require }),
    ...(match === undefined ? {} : { match: match.value }),
    ...(route === undefined ? {} : { route: route.value }),
    ...(text.ca === undefined ? {} : { ca: text.ca }),
  });
}

/**
 * Reads a pattern of recipient domains, U-labels allowed: `example.org` or `[192.0.2.1]` (itself alone), `.example.org` and
 * `*.example.org` (all below it, any depth, not itself), `*` (every domain). Gives the first three in A-labels, the
 * fourth as the third.
 */
export function parsePattern(text: string): Result<string, "bad-pattern"> {
  if (text === "*") return ok("*");
  const literal = parseLiteral(text);
  if (literal !== undefined) return ok(literal);
  const below = text.startsWith("*.") ? text.slice(1) : text;
  const name = parseHostName(below.startsWith(".") ? below.slice(1) : below);
  if (name === undefined) return err("bad-pattern");
  return ok(below.startsWith(".") ? `.${name}` : name);
}

/**
 * Reads `[host]`, `[host]:port`, `[192.0.2.1]:port`, `[2001:db8::1]:port` (that very host), or `domain`, `domain:port`
 * (the MX hosts of that domain).
 */
export function parseRoute(text: string): Result<Route, "bad-route"> {
  const parts = /^(?:\[([^\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) return err("bad-route");
  const [, host, domain = "", portText] = parts;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return err("bad-route");
  const name = host === undefined ? parseHostName(domain) : (parseLiteral(`[${host}]`) ?? parseHostName(host));
  if (name === undefined) return err("bad-route");
  return ok({ kind: host === undefined ? "mx" : "host", name, ...(port === undefined ? {} : { port }), text });
}

/** The first rule (or whatever else has a pattern) that fits. Takes as long for a thousand rules as for one. */
export function findRule<R extends Patterned>(rules: readonly R[], domain: DomainName): R | undefined {
  const index = indexOf(rules);
  let first = Math.min(index.every, index.places.get(domain) ?? Infinity);
  if (index.hasBelow && !domain.startsWith("[")) {
    for (let above = parentDomain(domain); above !== undefined; above = parentDomain(above)) {
      first = Math.min(first, index.places.get(`.${above}`) ?? Infinity);
    }
  }
  return rules[first];
}

/** The first exception that fits and has not ended. */
export function findException(
  exceptions: readonly Exception[],
  domain: DomainName,
  now: Instant,
): Exception | undefined {
  const found = findRule(exceptions, domain);
  if (found === undefined || found.until > now) return found;
  return findRule(
    exceptions.filter(({ until }) => until > now),
    domain,
  );
}

interface Patterned {
  readonly pattern: string;
}

/** Where in the list each pattern stands first; the list is searched by name, not walked. */
interface RuleIndex {
  readonly places: ReadonlyMap<string, number>;
  readonly every: number;
  readonly hasBelow: boolean;
}

const indexes = new WeakMap<readonly Patterned[], RuleIndex>();

function indexOf(rules: readonly Patterned[]): RuleIndex {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const places = new Map<string, number>();
  rules.forEach((rule, place) => {
    const pattern = parsePattern(rule.pattern);
    // A rule that fits nothing would quietly ask for nothing.
    if (!pattern.ok) throw new TypeError(`not a pattern of domains: ${JSON.stringify(rule.pattern)}`);
    if (!places.has(pattern.value)) places.set(pattern.value, place);
  });
  const hasBelow = [...places.keys()].some((pattern) => pattern.startsWith("."));
  const index = { places, every: places.get("*") ?? Infinity, hasBelow };
  indexes.set(rules, index);
  return index;
}

function parseNames(texts: readonly string[]): Result<readonly NamePattern[], "bad-match"> {
  const names: NamePattern[] = [];
  for (const text of texts) {
    const below = text.startsWith(".");
    const name = below ? parseHostName(text.slice(1)) : (parseLiteral(text) ?? parseHostName(text));
    if (name === undefined) return err("bad-match");
    names.push(below ? `.${name}` : name);
  }
  return names.length === 0 ? err("bad-match") : ok(names);
}

/** `[192.0.2.1]`, `[2001:db8::1]`, `[IPv6:2001:db8::1]`, as recipients' domains write them (RFC 5321 §4.1.3). */
function parseLiteral(text: string): DomainName | undefined {
  const address = addressLiteral(text as DomainName);
  return address === undefined ? undefined : literalName(address);
}

/** The address as a domain, in the form that `parseAddress` gives. */
function literalName(address: IpAddress): DomainName {
  return (isIpv6(address) ? `[ipv6:${address}]` : `[${address}]`) as DomainName;
}

/** A name that is not an address in disguise: `192.0.2.1` would pass for a name of four labels. */
function parseHostName(text: string): DomainName | undefined {
  const name = parseDomain(text);
  return name.ok && !parseIp(name.value).ok ? name.value : undefined;
}
