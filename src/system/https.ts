/**
 * Fetching MTA-STS policies over HTTPS (RFC 8461 §3.3), with nobody's help: the addresses come from our own resolver, the server proves
 * its name before a byte is sent, and what it answers is looked at before it is read.
 *
 *   addresses ──► dial ──► TLS, name proven ──► GET ──► 200, text/plain, of known length, not compressed ──► at most 64 KiB
 *       │           │            │                                │
 *       └ none      └ next one   └ next one                       └ whatever else comes is the answer; no redirect, no second try
 *
 * One clock runs over all of it. No cookie, no kept connection, no session, no proxy.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { Duplex } from "node:stream";
import {
  err,
  limits,
  ok,
  type Clock,
  type DialFault,
  type DomainName,
  type IpAddress,
  type Net,
  type Result,
} from "../base/index.ts";
import type { Answer, Resolver } from "../dns/index.ts";
import { isSpecialAddress, stsLimits, type HttpsGet, type StsTrouble } from "../policy/index.ts";
import type { TrustedCas } from "../tls/index.ts";
import { provenServer } from "./proven.ts";

export interface HttpsOptions {
  readonly net: Net;
  readonly clock: Clock;
  readonly resolver: Pick<Resolver, "a" | "aaaa">;
  /** 443 everywhere but in a sandbox. */
  readonly port?: number;
  /** Default: the system's authorities. */
  readonly authorities?: TrustedCas;
  /** Loopback and private addresses may be fetched from. */
  readonly allowPrivateAddresses?: boolean;
  /** Default: a policy. */
  readonly wanted?: Wanted;
}

/** What is fetched: the answer has to be of this media type, where one is named, and no larger. */
export interface Wanted {
  readonly media?: "text/plain";
  readonly bodyMaxBytes: number;
}

const aPolicy: Wanted = { media: "text/plain", bodyMaxBytes: stsLimits.policyMaxBytes };

type Fetched = Result<Uint8Array, StsTrouble>;

export function httpsGet(options: HttpsOptions): HttpsGet {
  const { net, clock, resolver, port = 443, authorities, allowPrivateAddresses = false, wanted = aPolicy } = options;
  let made: SecureContext | undefined;
  // Made once: each parses every authority that there is.
  const context = (): SecureContext => (made ??= createSecureContext({ minVersion: "TLSv1.2", ...trust(authorities) }));

  async function fetchFrom(address: IpAddress, host: DomainName, path: string, budget: Budget): Promise<Attempt> {
    const timeoutMs = Math.min(stsLimits.fetchConnectTimeoutMs, budget.leftMs());
    const dialled = await net.dial({ address, port }, { timeoutMs, signal: budget.signal });
    if (!dialled.ok) return { isFinal: false, fetched: failed(`${address}: ${dialFaultText(dialled.error)}`) };
    const wire = dialled.value;
    const cut = budget.onEnd(() => void wire.stream.destroy());
    try {
      const proven = await provenServer(wire, { name: host, timeoutMs, context: context(), alpn: "http/1.1" });
      if (!proven.ok) {
        const { kind, detail } = proven.error;
        const result = kind === "untrusted" ? "sts-webpki-invalid" : "sts-policy-fetch-error";
        return { isFinal: false, fetched: err({ result, detail: `${address}: TLS: ${detail}` }) };
      }
      const hostText = port === 443 ? host : `${host}:${port}`;
      return { isFinal: true, fetched: await ask(proven.value.stream, hostText, path, wanted, budget) };
    } finally {
      cut();
      wire.stream.destroy();
    }
  }

  async function fetchFromAny(host: DomainName, path: string, budget: Budget): Promise<Fetched> {
    const addresses = await budget.within(addressesOf(resolver, host, allowPrivateAddresses));
    if (addresses === undefined) return failed(budget.endText());
    if (!addresses.ok) return failed(addresses.error);
    let last = failed(`${host} has no address`);
    for (const address of addresses.value) {
      const { isFinal, fetched } = await fetchFrom(address, host, path, budget);
      // What our own giving up looked like from inside is no news.
      if (budget.signal.aborted && !fetched.ok) return failed(budget.endText());
      if (isFinal) return fetched;
      // A certificate that is wrong says more than a door that is closed.
      if (last.error.result !== "sts-webpki-invalid" && !fetched.ok) last = fetched;
    }
    return last;
  }

  return async (host, path, signal) => {
    const budget = new Budget(clock, stsLimits.fetchTimeoutMs, signal);
    try {
      return await fetchFromAny(host, path, budget);
    } catch (error) {
      return failed(String(error));
    } finally {
      budget.close();
    }
  };
}

interface Attempt {
  /** The server is the right one, and has answered or failed to: another address of it would say the same. */
  readonly isFinal: boolean;
  readonly fetched: Fetched;
}

/** Time for the whole, and the caller's own end of patience. */
class Budget {
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #end = new AbortController();
  readonly #timer;
  readonly #given: AbortSignal | undefined;
  #isTimeout = false;

  constructor(clock: Clock, totalMs: number, given: AbortSignal | undefined) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + totalMs;
    this.#timer = clock.after(totalMs, () => {
      this.#isTimeout = true;
      this.#end.abort();
    });
    this.#given = given;
    if (given?.aborted === true) this.#end.abort();
    given?.addEventListener("abort", this.#onGiven);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  leftMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  endText(): string {
    return this.#isTimeout ? `no answer within ${stsLimits.fetchTimeoutMs / 1000} seconds` : "given up";
  }

  /** Undefined if the end comes first. */
  within<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const ended = this.onEnd(() => resolve(undefined));
      work.then(resolve, reject).finally(ended);
    });
  }

  /** What comes back takes the call back. */
  onEnd(call: () => void): () => void {
    if (this.signal.aborted) call();
    this.signal.addEventListener("abort", call);
    return () => this.signal.removeEventListener("abort", call);
  }

  close(): void {
    this.#timer.cancel();
    this.#given?.removeEventListener("abort", this.#onGiven);
  }

  readonly #onGiven = (): void => this.#end.abort();
}

/** IPv6 and IPv4 in turn, so that neither family is cut off by the limit; the reason if there is none. */
async function addressesOf(
  resolver: Pick<Resolver, "a" | "aaaa">,
  host: DomainName,
  allowPrivate: boolean,
): Promise<Result<readonly IpAddress[], string>> {
  const [six, four] = await Promise.all([resolver.aaaa(host), resolver.a(host)]);
  const [v6, v4] = [recordsOf(six), recordsOf(four)];
  const mixed = Array.from({ length: Math.max(v6.length, v4.length) }, (_, turn) => [v6[turn], v4[turn]])
    .flat()
    .filter((address) => address !== undefined);
  if (mixed.length === 0) {
    const failure = [six, four].find(({ status }) => status === "bogus") ?? [six, four].find(isFailure);
    if (failure?.kind !== "failure") return err(`${host} has no address`);
    const why = failure.status === "bogus" ? "are not believed" : "could not be had";
    return err(`the addresses of ${host} ${why} (${failure.failure}: ${failure.detail})`);
  }
  const allowed = allowPrivate ? mixed : mixed.filter((address) => !isSpecialAddress(address));
  if (allowed.length === 0) return err(`the addresses of ${host} are not on the public Internet`);
  return ok(allowed.slice(0, limits.addressesPerHostMax));
}

function recordsOf(answer: Answer<IpAddress>): readonly IpAddress[] {
  return answer.kind === "records" ? answer.records : [];
}

function isFailure(answer: Answer<IpAddress>): boolean {
  return answer.kind === "failure";
}

/** One request on a proven connection, which is of no use afterwards. */
function ask(stream: Duplex, hostText: string, path: string, wanted: Wanted, budget: Budget): Promise<Fetched> {
  return new Promise((resolve) => {
    const finish = (fetched: Fetched): void => {
      cut();
      stream.destroy();
      resolve(fetched);
    };
    const cut = budget.onEnd(() => finish(failed(budget.endText())));
    const request = httpRequest({
      createConnection: () => stream,
      method: "GET",
      path,
      setHost: false,
      maxHeaderSize: stsLimits.fetchHeadersMaxBytes,
      headers: {
        host: hostText,
        "user-agent": "surehop",
        accept: wanted.media ?? "*/*",
        "accept-encoding": "identity",
        connection: "close",
      },
    });
    const onClose = (): void => finish(failed("HTTP: closed without an answer"));
    request.on("response", (response) => {
      request.off("close", onClose);
      read(response, wanted, finish);
    });
    request.on("error", (error) => finish(failed(`HTTP: ${error.message}`)));
    request.on("close", onClose);
    request.end();
  });
}

function read(response: IncomingMessage, wanted: Wanted, finish: (fetched: Fetched) => void): void {
  const refusal = refusalOf(response, wanted);
  if (refusal !== undefined) return finish(err(refusal));
  const chunks: Uint8Array[] = [];
  let size = 0;
  response.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > wanted.bodyMaxBytes) finish(err(tooLarge(wanted)));
  });
  response.on("end", () => finish(response.complete ? ok(Buffer.concat(chunks)) : failed(cutShort)));
  response.on("error", () => finish(failed(cutShort)));
  response.on("close", () => finish(failed(cutShort)));
}

/** RFC 8461 §3.3: only 200 counts, redirects are not followed (MUST NOT), and the media type is text/plain (SHOULD). */
function refusalOf({ statusCode, headers }: IncomingMessage, wanted: Wanted): StsTrouble | undefined {
  const { location, "content-type": type = "", "content-length": length, "transfer-encoding": transfer } = headers;
  if (statusCode !== 200) {
    const to = location === undefined ? "" : ` (to ${location}; redirects are not followed)`;
    return failed(`HTTP status ${statusCode ?? "unknown"}${to}`).error;
  }
  if (wanted.media !== undefined && !/^text\/plain[ \t]*(?:;|$)/i.test(type)) {
    return {
      result: "sts-policy-invalid",
      detail: `the media type is ${type === "" ? "missing" : type}, not text/plain`,
    };
  }
  const coding = headers["content-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    return failed(`the answer is compressed (${coding}), which was not asked for`).error;
  }
  if (transfer === undefined ? length === undefined : transfer.toLowerCase() !== "chunked") {
    // Whoever can cut the connection could shorten it, and with it the policy's life (RFC 9112 §8).
    return failed("the length of the answer is not told").error;
  }
  return Number(length ?? 0) > wanted.bodyMaxBytes ? tooLarge(wanted) : undefined;
}

function tooLarge({ bodyMaxBytes }: Wanted): StsTrouble {
  return { result: "sts-policy-invalid", detail: `the policy is larger than ${bodyMaxBytes} bytes` };
}

const cutShort = "HTTP: the answer was cut short";

function failed(detail: string): { readonly ok: false; readonly error: StsTrouble } {
  return err({ result: "sts-policy-fetch-error", detail });
}

function dialFaultText(fault: DialFault): string {
  switch (fault) {
    case "refused":
      return "the connection was refused";
    case "unreachable":
      return "it cannot be reached";
    case "timeout":
      return "no connection in time";
    case "reset":
      return "the connection was reset";
    case "forbidden":
      return "connecting is not allowed";
    case "resources":
      return "out of sockets";
  }
}

function trust(authorities: TrustedCas | undefined): { readonly ca?: string[] } {
  if (authorities === undefined) return {};
  const { pem, exclusive } = authorities;
  return { ca: exclusive ? [pem] : [pem, ...getCACertificates("default")] };
}
