/** Does a server insist on TLS, or only offer it (RFC 3207 §4)? Asked once for each host, in few words, and naming nobody. */
import { describe, expect, test } from "vitest";
import { domain, ip, noMetrics, type Wire } from "../../src/base/index.ts";
import { Connections } from "../../src/check/probe/connection.ts";
import { seeInsistence } from "../../src/check/probe/insistence.ts";
import { loopbackOnly } from "../../src/lab/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import type { InsistenceSeen } from "../../src/check/types.ts";
import { postfixMissing, startPostfix } from "../peers/postfix.ts";
import { skipped } from "../peers/skipped.ts";
import { freePort } from "../peers/wait.ts";
import { chain, keys, openTown } from "./town.ts";

interface Met {
  readonly seen: InsistenceSeen;
  readonly heard: readonly string[];
}

/** A server that says these, one after the other; undefined: it hangs up. */
async function ask(replies: readonly (string | undefined)[]): Promise<Met> {
  const heard: string[] = [];
  const listener = await loopbackOnly(systemNet).listen({ address: ip("127.0.0.1"), port: 0 }, ({ stream }: Wire) => {
    const rest = [...replies];
    const next = (): void => {
      const reply = rest.shift();
      if (reply === undefined) stream.destroy();
      else stream.write(`${reply.replaceAll("\n", "\r\n")}\r\n`);
    };
    stream.on("error", () => {});
    stream.on("end", () => stream.end());
    stream.on("data", (chunk: Buffer) => {
      heard.push(...chunk.toString("latin1").trim().split("\r\n"));
      next();
    });
    next();
  });
  try {
    return { seen: await seeInsistence(connectionsTo(listener.local.port)), heard };
  } finally {
    await listener.close();
  }
}

function connectionsTo(port: number): Connections {
  return new Connections(
    { net: systemNet, clock: systemClock, metrics: noMetrics },
    {
      host: domain("mx.town.example"),
      address: ip("127.0.0.1"),
      port,
      ehloName: domain("checker.example"),
      deadline: Number.POSITIVE_INFINITY,
      paceMs: 0,
      silenceMs: 100,
    },
  );
}

const banner = "220 x ESMTP";
const offer = "250-x\n250 STARTTLS";
const ok = "250 2.1.0 Ok";
const bye = "221 bye";

describe("what a server says to MAIL FROM in clear", () => {
  test.each<[string, string, Partial<InsistenceSeen>]>([
    ["it takes it", ok, { kind: "optional" }],
    ["RFC 3207 §4, as Postfix has it", "530 5.7.0 Must issue a STARTTLS command first", { kind: "required" }],
    [
      "on several lines",
      "530-5.7.0 We are sorry:\n530 5.7.0 Must issue a STARTTLS command first",
      { kind: "required" },
    ],
    ["by an access rule of Exim", "550 Encryption required", { kind: "required" }],
    ["by Haraka", "530 TLS required", { kind: "required" }],
    ["who wants a password says nothing of TLS", "530 5.7.57 Client was not authenticated", { kind: "untested" }],
    ["who takes no bounces says nothing of TLS", "550 5.7.1 No null sender here", { reason: "unwelcome" } as never],
    ["not now (trap 27)", "451 4.7.1 Greylisted", { reason: "slow-down" } as never],
    ["not now, for want of TLS (trap 27)", "454 4.7.0 TLS not available", { reason: "slow-down" } as never],
  ])("%s: %s", async (_, reply, expected) => {
    const { seen } = await ask([banner, offer, reply, ok, bye]);
    expect(seen).toMatchObject(expected);
  });

  test("it hangs up, or never was in the mood: nothing is known (trap 27)", async () => {
    expect((await ask([banner, offer])).seen).toMatchObject({ kind: "untested", reason: "no-answer" });
    expect((await ask(["421 4.3.2 Too busy", bye])).seen).toMatchObject({ kind: "untested", reason: "slow-down" });
    expect((await ask(["554 No"])).seen).toMatchObject({ kind: "untested", reason: "unwelcome" });
  });
});

test("nobody is named and nothing is sent: EHLO, MAIL FROM, RSET, QUIT", async () => {
  const { heard } = await ask([banner, offer, ok, ok, bye]);
  expect(heard).toEqual(["EHLO checker.example", "MAIL FROM:<>", "RSET", "QUIT"]);
  const { heard: refused } = await ask([banner, offer, "530 5.7.0 Must issue a STARTTLS command first", bye]);
  expect(refused).toEqual(["EHLO checker.example", "MAIL FROM:<>", "QUIT"]);
});

test("a host with several addresses is asked at one of them", async () => {
  const town = await openTown({ hosts: [{ ipv4: 3, behaviour: { kind: "tls-only" } }] });
  try {
    const [host] = (await town.inspect()).hosts;
    expect(host?.addresses.length).toBe(4);
    expect(host?.addresses.filter(({ insistence }) => insistence !== undefined)).toHaveLength(1);
  } finally {
    await town.close();
  }
});

describe.skipIf(skipped("whether Postfix insists on TLS", postfixMissing()))("Debian's Postfix", () => {
  test.each([
    ["may", "optional"],
    ["encrypt", "required"],
  ] as const)("smtpd_tls_security_level = %s: %s", async (level, kind) => {
    const { keys: own, certificates } = chain(keys.ec, { names: ["mx.town.example"] });
    const postfix = await startPostfix({
      port: await freePort(),
      hostname: "mx.town.example",
      files: {
        "cert.pem": certificates.map(({ pem }) => pem).join(""),
        "key.pem": own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      },
      main: {
        smtpd_tls_security_level: level,
        smtpd_tls_cert_file: "$config_directory/cert.pem",
        smtpd_tls_key_file: "$config_directory/key.pem",
      },
    });
    try {
      expect(await seeInsistence(connectionsTo(postfix.port))).toEqual({ kind });
    } finally {
      postfix.stop();
    }
  });
});
