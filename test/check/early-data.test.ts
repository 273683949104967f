/** Data before the handshake has ended (0-RTT), at a real server that takes it: OpenSSL's own. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, type Wire } from "../../src/base/index.ts";
import { judge } from "../../src/check/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { seeEarlyData, takesEarlyData } from "../../src/tls/index.ts";
import { skipped } from "../peers/skipped.ts";
import { eventually, freePort } from "../peers/wait.ts";
import { chain, keys, openTown } from "./town.ts";

const startTimeoutMs = 10_000;
const openssl = "/usr/bin/openssl";
const folder = mkdtempSync(join(tmpdir(), "surehop-early-"));
const shown = chain(keys.ec, { names: ["mx.town.example"] });
beforeAll(() => {
  const [leaf, ...above] = shown.certificates.map(({ pem }) => pem);
  writeFileSync(join(folder, "cert.pem"), leaf ?? "");
  writeFileSync(join(folder, "above.pem"), above.join(""));
  writeFileSync(join(folder, "key.pem"), shown.keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Served {
  readonly port: number;
  readonly child: ChildProcess;
}

async function serve(...how: readonly string[]): Promise<Served> {
  const port = await freePort();
  const files = ["-cert_chain", join(folder, "above.pem"), "-cert", join(folder, "cert.pem")];
  const where = ["-accept", `127.0.0.1:${port}`, "-key", join(folder, "key.pem")];
  const child = spawn(openssl, ["s_server", "-quiet", ...where, ...files, ...how], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  await eventually("OpenSSL listens", startTimeoutMs, async () => {
    const dialled = await systemNet.dial({ address: ip("127.0.0.1"), port }, { timeoutMs: 1000 });
    if (dialled.ok) dialled.value.stream.destroy();
    return dialled.ok;
  });
  return { port, child };
}

async function seen(port: number): Promise<unknown> {
  const dialled = await systemNet.dial({ address: ip("127.0.0.1"), port }, { timeoutMs: 1000 });
  if (!dialled.ok) throw new Error(dialled.error);
  return seeEarlyData(dialled.value, {
    host: domain("mx.town.example"),
    clock: systemClock,
    handshakeTimeoutMs: 5_000,
    ticketTimeoutMs: 1_000,
  });
}

describe.skipIf(skipped("0-RTT", existsSync(openssl) ? undefined : "no openssl"))(
  "RFC 8446 §2.3: OpenSSL's server",
  () => {
    test.each<[string, readonly string[], unknown]>([
      ["takes early data", ["-early_data"], { kind: "taken" }],
      ["takes none", [], { kind: "declined" }],
      ["sends no ticket", ["-num_tickets", "0"], { kind: "declined" }],
      ["has no TLS 1.3", ["-tls1_2"], expect.objectContaining({ kind: "untested" })],
    ])("%s", async (_, how, expected) => {
      const { port, child } = await serve(...how);
      try {
        expect(await seen(port)).toEqual(expected);
      } finally {
        child.kill();
      }
    });

    test("as a mail server: that is found, and nothing else", async () => {
      const { port, child } = await serve("-early_data", "-serverpref", "-no_renegotiation", "-cipher", "ECDHE+AESGCM");
      // Within TLS it is we who answer, through its own input and output: one conversation at a time.
      child.stdout?.on("data", (chunk: Buffer) => {
        const said = chunk.toString("latin1");
        if (said.startsWith("EHLO")) child.stdin?.write("250-x\r\n250 REQUIRETLS\r\n");
        else if (said.startsWith("QUIT")) child.stdin?.write("221 bye\r\n");
      });
      const town = await openTown({
        hosts: [{ chains: [shown], server: (wire) => startTlsBefore(wire, port), ipv6: false }],
      });
      try {
        const codes = judge(await town.inspect()).findings.map((one) => one.code);
        expect(codes.toSorted()).toEqual(["early-data", "ipv6-missing"]);
      } finally {
        await town.close();
        child.kill();
      }
    });
  },
);

/** SMTP as far as STARTTLS, then whatever the server behind it says. */
function startTlsBefore({ stream }: Wire, port: number): void {
  stream.write("220 x ESMTP\r\n");
  const answer = (chunk: Buffer): void => {
    const said = chunk.toString("latin1");
    if (said.startsWith("EHLO")) stream.write("250-x\r\n250 STARTTLS\r\n");
    else if (said.startsWith("STARTTLS")) {
      stream.off("data", answer);
      stream.write("220 go ahead\r\n");
      const behind = connect(port, "127.0.0.1");
      behind.on("error", () => stream.destroy());
      stream.on("close", () => behind.destroy());
      behind.on("close", () => stream.destroy());
      stream.pipe(behind).pipe(stream);
    } else if (said.startsWith("QUIT")) stream.end("221 bye\r\n");
    else stream.write("250 ok\r\n");
  };
  stream.on("data", answer);
}

test("whatever a session's octets are, reading them never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => void takesEarlyData(octets)));
  expect(takesEarlyData(Uint8Array.of(0x30, 6, 0xaf, 4, 2, 2, 0x40, 0))).toBe(true);
  expect(takesEarlyData(Uint8Array.of(0x30, 5, 0xaf, 3, 2, 1, 0))).toBe(false);
});
