/**
 * The web server of the lab's domains that publish MTA-STS policies (RFC 8461 §3.3): one for all of them, each under its own name and
 * certificate. And whoever stands before it, for one domain at a time.
 */
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";
import type { DomainName, Endpoint, Listener, Net, Wire } from "../base/index.ts";
import type { Credentials } from "./ca.ts";
import { assertInBounds, loopbackOnly } from "./loopback.ts";

export interface PolicyHost {
  readonly endpoint: Endpoint;
  publish(domain: DomainName, policy: string, credentials: Credentials): void;
  /**
   * `blocked`: the connection is cut at the handshake. Else another host answers, with this certificate and this policy. What comes back ends it.
   * `isAtWork`: only while this holds; default: always.
   */
  meddle(domain: DomainName, how: "blocked" | Served, isAtWork?: () => boolean): () => void;
  /** How many handshakes were begun under a domain's name. */
  asked(domain: DomainName): number;
  close(): Promise<void>;
}

export interface Served {
  readonly policy: string;
  readonly credentials: Credentials;
}

export const policyHostLimits = { requestMaxBytes: 8_192, connectionsMax: 200 } as const;

export async function startPolicyHost({ net, at }: { readonly net: Net; readonly at: Endpoint }): Promise<PolicyHost> {
  assertInBounds(net, at);
  const host = new LoopbackPolicyHost();
  await host.open(loopbackOnly(net), at);
  return host;
}

interface Site extends Served {
  readonly context: SecureContext;
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
    this.#honest.set(nameOf(domain), siteOf({ policy, credentials }));
  }

  meddle(domain: DomainName, how: "blocked" | Served, isAtWork = (): boolean => true): () => void {
    this.#meddled.set(nameOf(domain), { here: how === "blocked" ? how : siteOf(how), isAtWork });
    return () => void this.#meddled.delete(nameOf(domain));
  }

  asked(domain: DomainName): number {
    return this.#asked.get(nameOf(domain)) ?? 0;
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    for (const wire of this.#open) wire.stream.destroy();
    await closed;
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

function siteOf(served: Served): Site {
  return { ...served, context: createSecureContext({ ...served.credentials, minVersion: "TLSv1.2" }) };
}

function answerTo(request: string, site: Site | undefined): string {
  const isPolicy = request.startsWith("GET /.well-known/mta-sts.txt ");
  const [status, body] = isPolicy && site !== undefined ? ["200 OK", site.policy] : ["404 Not Found", "not here\n"];
  return [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
