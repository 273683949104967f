/**
 * Floor 1: the Domain Name System. A relay asks it where mail for a domain goes, and everything that is proven about a hop
 * later is proven about names that were learned here. So each answer says how far it can be believed:
 *
 *   secure         DNSSEC vouches for every link of the way
 *   insecure       the answer is as good as the path it came over
 *   bogus          it failed validation: somebody, or something broken, is in between
 *   indeterminate  there is no answer: a timeout, SERVFAIL, something unreadable
 *
 * The last two are failures and never an absence (MX-2): "no such record" is said only by an upstream that said so.
 *
 * How a question is answered, in order:
 *   1. `cache.ts`      what is known already, with its TTL counted down (RFC 1035, RFC 2308 for absences, RFC 9520 for failures)
 *   2. `upstreams.ts`  the configured resolvers in turn, each by
 *   3. `exchange.ts`   UDP with EDNS, then TCP if the answer is truncated or unreadable (RFC 6891, RFC 7766, RFC 5452), or
 *                      TLS alone (RFC 7858); `stream.ts` carries many questions over one connection, `datagrams.ts` has the sockets of UDP
 *   4. `decode.ts`     bytes to a message, whatever the bytes are (RFC 1035 §4)
 *   5. `reading.ts`    a message to an answer: aliases followed, absence told from failure (RFC 2308 §2, RFC 6604, RFC 8914)
 *
 * `stub.ts` puts them together as the `Resolver`. The wire format is exported for those who speak DNS themselves: the lab's
 * name server. `reach.ts` asks a name server past every resolver, whether it answers at all.
 */
export { createStubResolver, type StubResolverOptions } from "./stub.ts";
export * from "./anchors/index.ts";
export { checkUpstreams, createDoubtWatch, dnsFindingCodes } from "./checkup/index.ts";
export type { CheckupOptions, DnsFinding, DnsFindingCode, DoubtWatch, DoubtWatchOptions } from "./checkup/index.ts";
export * from "./dnssec/index.ts";
export { reachNameserver, type NameserverReached, type ReachPorts } from "./reach.ts";
export { nameText, rdataText, recordText } from "./text.ts";
export * from "./types.ts";
export { upstreamText, type Secure, type SecureFault, type Upstream } from "./upstream.ts";
export { createValidatingResolver, type ValidatingResolver, type ValidatingResolverOptions } from "./validating.ts";
export * from "./wire.ts";
