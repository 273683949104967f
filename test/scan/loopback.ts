/**
 * Fifty domains on loopback, with real servers at addresses of their own, a signed DNS, and what a command needs to look at them. Domain n
 * has its mail at host n modulo the number of hosts, so that most hosts have several.
 */
import { createSecureContext } from "node:tls";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domain, ip, type DomainName, type Net, type Wire } from "../../src/base/index.ts";
import { anchorText } from "../../src/cli/anchor-text.ts";
import { startNameserver, startReceiver, type ZoneRecord } from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { chain, keys, root, tlsa, type Chain } from "../check/town.ts";

/** `keyed`: publishes its key. `busy`: says "not now", always. */
export const hostKinds = ["keyed", "trusted", "clear", "self-signed", "down", "keyed", "trusted", "busy"] as const;
export type HostKind = (typeof hostKinds)[number];

export interface Loopback {
  readonly directory: string;
  readonly domains: readonly DomainName[];
  /** For the command line. */
  readonly options: readonly string[];
  hostOf(name: string): { readonly kind: HostKind; readonly place: number };
  /** Connections that each host has had. */
  readonly connections: readonly number[];
  /** What was said to the hosts' servers, of what may be said with NOOP and EHLO. */
  readonly heard: ReadonlySet<string>;
  close(): Promise<void>;
}

const domainsMax = 50;

export async function openLoopback(): Promise<Loopback> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-scan-"));
  const closers: (() => Promise<void>)[] = [async () => rmSync(directory, { recursive: true, force: true })];
  const connections = hostKinds.map(() => 0);
  const heard = new Set<string>();
  const zones: Record<string, readonly ZoneRecord[]> = {};
  let port = 0;
  for (const [place, kind] of hostKinds.entries()) {
    const name = `mx${place}.hosts.example`;
    const address = ip(`127.51.${place}.25`);
    zones[name] = [{ type: "A", value: address }];
    const net: Net = {
      ...systemNet,
      listen: (at, onConnection) =>
        systemNet.listen(at, (wire) => {
          connections[place] = (connections[place] ?? 0) + 1;
          listenTo(wire, heard);
          onConnection(wire);
        }),
    };
    const own = chainOf(kind, name);
    if (kind === "down") continue;
    if (kind === "busy") {
      const listener = await net.listen({ address, port }, ({ stream }) => void stream.end("421 4.7.0 not now\r\n"));
      closers.push(() => listener.close());
      continue;
    }
    const receiver = await startReceiver({
      net,
      clock: systemClock,
      at: { address, port },
      hostname: domain(name),
      ...(own === undefined
        ? {}
        : {
            secureContext: createSecureContext({
              key: own.keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
              cert: own.certificates.map(({ pem }) => pem).join(""),
            }),
          }),
    });
    closers.push(() => receiver.close());
    port = receiver.endpoint.port;
    if (kind === "keyed") zones[`_${port}._tcp.${name}`] = [tlsa("3 1 1", own?.certificates[0]?.pem ?? "")];
  }
  const domains = Array.from({ length: domainsMax }, (_, at) => domain(`d${at}.example`));
  for (const [at, name] of domains.entries()) {
    zones[name] = [{ type: "MX", preference: 10, value: `mx${at % hostKinds.length}.hosts.example` }];
  }
  const names = await startNameserver({
    net: systemNet,
    at: { address: ip("127.0.0.1"), port: 0 },
    zones,
    signing: { clock: systemClock, zones: { example: "signed", "hosts.example": "signed" } },
  });
  closers.push(() => names.close());
  writeFileSync(join(directory, "ca.pem"), root.pem);
  writeFileSync(join(directory, "anchors"), `${names.anchors.map(anchorText).join("\n")}\n`);
  writeFileSync(join(directory, "list.txt"), `# fifty\n${domains.map((name, at) => `${at + 1},${name}`).join("\n")}\n`);
  const { address, port: dnsPort } = names.endpoint;
  return {
    directory,
    domains,
    options: [
      "--resolver",
      `${address}:${dnsPort}`,
      "--trust-anchor",
      "anchors",
      "--ca",
      "ca.pem",
      "--port",
      String(port),
    ],
    hostOf(name) {
      const place = Number(/\d+/.exec(name)?.[0]) % hostKinds.length;
      return { kind: hostKinds[place] ?? "down", place };
    },
    connections,
    heard,
    close: async () => void (await Promise.allSettled(closers.toReversed().map((close) => close()))),
  };
}

function chainOf(kind: HostKind, name: string): Chain | undefined {
  switch (kind) {
    case "keyed":
    case "trusted":
      return chain(keys.ec, { names: [name] });
    case "self-signed":
      return chain(keys.ecOther, { names: [name] }, []);
    case "clear":
    case "down":
    case "busy":
      return undefined;
  }
}

/** Where there is no TLS, or before it. */
function listenTo({ stream }: Wire, heard: Set<string>): void {
  stream.on("data", (bytes: Buffer) => {
    for (const line of bytes.toString("latin1").split("\r\n")) if (/^(?:EHLO|NOOP|QUIT)/.test(line)) heard.add(line);
  });
}
