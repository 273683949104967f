/** Real mail servers as receivers: Debian's Postfix and Exim take our mail over hops that were proven by our own CA. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MessageId } from "../../src/base/index.ts";
import { makeAuthority } from "../support/certificates.ts";
import { runRelay, type TestRelay } from "../support/relay.ts";
import { handIn, idOf, type Handed } from "../support/sender.ts";
import { eximMissing, startExim, type Exim } from "./exim.ts";
import { postfixMissing, startPostfix, type Postfix } from "./postfix.ts";
import { skipped } from "./skipped.ts";
import { eventually, freePort } from "./wait.ts";

const authority = makeAuthority();

/** What a peer made of each message, by its Message-ID. */
interface Peer {
  readonly name: string;
  readonly host: string;
  mailbox(): string;
  log(): string;
  stop(): void;
}

const peers = [
  { name: "Postfix", missing: postfixMissing(), start: startPostfixPeer },
  { name: "Exim", missing: eximMissing(), start: startEximPeer },
] as const;

const long = "x".repeat(998);
const messages: readonly (Handed & { readonly what: string; readonly expects: readonly (string | RegExp)[] })[] = [
  {
    what: "a plain message with lines that begin with dots",
    from: "alice@source.example",
    to: ["bob@peer.example"],
    content: "Message-ID: <dots@source.example>\nSubject: dots\n\n.\n..\n.dot\nend\n",
    expects: ["\n.\n..\n.dot\nend\n"],
  },
  {
    what: "8-bit text and a line of 998 octets",
    from: "alice@source.example",
    to: ["bob@peer.example"],
    content: `Message-ID: <eight@source.example>\nSubject: eight\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n你好\n${long}\n`,
    mailOptions: " BODY=8BITMIME",
    expects: ["你好", long],
  },
  {
    what: "three recipients in one transaction",
    from: "alice@source.example",
    to: ["one@peer.example", "two@peer.example", "three@peer.example"],
    content: "Message-ID: <three@source.example>\nSubject: three\n\nhello\n",
    expects: ["<three@source.example>"],
  },
  {
    what: "a sender and a recipient outside ASCII (SMTPUTF8)",
    from: "älice@source.example",
    to: ["böb@peer.example"],
    content: "Message-ID: <utf8@source.example>\nSubject: grüße\n\nhello\n",
    mailOptions: " BODY=8BITMIME SMTPUTF8",
    expects: ["Subject: grüße"],
  },
  {
    what: "the null sender",
    from: "",
    to: ["bob@peer.example"],
    content: "Message-ID: <null@source.example>\nSubject: null\n\nhello\n",
    expects: ["<null@source.example>"],
  },
  {
    what: "five megabytes",
    from: "alice@source.example",
    to: ["bob@peer.example"],
    content: `Message-ID: <large@source.example>\nSubject: large\n\n${`${"y".repeat(76)}\n`.repeat(68_000)}the very end\n`,
    expects: ["the very end"],
  },
];

for (const { name, missing, start } of peers) {
  describe.skipIf(skipped(name, missing))(`${name} takes our mail over an authenticated hop`, () => {
    let peer: Peer;
    let running: TestRelay;
    let ids: readonly MessageId[];

    beforeAll(async () => {
      const port = await freePort();
      peer = await start(port);
      running = await runRelay({
        zones: {
          "peer.example": [{ type: "MX", preference: 10, value: peer.host }],
          [peer.host]: [{ type: "A", value: "127.0.0.1" }],
        },
        smtpPort: port,
        authority,
        toml: `[[rule]]\ndomain = "peer.example"\nrequire = "authenticated"\nmatch = ["${peer.host}"]\nca = CA\n`,
      });
      ids = (await handIn(running.localPort, messages)).map((reply) => idOf(reply) as MessageId);
    });

    afterAll(async () => {
      await running?.close();
      peer?.stop();
    });

    test.each(messages.map((message, index) => ({ ...message, index })))("$what", async ({ index, expects, to }) => {
      const id = ids[index] as MessageId;
      const story = await eventually("the outcome", 30_000, async () => {
        const now = await running.story(id);
        return now.deliveries.every(({ state }) => state === "done") ? now : undefined;
      });
      const states = story.deliveries.flatMap(({ recipients }) => recipients.map(({ state }) => state));
      expect(states, peer.log()).toEqual(
        to.map(() => expect.objectContaining({ kind: "delivered", level: "authenticated", host: peer.host })),
      );
      for (const text of expects) {
        await eventually(
          `${String(text).slice(0, 40)} in the mailbox`,
          20_000,
          () => peer.mailbox().includes(String(text)) || undefined,
        );
      }
    });

    test("one connection carried what came at once: mail for one requirement shares it", async () => {
      const connections = [...running.events.values()].flat().filter(({ event }) => event.code === "connected").length;
      expect(connections).toBeGreaterThan(0);
      expect(connections).toBeLessThanOrEqual(messages.length);
    });
  });
}

async function startPostfixPeer(port: number): Promise<Peer> {
  const host = "mx.postfix.example";
  const { cert, key } = authority.issue({ names: [host] });
  const postfix: Postfix = await startPostfix({
    port,
    hostname: host,
    files: { "cert.pem": cert, "key.pem": key },
    main: {
      smtpd_tls_security_level: "encrypt",
      smtpd_tls_cert_file: "$config_directory/cert.pem",
      smtpd_tls_key_file: "$config_directory/key.pem",
      smtputf8_enable: "yes",
      virtual_mailbox_domains: "peer.example",
      virtual_mailbox_base: "$data_directory",
      virtual_mailbox_maps: "static:all",
      virtual_mailbox_limit: "0",
      message_size_limit: "50000000",
      virtual_uid_maps: `static:${uidOf("postfix")}`,
      virtual_gid_maps: `static:${uidOf("postfix")}`,
    },
  });
  const file = join(postfix.directory, "data/all");
  return {
    name: "Postfix",
    host,
    mailbox: () => (existsSync(file) ? readFileSync(file, "utf8") : ""),
    log: postfix.log,
    stop: postfix.stop,
  };
}

function uidOf(name: string): number {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((text) => text.startsWith(`${name}:`));
  return Number(line?.split(":")[2] ?? 0);
}

async function startEximPeer(port: number): Promise<Peer> {
  const host = "mx.exim.example";
  const exim: Exim = await startExim({ port, hostname: host, ...authority.issue({ names: [host] }) });
  return { name: "Exim", host, mailbox: () => exim.messages().join("\n"), log: exim.log, stop: exim.stop };
}
