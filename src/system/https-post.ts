/**
 * Handing TLS reports in over HTTPS (RFC 8460 §5.4): the addresses come from our own resolver, the server proves its name before a byte is
 * sent, and of its answer the status alone counts. Whoever publishes a `rua` chooses where we connect to: never to our own inside.
 *
 *   addresses ──► dial ──► TLS, name proven ──► POST ──► status; no redirect is followed, the body is not read
 *
 * One clock runs over all of it. No cookie, no kept connection, no session, no proxy.
 */
import { request as httpRequest } from "node:http";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { Duplex } from "node:stream";
import {
  err,
  ok,
  parseDomain,
  parseIp,
  type Clock,
  type DomainName,
  type IpAddress,
  type Net,
  type Result,
} from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import { isSpecialAddress } from "../policy/index.ts";
import { reportLimits, type Post, type PostFault } from "../report/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import { provenServer } from "./proven.ts";

export interface HttpsPostOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly resolver: Pick<Resolver, "a" | "aaaa">;
  /** Default: the system's authorities. */
  readonly authorities?: TrustedCas;
  /** Reports may go to loopback and private addresses. */
  readonly allowPrivateAddresses?: boolean;
}

/** What is bounded by one clock, and by the caller's own end of patience. */
interface Patience {
  readonly signal: AbortSignal;
  leftMs(): number;
}

type Posted = Result<number, PostFault>;

export function httpsPost(options: HttpsPostOptions): Post {
  const { clock, authorities } = options;
  let made: SecureContext | undefined;
  // Made once: each parses every authority that there is.
  const context = (): SecureContext => (made ??= createSecureContext({ minVersion: "TLSv1.2", ...trust(authorities) }));
  return async (text, body, given) => {
    const end = new AbortController();
    const startedAt = clock.monotonic();
    const timer = clock.after(reportLimits.postTimeoutMs, () => end.abort());
    const signal = AbortSignal.any([given, end.signal]);
    const leftMs = (): number => Math.max(0, reportLimits.postTimeoutMs - (clock.monotonic() - startedAt));
    try {
      const posted = await postToAny(options, context(), text, body, { signal, leftMs });
      // Whatever broke first when all was cut.
      return !posted.ok && signal.aborted ? failed("timeout", "no answer in time") : posted;
    } catch (error) {
      return failed("connection", String(error));
    } finally {
      timer.cancel();
    }
  };
}

async function postToAny(
  options: HttpsPostOptions,
  context: SecureContext,
  text: string,
  body: Uint8Array,
  patience: Patience,
): Promise<Posted> {
  const url = new URL(text);
  const host = parseDomain(url.hostname);
  // An address cannot prove itself: authorities vouch for names.
  if (url.protocol !== "https:" || !host.ok || parseIp(url.hostname).ok) return failed("dns", "not a host name");
  const addresses = await untilEnd(addressesOf(options, host.value), patience.signal);
  if (addresses === undefined) return failed("timeout", "the addresses did not come in time");
  if (!addresses.ok) return failed("dns", addresses.error);
  let last: Posted = failed("dns", `${host.value} has no address`);
  for (const address of addresses.value) {
    const { isFinal, posted } = await postTo(options.net, context, { address, host: host.value, url }, body, patience);
    if (isFinal || patience.signal.aborted) return posted;
    // A certificate that is wrong says more than a door that is closed.
    if (last.ok || last.error.code !== "certificate") last = posted;
  }
  return last;
}

interface Place {
  readonly address: IpAddress;
  readonly host: DomainName;
  readonly url: URL;
}

async function postTo(
  net: Net,
  context: SecureContext,
  { address, host, url }: Place,
  body: Uint8Array,
  { signal, leftMs }: Patience,
): Promise<{ readonly isFinal: boolean; readonly posted: Posted }> {
  const timeoutMs = Math.min(reportLimits.postConnectTimeoutMs, leftMs());
  const port = url.port === "" ? 443 : Number(url.port);
  const dialled = await net.dial({ address, port }, { timeoutMs, signal });
  if (!dialled.ok) return { isFinal: false, posted: failed(...dialFault(dialled.error, address)) };
  const wire = dialled.value;
  const cut = (): void => void wire.stream.destroy();
  signal.addEventListener("abort", cut);
  try {
    const proven = await provenServer(wire, { name: host, timeoutMs, context, alpn: "http/1.1" });
    if (!proven.ok) {
      const { kind, detail } = proven.error;
      const code = kind === "untrusted" ? "certificate" : kind === "timeout" ? "timeout" : "connection";
      return { isFinal: false, posted: failed(code, `${address}: TLS: ${detail}`) };
    }
    return { isFinal: true, posted: await send(proven.value.stream, url, body, signal) };
  } finally {
    signal.removeEventListener("abort", cut);
    wire.stream.destroy();
  }
}

/** One request on a proven connection, which is of no use afterwards. */
function send(stream: Duplex, url: URL, body: Uint8Array, signal: AbortSignal): Promise<Posted> {
  return new Promise((resolve) => {
    const finish = (posted: Posted): void => {
      signal.removeEventListener("abort", onEnd);
      stream.destroy();
      resolve(posted);
    };
    const onEnd = (): void => finish(failed("timeout", "no answer in time"));
    signal.addEventListener("abort", onEnd);
    const request = httpRequest({
      createConnection: () => stream,
      method: "POST",
      path: `${url.pathname}${url.search}`,
      setHost: false,
      maxHeaderSize: reportLimits.postReplyMaxBytes,
      headers: {
        host: url.host,
        "user-agent": "surehop",
        "content-type": "application/tlsrpt+gzip",
        "content-length": String(body.length),
        connection: "close",
      },
    });
    request.on("response", ({ statusCode = 0 }) => finish(ok(statusCode)));
    request.on("error", (error) => finish(failed("connection", `HTTP: ${error.message}`)));
    // Whatever was first has been told already.
    request.on("close", () => finish(failed("connection", "HTTP: closed without an answer")));
    request.end(body);
  });
}

async function addressesOf(
  { resolver, allowPrivateAddresses = false }: HttpsPostOptions,
  host: DomainName,
): Promise<Result<readonly IpAddress[], string>> {
  const answers = await Promise.all([resolver.aaaa(host), resolver.a(host)]);
  const found = answers.flatMap((answer: Answer<IpAddress>) => (answer.kind === "records" ? answer.records : []));
  if (found.length === 0) {
    const failure = answers.find((answer) => answer.kind === "failure");
    return err(failure?.kind === "failure" ? `${failure.failure}: ${failure.detail}` : `${host} has no address`);
  }
  const allowed = allowPrivateAddresses ? found : found.filter((address) => !isSpecialAddress(address));
  if (allowed.length === 0) return err(`the addresses of ${host} are not on the public Internet`);
  return ok(allowed.slice(0, reportLimits.postAddressesMax));
}

/** Undefined if the end comes first. */
function untilEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => resolve(undefined);
    if (signal.aborted) return onEnd();
    signal.addEventListener("abort", onEnd);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onEnd));
  });
}

function dialFault(fault: string, address: IpAddress): readonly [PostFault["code"], string] {
  return [fault === "timeout" ? "timeout" : "connection", `${address}: ${fault}`];
}

function failed(code: PostFault["code"], detail: string): { readonly ok: false; readonly error: PostFault } {
  return err({ code, detail });
}

function trust(authorities: TrustedCas | undefined): { readonly ca?: string[] } {
  if (authorities === undefined) return {};
  const { pem, exclusive } = authorities;
  return { ca: exclusive ? [pem] : [pem, ...getCACertificates("default")] };
}
