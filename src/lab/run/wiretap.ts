/** Somebody between two hops who only listens: what of it could be taken for the end of a line that is none. */
import { ip, type Endpoint, type Net } from "../../base/index.ts";
import { loopbackOnly } from "../loopback.ts";

export const wiretapLimits = {
  dialTimeoutMs: 10_000,
  connectionsKeptMax: 400,
  /** Of what one client has said; the rest passes unheard. */
  heardMaxBytes: 2_097_152,
} as const;

export interface Wiretap {
  readonly at: Endpoint;
  /** On the connections that were for this recipient too: CR and LF alone, and NUL. Undefined: there were none. */
  stray(recipient: string): number | undefined;
  close(): Promise<void>;
}

/** Rejects as `net.listen` does. `to` is asked at each connection. */
export async function listenBetween(net: Net, to: () => Endpoint): Promise<Wiretap> {
  const bounded = loopbackOnly(net);
  const heard: { text: string }[] = [];
  const cuts = new Set<() => void>();
  const listener = await bounded.listen({ address: ip("127.0.0.1"), port: 0 }, async ({ stream: client }) => {
    client.on("error", () => {});
    const said = { text: "" };
    if (heard.length < wiretapLimits.connectionsKeptMax) heard.push(said);
    const dialled = await bounded.dial(to(), { timeoutMs: wiretapLimits.dialTimeoutMs });
    if (!dialled.ok) return void client.destroy();
    const server = dialled.value.stream;
    const cut = (): void => {
      client.destroy();
      server.destroy();
      cuts.delete(cut);
    };
    cuts.add(cut);
    server.on("error", () => {});
    client.on("data", (chunk: Buffer) => {
      if (said.text.length < wiretapLimits.heardMaxBytes) said.text += chunk.toString("latin1");
    });
    client.on("close", cut);
    server.on("close", cut);
    client.pipe(server);
    server.pipe(client);
  });
  return {
    at: listener.local,
    stray(recipient) {
      const about = heard.filter(({ text }) => text.includes(`RCPT TO:<${recipient}>`));
      if (about.length === 0) return undefined;
      return about.reduce((sum, { text }) => sum + (text.match(strays)?.length ?? 0), 0);
    },
    close() {
      const closed = listener.close();
      for (const cut of cuts) cut();
      return closed;
    },
  };
}

const strays = /\r(?!\n)|(?<!\r)\n|\0/g;
