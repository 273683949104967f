import { createSecureContext, TLSSocket } from "node:tls";
import { duplexPair, type Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/clock.ts";
import { makeCa, makeCertificate, makeKeys, type Made } from "../../test/support/x509.ts";
import { domain, ip, type Wire } from "../base/index.ts";
import { surveyTls, type SurveyedKeys } from "./index.ts";

const host = domain("mx.example.org");
const root = makeCa({ commonName: "Root" });
const middle = makeCa({ commonName: "Middle", issuer: root });
const leaf = makeCertificate({ issuer: middle, names: [host] });
const rsa = makeCertificate({ keys: makeKeys("rsa2048"), names: [host] });
const at = { address: ip("192.0.2.25"), port: 25 };

async function survey(serve: (stream: Duplex) => void, keys: SurveyedKeys = "ecdsa") {
  const clock = manualClock();
  const [ours, theirs] = duplexPair();
  theirs.on("error", () => {});
  serve(theirs);
  const wire: Wire = { stream: ours, local: at, remote: at };
  const surveyed = surveyTls(wire, { host, keys, clock, timeoutMs: 20_000 });
  return { clock, ours, surveyed };
}

const pemOf = ({ keys }: Made): string => keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

function server(...chain: readonly Made[]): (stream: Duplex) => void {
  const [first] = chain;
  if (first === undefined) throw new TypeError("a server needs a certificate");
  const secureContext = createSecureContext({ cert: chain.map(({ pem }) => pem).join(""), key: pemOf(first) });
  return (stream) => void new TLSSocket(stream, { isServer: true, secureContext }).on("error", () => {});
}

describe("what a server shows", () => {
  test.each<readonly [shown: readonly Made[], seen: number, why: string]>([
    [[leaf], 1, "the leaf alone: nobody adds to it"],
    [[leaf, middle], 2, "with its issuer"],
    [[leaf, middle, root], 3, "DANE-TA: with the root, which no client needs but DANE's"],
    [[leaf, root], 2, "trap 12: what has signed nothing is shown too, and left for the matcher to see through"],
  ])("%#: the chain as it was sent", async (shown, seen) => {
    const { surveyed, ours } = await survey(server(...shown));
    const result = await surveyed;
    expect(result.ok && result.value.chain.map(({ raw }) => raw)).toEqual(shown.slice(0, seen).map(({ der }) => der));
    expect(ours.destroyed).toBe(true);
  });

  test("trap 15: who is asked for the other kind of key has none to show", async () => {
    expect(await (await survey(server(rsa), "ecdsa")).surveyed).toMatchObject({ error: { fault: "handshake-failed" } });
    expect(await (await survey(server(rsa), "rsa")).surveyed).toMatchObject({ ok: true });
  });
});

describe("what can go wrong ends the look, and closes the connection", () => {
  test("silence", async () => {
    const { clock, surveyed, ours } = await survey(() => {});
    await clock.advance(20_000);
    expect(await surveyed).toMatchObject({ ok: false, error: { fault: "handshake-timeout" } });
    expect(ours.destroyed).toBe(true);
  });

  test.each<readonly [fault: string, serve: (stream: Duplex) => void, why: string]>([
    ["handshake-failed", (stream) => void stream.end("554 no TLS here\r\n"), "SMTP goes on in clear"],
    ["handshake-reset", (stream) => void stream.end(), "the connection ends"],
  ])("%s", async (fault, serve) => {
    const { surveyed, ours } = await survey(serve);
    expect(await surveyed).toMatchObject({ ok: false, error: { fault } });
    expect(ours.destroyed).toBe(true);
  });
});
