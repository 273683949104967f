/**
 * `surehop explain` on what real servers write: Debian's Postfix and Exim send to receivers with every mood, at every strictness, and
 * their logs and bounces are explained. What the receivers themselves saw is the measure: nothing that reached one in clear may be
 * called safe.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  explain,
  type Cause,
  type Explanation,
  type Exposed,
  type Hop,
  type Mends,
  type Sent,
} from "../../src/explain/index.ts";
import { handIn } from "../support/sender.ts";
import { eximBinary, eximMissing } from "./exim.ts";
import { moods, startMoodyServers, type Mood, type MoodyServers } from "./moody.ts";
import { postfixMissing, startPostfix, type Postfix } from "./postfix.ts";
import { skipped } from "./skipped.ts";
import { eventually, freePort } from "./wait.ts";

type Verdict = readonly [cause: Cause, exposed: Exposed, mends: Mends, sent: Sent, hop?: Hop];

const delivered = {
  proven: ["delivered", "no", "nobody", "content", "proven"],
  "chain-only": ["delivered", "unknown", "nobody", "content", "chain-only"],
  "name-from-dns": ["delivered", "unknown", "nobody", "content", "name-from-dns"],
  unproven: ["delivered", "unknown", "nobody", "content", "unproven"],
  clear: ["delivered", "yes", "recipient-admin", "content", "presumed-cleartext"],
} as const satisfies Record<string, Verdict>;
const clearAfterFailure: Verdict = ["delivered", "yes", "recipient-admin", "content", "cleartext"];
const held = (cause: Cause): Verdict => [
  cause,
  "no",
  cause === "dane-missing" ? "sender-provider" : "recipient-admin",
  "nothing",
];
const closed: Verdict = ["unreachable", "no", "nobody", "nothing"];
const wantsTls: Verdict = ["peer-wants-tls", "yes", "sender-provider", "addresses", "cleartext"];
const notOffered = {
  plain: held("tls-not-offered"),
  "hates-content": held("tls-not-offered"),
  "hangs-up-after-data": held("tls-not-offered"),
  "wants-tls": held("tls-not-offered"),
  "refuses-454": held("tls-refused"),
  "refuses-502": held("tls-refused"),
  "cuts-handshake": held("tls-handshake"),
  "talks-nonsense": held("tls-handshake"),
  closed,
} as const;
const addresses = (exposed: Exposed, hop: Hop) =>
  ({
    "unknown-user": ["no-such-user", exposed, "sender", "addresses", hop],
    greylisting: ["greylisted", exposed, "nobody", "addresses", hop],
    full: ["mailbox-full", exposed, "recipient", "addresses", hop],
  }) as const satisfies Partial<Record<Mood, Verdict>>;

type Expectations = Readonly<Record<Mood, Verdict>>;

const postfixLevels: Readonly<Record<string, Expectations>> = {
  may: {
    good: delivered["chain-only"],
    "self-signed": delivered.unproven,
    "other-name": delivered["chain-only"],
    expired: delivered.unproven,
    plain: delivered.clear,
    "refuses-454": delivered.clear,
    "refuses-502": delivered.clear,
    "cuts-handshake": held("tls-handshake"),
    "talks-nonsense": held("tls-handshake"),
    ...addresses("unknown", "chain-only"),
    "hates-content": ["content-refused", "yes", "sender", "content", "presumed-cleartext"],
    "hangs-up-after-data": ["connection-lost", "yes", "nobody", "content", "presumed-cleartext"],
    "wants-tls": wantsTls,
    closed,
  },
  encrypt: {
    good: delivered["chain-only"],
    "self-signed": delivered.unproven,
    "other-name": delivered["chain-only"],
    expired: delivered.unproven,
    ...notOffered,
    ...addresses("unknown", "chain-only"),
  },
  secure: {
    good: delivered.proven,
    "self-signed": held("certificate-untrusted"),
    "other-name": held("certificate-name"),
    expired: held("certificate-expired"),
    ...notOffered,
    ...addresses("no", "proven"),
  },
  "dane-only": Object.fromEntries(moods.map((mood) => [mood, held("dane-missing")])) as Expectations,
};

const eximLevels: Readonly<Record<string, { readonly options: string; readonly expects: Expectations }>> = {
  may: {
    options: "",
    expects: {
      good: delivered["name-from-dns"],
      "self-signed": delivered.unproven,
      "other-name": delivered.unproven,
      expired: delivered.unproven,
      plain: delivered.clear,
      "refuses-454": delivered.clear,
      "refuses-502": delivered.clear,
      "cuts-handshake": clearAfterFailure,
      "talks-nonsense": clearAfterFailure,
      "unknown-user": ["no-such-user", "unknown", "sender", "addresses", "name-from-dns"],
      // Exim does not write what it knows of TLS where it defers.
      greylisting: ["greylisted", "unknown", "nobody", "addresses", "not-told"],
      full: ["mailbox-full", "unknown", "recipient", "addresses", "not-told"],
      "hates-content": ["content-refused", "yes", "sender", "content", "presumed-cleartext"],
      "hangs-up-after-data": ["connection-lost", "unknown", "nobody", "content", "not-told"],
      "wants-tls": wantsTls,
      closed,
    },
  },
  verify: {
    options: "hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_cert_hostnames = *",
    expects: {
      good: delivered["name-from-dns"],
      "self-signed": held("certificate-unproven"),
      "other-name": held("certificate-unproven"),
      expired: held("certificate-unproven"),
      ...notOffered,
      "unknown-user": ["no-such-user", "unknown", "sender", "addresses", "name-from-dns"],
      greylisting: ["greylisted", "unknown", "nobody", "addresses", "not-told"],
      full: ["mailbox-full", "unknown", "recipient", "addresses", "not-told"],
    },
  },
};

/** As if the receivers were elsewhere: what goes over loopback nobody can listen to, and it is explained so. */
const elsewhere = (text: string): string =>
  text.replace(/127\.0\.0\.1( ?)\[127\.0\.0\.1\]/g, "mx.peer.example$1[192.0.2.1]");

async function explained(text: string): Promise<readonly Explanation[]> {
  const all: Explanation[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  await explain(input(), (one) => void all.push(one));
  return all;
}

/** What is told of the one recipient. */
async function verdictOn(text: string, recipient: string): Promise<Verdict | undefined> {
  const [mine, ...more] = (await explained(text)).filter(({ incident }) => incident.recipients.includes(recipient));
  expect(more, "told once").toEqual([]);
  if (mine === undefined) return undefined;
  const { cause, sent, hop } = mine.incident;
  const { exposed, mends } = mine.judgement;
  return sent === "nothing" ? [cause, exposed, mends, sent] : [cause, exposed, mends, sent, hop];
}

/** Messages that reached a server in clear, by its mood, at this level. */
function arrivedInClear(servers: MoodyServers, level: string): readonly Mood[] {
  return [...servers.receivers].flatMap(([mood, receiver]) => {
    const isHeard = receiver.heard.some((line) => line === "DATA");
    const mine = receiver.messages.some((message) => message.includes(`<${mood}.${level}@source.example>`));
    return isHeard && mine && !receiver.heard.includes("tls DATA") ? [mood] : [];
  });
}

const content = (mood: Mood, level: string): string =>
  `Message-ID: <${mood}.${level}@source.example>\nFrom: alice@source.example\nTo: bob@${mood}.${level}.example\nSubject: ${mood}\n\nhello\n`;

describe.skipIf(skipped("Postfix", postfixMissing()))("Postfix", () => {
  let servers: MoodyServers;
  let postfix: Postfix;
  const logs = new Map<string, string>();
  let overLoopback = "";
  const bounces = new Map<string, string>();

  beforeAll(async () => {
    servers = await startMoodyServers("mx.peer.example");
    const port = await freePort();
    const transport = moods.map(
      (mood) => `/^(.*@)?${mood}\\.[a-z-]+\\.example$/ smtp:[127.0.0.1]:${servers.ports[mood]}`,
    );
    postfix = await startPostfix({
      port,
      hostname: "mail.source.example",
      files: { "ca.pem": servers.ca, transport: transport.join("\n"), policy: "" },
      main: {
        transport_maps: "regexp:$config_directory/transport",
        smtp_tls_CAfile: "$config_directory/ca.pem",
        smtp_tls_loglevel: "1",
        smtp_tls_security_level: "may",
        smtp_tls_policy_maps: "regexp:$config_directory/policy",
        smtp_dns_support_level: "dnssec",
        notify_classes: "",
        virtual_mailbox_domains: "source.example",
        virtual_mailbox_base: "$data_directory",
        virtual_mailbox_maps: "static:all",
        virtual_uid_maps: `static:${idOf("postfix")}`,
        virtual_gid_maps: `static:${idOf("postfix")}`,
      },
    });
    const mailbox = join(postfix.directory, "data/all");
    const read = (): string => (existsSync(mailbox) ? readFileSync(mailbox, "utf8") : "");
    for (const level of Object.keys(postfixLevels)) {
      const names = level === "secure" ? " match=mx.peer.example" : "";
      writeFileSync(join(postfix.directory, "etc/policy"), `/./ ${level}${names}\n`);
      postfix.command("postfix", "reload");
      await eventually("the reload", 10_000, () =>
        postfix.log().split("reload").length > logs.size + 1 ? true : undefined,
      );
      const [before, mailBefore] = [postfix.log().length, read().length];
      const messages = moods.map((mood) => ({
        from: "alice@source.example",
        to: [`bob@${mood}.${level}.example`],
        content: content(mood, level),
      }));
      await handIn(port, messages);
      const told = (): string => postfix.log().slice(before);
      await eventually(`all outcomes at ${level}`, 60_000, () =>
        moods.every((mood) => new RegExp(`to=<bob@${mood}\\.${level}\\.example>.*status=`).test(told())) &&
        // Each bounce is in the mailbox.
        (told().match(/to=<bob@.*status=bounced/g)?.length ?? 0) ===
          (told().match(/relay=virtual.*status=sent/g)?.length ?? 0)
          ? true
          : undefined,
      );
      overLoopback += told();
      logs.set(level, elsewhere(told()));
      bounces.set(level, read().slice(mailBefore));
    }
  });

  afterAll(async () => {
    postfix?.stop();
    await servers?.close();
  });

  describe.each(Object.entries(postfixLevels))("told to %s", (level, expects) => {
    test.each(Object.entries(expects))("a server that is %s", async (mood, expected) => {
      expect(await verdictOn(logs.get(level) ?? "", `bob@${mood}.${level}.example`), logs.get(level)).toEqual(expected);
    });

    test("nothing that came to a server in clear is called safe", async () => {
      for (const mood of arrivedInClear(servers, level)) {
        const [, exposed] = (await verdictOn(logs.get(level) ?? "", `bob@${mood}.${level}.example`)) ?? [];
        expect(exposed, `${mood} ${level}`).toBe("yes");
      }
    });

    test("its bounces tell the same cause as its log, and never more safety", async () => {
      const mails = (bounces.get(level) ?? "").split(/^(?=From MAILER-DAEMON)/m).filter((mail) => mail.trim() !== "");
      const returned = (await explained(logs.get(level) ?? "")).filter(
        ({ incident }) => incident.outcome === "returned",
      );
      expect(mails.length).toBe(returned.length);
      for (const mail of mails) {
        const [bounce] = await explained(mail);
        const logged = returned.find(({ incident }) => incident.recipients[0] === bounce?.incident.recipients[0]);
        expect(bounce?.incident).toMatchObject({
          source: "bounce",
          outcome: "returned",
          cause: logged?.incident.cause,
          sent: logged?.incident.sent,
        });
        if (bounce?.judgement.exposed === "no") expect(logged?.judgement.exposed).toBe("no");
      }
    });
  });

  test("as it was, over loopback, it left nothing for anybody to read", async () => {
    const [only] = await explained(
      overLoopback.split("\n").find((one) => one.includes("to=<bob@plain.may.example>")) ?? "",
    );
    expect(only).toMatchObject({ incident: { cause: "delivered", hop: "internal" }, judgement: { exposed: "no" } });
  });

  test("the lines about one message alone, as a search for it gives them, claim nothing of TLS", async () => {
    for (const mood of ["good", "self-signed", "plain"] as const) {
      const line =
        (logs.get("may") ?? "").split("\n").find((one) => one.includes(`to=<bob@${mood}.may.example>`)) ?? "";
      const [only] = await explained(line);
      expect(only).toMatchObject({ incident: { hop: "not-told" }, judgement: { exposed: "unknown" } });
      expect(only?.judgement.notes).toContain("tls-not-in-log");
    }
  });
});

function idOf(account: string): string {
  return execFileSync("id", ["-u", account], { encoding: "utf8" }).trim();
}

describe.skipIf(skipped("Exim", eximMissing()))("Exim", () => {
  let servers: MoodyServers;
  const logs = new Map<string, string>();
  const bounces = new Map<string, string>();

  beforeAll(async () => {
    servers = await startMoodyServers("127.0.0.1");
    for (const [level, { options }] of Object.entries(eximLevels)) {
      const { log, mail } = await runExim(servers, level, options);
      logs.set(level, elsewhere(log));
      bounces.set(level, mail);
    }
  });

  afterAll(() => servers?.close());

  describe.each(Object.entries(eximLevels))("told to %s", (level, { expects }) => {
    test.each(Object.entries(expects))("a server that is %s", async (mood, expected) => {
      expect(await verdictOn(logs.get(level) ?? "", `bob@${mood}.${level}.example`), logs.get(level)).toEqual(expected);
    });

    test("nothing that came to a server in clear is called safe", async () => {
      for (const mood of arrivedInClear(servers, level)) {
        const [, exposed] = (await verdictOn(logs.get(level) ?? "", `bob@${mood}.${level}.example`)) ?? [];
        expect(exposed, `${mood} ${level}`).not.toBe("no");
      }
    });

    test("its bounces tell the same cause as its log, and never more safety", async () => {
      const mails = (bounces.get(level) ?? "")
        .split(/^(?=Received: from Debian-exim)/m)
        .filter((mail) => mail.trim() !== "");
      const returned = (await explained(logs.get(level) ?? "")).filter(
        ({ incident }) => incident.outcome === "returned",
      );
      expect(mails.length).toBe(returned.length);
      for (const mail of mails) {
        const [bounce] = await explained(mail);
        const logged = returned.find(({ incident }) => incident.recipients[0] === bounce?.incident.recipients[0]);
        expect(bounce?.incident).toMatchObject({
          source: "bounce",
          outcome: "returned",
          cause: logged?.incident.cause,
          sent: logged?.incident.sent,
        });
        if (bounce?.judgement.exposed === "no") expect(logged?.judgement.exposed).toBe("no");
      }
    });
  });
});

async function runExim(
  servers: MoodyServers,
  level: string,
  options: string,
): Promise<{ readonly log: string; readonly mail: string }> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-exim-"));
  try {
    for (const name of ["spool", "mail", "log"]) mkdirSync(join(directory, name));
    writeFileSync(join(directory, "ca.pem"), servers.ca);
    const routers = moods.map(
      (mood) =>
        `${mood.replaceAll("-", "_")}:\n  driver = manualroute\n  domains = ${mood}.${level}.example\n  transport = remote\n  route_data = 127.0.0.1::${servers.ports[mood]}\n  self = send\n`,
    );
    const config = join(directory, "exim.conf");
    writeFileSync(
      config,
      `primary_hostname = mail.source.example
exim_path = ${eximBinary()}
spool_directory = ${directory}/spool
log_file_path = ${directory}/log/%slog
exim_user = Debian-exim
exim_group = Debian-exim
host_lookup =
keep_environment =
begin routers
home:
  driver = accept
  domains = source.example
  transport = mailbox
${routers.join("\n")}
begin transports
remote:
  driver = smtp
  allow_localhost
  tls_verify_certificates = ${directory}/ca.pem
  hosts_try_fastopen =
  command_timeout = 10s
  ${options}
mailbox:
  driver = appendfile
  directory = ${directory}/mail
  user = Debian-exim
  group = Debian-exim
begin retry
*  *  F,1h,1m
`,
    );
    execFileSync("chown", ["-R", "Debian-exim:Debian-exim", directory]);
    execFileSync("chown", ["root:root", config]);
    chmodSync(directory, 0o755);
    for (const mood of moods) await submit(config, `bob@${mood}.${level}.example`, content(mood, level));
    const log = (): string => readFileSync(join(directory, "log/mainlog"), "utf8");
    await eventually(`all of Exim's outcomes at ${level}`, 60_000, () =>
      moods.every((mood) => new RegExp(`(?:=>|==|\\*\\*) bob@${mood}\\.${level}\\.example`).test(log())) &&
      (log().match(/ \*\* bob@/g)?.length ?? 0) === (log().match(/ => alice /g)?.length ?? 0)
        ? true
        : undefined,
    );
    const mail = readdirSync(join(directory, "mail")).map((name) =>
      readFileSync(join(directory, "mail", name), "utf8"),
    );
    return { log: log(), mail: mail.join("") };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Delivers at once, in the foreground. */
function submit(config: string, to: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(eximBinary(), ["-C", config, "-odf", "-oi", "-f", "alice@source.example", to], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    child.once("error", reject);
    child.once("close", () => resolve());
    child.stdin?.end(text);
  });
}
