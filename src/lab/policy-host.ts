/**
 * The web server of the lab's domains: their MTA-STS policies (RFC 8461 §3.3), and where authors look, the keys of their people (Web Key
 * Directory). One for all of them, each host under its own name and certificate. And whoever stands before it, for one host at a time.
 */
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import type { DomainName, Endpoint, Listener, Net, Wire } from "../base/index.ts";
import type { Credentials } from "./ca.ts";
import { assertInBounds, loopbackOnly } from "./loopback.ts";

export interface PolicyHost {
  readonly endpoint: Endpoint;
  publish(domain: DomainName, policy: string, credentials: Credentials): void;
  /** Pages of another host, by path and query. */
  serve(host: DomainName, pages: Pages, credentials: Credentials): void;
  /**
   * `blocked`: the connection is cut at the handshake. Else another host answers, with this certificate and this policy. What comes back ends it.
   * `isAtWork`: only while this holds; default: always.
   */
  meddle(domain: DomainName, how: "blocked" | Served, isAtWork?: () => boolean): () => void;
  /** Another host answers in the place of this one. `onAsked` is told of each handshake that comes to it. */
  meddleAt(host: DomainName, how: OtherHost, isAtWork?: () => boolean): () => void;
  /** How many handshakes were begun under a domain's name. */
  asked(domain: DomainName): number;
  close(): Promise<void>;
}

export interface Served {
  readonly policy: string;
  readonly credentials: Credentials;
}

export type Pages = Readonly<Record<string, Page>>;

export interface Page {
  readonly type: "text/plain" | "application/octet-stream";
  readonly body: string | Uint8Array;
}

export interface OtherHost {
  readonly pages: Pages;
  readonly credentials: Credentials;
  readonly onAsked?: () => void;
}

export const policyHostLimits = { requestMaxBytes: 8_192, connectionsMax: 200 } as const;

export async function startPolicyHost({ net, at }: { readonly net: Net; readonly at: Endpoint }): Promise<PolicyHost> {
  assertInBounds(net, at);
  const host = new LoopbackPolicyHost();
  await host.open(loopbackOnly(net), at);
  return host;
}

interface Site {
  readonly pages: Pages;
  readonly context: SecureContext;
  readonly onAsked?: () => void;
}

class LoopbackPolicyHost implements PolicyHost {
  readonly #honest = new Map<string, Site>();
  readonly #meddled = new Map<string, { readonly here: "blocked" | Site; isAtWork(): boolean }>();
  readonly #asked = new Map<string, number>();
  readonly #open = new Set<Wire>();
  #listener: Listener | undefined;

  get endpoint(): Endpoint {
    if (this.#listener === undefined) throw new Error("the policy host is not open");
    return this.#listener.local;
  }

  async open(net: Net, at: Endpoint): Promise<void> {
    this.#listener = await net.listen(at, (wire) => this.#onConnection(wire));
  }

  publish(domain: DomainName, policy: string, credentials: Credentials): void {
    this.#honest.set(nameOf(domain), siteOf({ pages: policyPages(policy), credentials }));
  }

  serve(host: DomainName, pages: Pages, credentials: Credentials): void {
    this.#honest.set(host, siteOf({ pages, credentials }));
  }

  meddle(domain: DomainName, how: "blocked" | Served, isAtWork?: () => boolean): () => void {
    const here = how === "blocked" ? how : siteOf({ pages: policyPages(how.policy), credentials: how.credentials });
    return this.#standBefore(nameOf(domain), here, isAtWork);
  }

  meddleAt(host: DomainName, how: OtherHost, isAtWork?: () => boolean): () => void {
    return this.#standBefore(host, siteOf(how), isAtWork);
  }

  asked(domain: DomainName): number {
    return this.#asked.get(nameOf(domain)) ?? 0;
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    for (const wire of this.#open) wire.stream.destroy();
    await closed;
  }

  #standBefore(host: string, here: "blocked" | Site, isAtWork = (): boolean => true): () => void {
    this.#meddled.set(host, { here, isAtWork });
    return () => void this.#meddled.delete(host);
  }

  #onConnection(wire: Wire): void {
    wire.stream.on("error", () => {});
    if (this.#open.size >= policyHostLimits.connectionsMax) return void wire.stream.destroy();
    this.#open.add(wire);
    wire.stream.on("close", () => this.#open.delete(wire));
    let site: Site | undefined;
    const socket = new TLSSocket(wire.stream, {
      isServer: true,
      SNICallback: (name, answer) => {
        this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
        const meddled = this.#meddled.get(name);
        const here = meddled?.isAtWork() === true ? meddled.here : this.#honest.get(name);
        if (here === undefined || here === "blocked") return void wire.stream.destroy();
        site = here;
        here.onAsked?.();
        answer(null, here.context);
      },
    });
    socket.on("error", () => {});
    socket.once("end", () => socket.end());
    let request = "";
    socket.on("data", (chunk: Buffer) => {
      request += chunk.toString("latin1");
      if (request.length > policyHostLimits.requestMaxBytes) return void socket.destroy();
      if (request.includes("\r\n\r\n")) socket.end(answerTo(request, site));
    });
  }
}

function nameOf(domain: DomainName): string {
  return `mta-sts.${domain}`;
}

function policyPages(policy: string): Pages {
  return { "/.well-known/mta-sts.txt": { type: "text/plain", body: policy } };
}

function siteOf({ pages, credentials, onAsked }: OtherHost): Site {
  const context = createSecureContext({ ...credentials, minVersion: "TLSv1.2" });
  return { pages, context, ...(onAsked === undefined ? {} : { onAsked }) };
}

const notHere: Page = { type: "text/plain", body: "not here\n" };

function answerTo(request: string, site: Site | undefined): Buffer {
  const path = /^GET (\S+) /.exec(request)?.[1] ?? "";
  const found = site !== undefined && Object.hasOwn(site.pages, path) ? site.pages[path] : undefined;
  const { type, body } = found ?? notHere;
  const octets = Buffer.from(body);
  const header = [
    `HTTP/1.1 ${found === undefined ? "404 Not Found" : "200 OK"}`,
    `Content-Type: ${type}`,
    `Content-Length: ${octets.length}`,
    "Connection: close",
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(header.join("\r\n")), octets]);
}
