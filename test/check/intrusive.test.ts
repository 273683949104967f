import { TLSSocket, createSecureContext } from "node:tls";
import { describe, expect, test } from "vitest";
import { domain, ip, noMetrics, type Wire } from "../../src/base/index.ts";
import { inspect, judge, smuggledEndings, type Inspection } from "../../src/check/index.ts";
import { Connections } from "../../src/check/probe/connection.ts";
import { isOwnAddress, seeIntrusive } from "../../src/check/probe/intrusive.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { chain, keys, openTown, type TownPlan } from "./town.ts";

const own = chain(keys.ec, { names: ["mx.town.example"] });
const secureContext = createSecureContext({
  key: own.keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  cert: own.certificates.map(({ pem }) => pem).join(""),
});

/** A mail server with the holes of old: it keeps what stands behind STARTTLS, and takes these ends for the end. */
function careless(keeps: boolean, ends: readonly string[]) {
  return ({ stream }: Wire): void => {
    const serve = (over: NodeJS.ReadWriteStream, rest: string): void => {
      let heard = rest;
      let isContent = false;
      const step = (): void => {
        for (;;) {
          if (isContent) {
            const end = ["\r\n.\r\n", ...ends].find((one) => heard.includes(one));
            if (end === undefined) return;
            heard = heard.slice(heard.indexOf(end) + end.length);
            isContent = false;
            over.write("250 taken\r\n");
            continue;
          }
          const at = heard.indexOf("\r\n");
          if (at < 0) return;
          const [line, left] = [heard.slice(0, at).toUpperCase(), heard.slice(at + 2)];
          heard = left;
          if (line.startsWith("EHLO")) over.write("250-x\r\n250 STARTTLS\r\n");
          else if (line === "DATA") {
            isContent = true;
            over.write("354 go on\r\n");
          } else if (line === "QUIT") {
            over.write("221 bye\r\n");
            over.end();
          } else if (line === "STARTTLS") {
            over.write("220 go ahead\r\n");
            over.removeAllListeners("data");
            const inner = new TLSSocket(stream as never, { isServer: true, secureContext });
            inner.on("error", () => {});
            inner.once("secure", () => serve(inner, keeps ? left : ""));
            return;
          } else over.write("250 ok\r\n");
        }
      };
      over.on("data", (chunk: Buffer) => {
        heard += chunk.toString("latin1");
        step();
      });
      step();
    };
    stream.write("220 x ESMTP\r\n");
    serve(stream, "");
  };
}

async function look(plan: TownPlan, isAsked = true): Promise<Inspection> {
  const town = await openTown(plan);
  try {
    const asked = isAsked ? { intrusive: [] } : {};
    const settings = { gather: town.gather, ehloName: domain("checker.example"), paceMs: 0, ...asked };
    return await inspect(town.deps, settings, town.domain);
  } finally {
    await town.close();
  }
}

const risky = (inspection: Inspection): readonly string[] =>
  judge(inspection).findings.flatMap(({ code, evidence }) =>
    code === "command-injection" || code === "smuggling" ? [`${code} ${evidence["endings"] ?? ""}`.trim()] : [],
  );

// Each looks at silence for seconds: they wait beside each other.
describe.concurrent("what only the owner of a server may try on it", () => {
  test("an honest server: nothing, and it has taken no message", async () => {
    const inspection = await look({});
    const [address] = inspection.hosts[0]?.addresses ?? [];
    expect(risky(inspection)).toEqual([]);
    expect(address?.intrusive?.injection).toBe("refused");
    const seen = Object.values(address?.intrusive?.smuggling ?? {});
    expect(seen).toEqual(smuggledEndings.map(() => "passed-over"));
  });

  test.each([
    ["TLS-1: commands behind STARTTLS are kept", careless(true, []), ["command-injection"]],
    [
      "TLS-8: a bare LF ends lines",
      careless(false, ["\n.\n", "\n.\r\n", "\r\n.\n"]),
      ["smuggling lf-dot-lf, lf-dot-crlf, crlf-dot-lf"],
    ],
    ["TLS-8: a bare CR ends lines", careless(false, ["\r.\r", "\r.\r\n"]), ["smuggling cr-dot-cr, cr-dot-crlf"]],
    ["neither", careless(false, []), []],
  ])("%s", async (_, server, found) => {
    expect(risky(await look({ hosts: [{ server, tlsa: "none" }] }))).toEqual(found);
  });

  test("unless it is asked for, nothing of it is tried", async () => {
    const inspection = await look({ hosts: [{ server: careless(true, ["\n.\n"]), tlsa: "none" }] }, false);
    expect(risky(inspection)).toEqual([]);
    expect(inspection.hosts[0]?.addresses.some(({ intrusive }) => intrusive !== undefined)).toBe(false);
  });

  test("it is tried on loopback and on what is named as one's own, and at no other address, whoever calls", async () => {
    expect(isOwnAddress(ip("127.0.0.9"), [])).toBe(true);
    expect(isOwnAddress(ip("::1"), [])).toBe(true);
    expect(isOwnAddress(ip("192.0.2.1"), [])).toBe(false);
    expect(isOwnAddress(ip("192.0.2.1"), [ip("192.0.2.1")])).toBe(true);
    expect(isOwnAddress(ip("2001:db8::1"), [ip("192.0.2.1")])).toBe(false);
    const target = {
      host: domain("mx.example"),
      port: 25,
      ehloName: domain("x.example"),
      deadline: Infinity,
      paceMs: 0,
      silenceMs: 300,
    };
    const connections = new Connections(
      { net: systemNet, clock: systemClock, metrics: noMetrics },
      { ...target, address: ip("192.0.2.1") },
    );
    await expect(seeIntrusive(connections, domain("example.org"), [])).rejects.toThrow(/nobody's own/);
  });
});
