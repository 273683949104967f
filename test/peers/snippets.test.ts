/**
 * What `surehop publish snippets` prints is loaded into the real daemons, in both languages; Postfix and Exim are started with it, and
 * show what our own look at servers expects: both kinds of certificate, nothing older than TLS 1.2.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { domain, ip, type Wire } from "../../src/base/index.ts";
import { certificateKey, daemons, snippetsFor, snippetText, tellSnippet } from "../../src/publish/index.ts";
import type { Daemon, Direction, Snippet, SnippetFacts } from "../../src/publish/index.ts";
import { reachTls } from "../../src/smtp/index.ts";
import { systemClock, systemNet } from "../../src/system/index.ts";
import { surveyTls } from "../../src/tls/index.ts";
import { createWords, languages } from "../../src/words/index.ts";
import { makeCertificate, makeKeys } from "../support/x509.ts";
import { eximMissing } from "./exim.ts";
import { postfixMissing, startPostfix } from "./postfix.ts";
import { skipped } from "./skipped.ts";
import { freePort, waitForGreeting } from "./wait.ts";

const peers = new URL("../../var/peers/", import.meta.url).pathname;
const host = domain("mx1.example.org");
const directory = mkdtempSync(join(tmpdir(), "surehop-snippets-"));
const made = {
  ecdsa: makeCertificate({ names: [host] }),
  rsa: makeCertificate({ keys: makeKeys("rsa2048"), names: [host] }),
} as const;
const files = (["ecdsa", "rsa"] as const).map((kind) => {
  const [certificate, key] = [join(directory, `${kind}.pem`), join(directory, `${kind}.key`)];
  writeFileSync(certificate, made[kind].pem);
  writeFileSync(key, made[kind].keys.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return { certificate, key };
});
chmodSync(directory, 0o755);
const stops: (() => void)[] = [];
afterAll(() => {
  for (const stop of stops) stop();
  rmSync(directory, { recursive: true, force: true });
});

const facts: SnippetFacts = {
  domain: domain("example.org"),
  mx: [host, domain("mx2.example.org")],
  host,
  files,
  hasDane: true,
};
const situations: readonly (readonly [what: string, facts: SnippetFacts])[] = [
  ["with DANE", facts],
  ["without DANE", { ...facts, hasDane: false }],
  [
    "with one certificate, behind Surehop",
    { ...facts, files: files.slice(0, 1), relay: { address: ip("127.0.0.1"), port: 2525 } },
  ],
  ["behind Surehop on IPv6", { ...facts, relay: { address: ip("::1"), port: 2525 } }],
];

/** In every language that there are comments in. */
const cases = situations.flatMap(([what, given]) => languages.map((language) => [what, language, given] as const));

function textOf(
  snippets: readonly Snippet[],
  language: (typeof languages)[number],
  direction: Direction,
  part?: string,
): string {
  const words = createWords(language);
  return snippets
    .filter((one) => one.direction === direction && one.part === part && !one.file.endsWith("tls_policy"))
    .map((one) => tellSnippet(words, one))
    .join("\n");
}

interface Ran {
  readonly code: number | null;
  readonly told: string;
}

function run(program: string, args: readonly string[], input = ""): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input });
  return { code: status, told: `${stdout}${stderr}` };
}

describe.skipIf(skipped("Postfix and the snippets", postfixMissing()))("Postfix", () => {
  function load(text: string): Ran {
    const config = mkdtempSync(join(directory, "postfix-"));
    for (const name of ["queue", "data"]) mkdirSync(join(config, name), { mode: 0o755 });
    execFileSync("chown", ["postfix", join(config, "data")]);
    const own = [`queue_directory = ${config}/queue`, `data_directory = ${config}/data`, "compatibility_level = 3.6"];
    writeFileSync(join(config, "main.cf"), `${own.join("\n")}\n${text}`);
    execFileSync("cp", ["/etc/postfix/master.cf.proto", join(config, "master.cf")]);
    writeFileSync(join(config, "tls_policy"), policyText);
    const listed = run("/usr/sbin/postconf", ["-c", config, "-n"]);
    // `postconf` warns of names that nothing knows and of values that contradict each other, and succeeds.
    const warned = listed.told.split("\n").filter((line) => /warning|fatal|error/.test(line));
    const mapped = run("/usr/sbin/postmap", ["-c", config, "-q", "example.org", `texthash:${config}/tls_policy`]);
    return { code: listed.code, told: [...warned, mapped.told.trim()].join("\n") };
  }
  let policyText = "";

  test.each(cases)("%s, %s: postconf knows every line", (_, language, given) => {
    const snippets = snippetsFor("postfix", given);
    const policy = snippets.find(({ file }) => file.endsWith("tls_policy"));
    policyText = policy === undefined ? "" : tellSnippet(createWords(language), policy);
    const level = given.hasDane ? "dane-only" : "secure match=mx1.example.org:mx2.example.org";
    const text = textOf(snippets, language, "receiving") + textOf(snippets, language, "sending");
    expect(load(text)).toEqual({ code: 0, told: level });
  });

  test("the net has no hole: a misspelt line is told", () => {
    policyText = "example.org dane\n";
    expect(load("smtpd_tls_chain_file = /x\n").told).toContain("smtpd_tls_chain_file");
  });

  describe("started with it", () => {
    let port = 0;
    beforeAll(async () => {
      port = await freePort();
      const lines = snippetsFor("postfix", facts).flatMap((one) => (one.file.endsWith("main.cf") ? one.lines : []));
      const settings = lines.filter((line) => typeof line === "string").map((line) => line.split(/ = (.*)/s));
      const main = Object.fromEntries(settings.map(([name = "", value = ""]) => [name, value]));
      const postfix = await startPostfix({
        port,
        hostname: host,
        main,
        files: { tls_policy: "example.org dane-only\n" },
      });
      stops.push(() => postfix.stop());
    });

    test("`postfix check` has nothing to say, and both certificates are shown (trap 15)", async () => {
      await expectBothShown(port);
    });

    test("TLS 1.1 is refused", async () => {
      expect(await oldTls(port)).toBe("refused");
    });
  });
});

describe.skipIf(skipped("Exim and the snippets", eximMissing()))("Exim", () => {
  const binary = [join(peers, "exim/usr/sbin/exim4"), "/usr/sbin/exim4"].find((place) => existsSync(place)) ?? "";

  function configure(given: SnippetFacts, language: (typeof languages)[number], port: number): string {
    const place = mkdtempSync(join(directory, "exim-"));
    const snippets = snippetsFor("exim", given);
    const config = join(place, "exim.conf");
    // The keys of the tests stand in a folder that only root reads.
    writeFileSync(
      config,
      `exim_path = ${binary}
spool_directory = ${place}/spool
log_file_path = ${place}/%slog
exim_user = Debian-exim
exim_group = Debian-exim
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
host_lookup =
keep_environment =
domainlist local_domains = example.org
acl_smtp_rcpt = everything
${textOf(snippets, language, "receiving", "main")}
begin acl
everything:
  accept
begin routers
${textOf(snippets, language, "sending", "routers")}
begin transports
${textOf(snippets, language, "sending", "transports")}
begin retry
*  *  F,1h,1m
`,
    );
    for (const path of [place, ...files.flatMap(({ certificate, key }) => [certificate, key])]) {
      execFileSync("chown", ["Debian-exim", path]);
    }
    execFileSync("chown", ["root:root", config]);
    chmodSync(place, 0o755);
    return config;
  }

  test.each(cases)("%s, %s: exim -bV reads the file, and knows what the transport demands", (_, language, given) => {
    const config = configure(given, language, 25);
    expect(run(binary, ["-C", config, "-bV"])).toMatchObject({
      code: 0,
      told: expect.stringContaining("Configuration file is"),
    });
    const transport = run(binary, ["-C", config, "-bP", "transport", "remote_smtp"]).told;
    expect(transport).toContain("hosts_try_dane = *");
    const demanded = given.hasDane ? "hosts_require_dane" : "tls_verify_hosts";
    expect(transport).toContain(`${demanded} = mx1.example.org : mx2.example.org`);
  });

  test("the net has no hole: a misspelt line fails", () => {
    const config = configure(facts, "en", 25);
    execFileSync("sed", ["-i", "s/^tls_certificate/tls_certificat/", config]);
    expect(run(binary, ["-C", config, "-bV"]).code).not.toBe(0);
  });

  describe("started with it", () => {
    let port = 0;
    beforeAll(async () => {
      port = await freePort();
      const config = configure(facts, "en", port);
      const child: ChildProcess = spawn(binary, ["-C", config, "-bdf", "-oX", `127.0.0.1.${port}`], {
        stdio: "ignore",
      });
      stops.push(() => void child.kill("SIGKILL"));
      await waitForGreeting(port, 15_000);
    });

    test("both certificates are shown (trap 15)", async () => {
      await expectBothShown(port);
    });

    test("TLS 1.1 is refused", async () => {
      expect(await oldTls(port)).toBe("refused");
    });
  });
});

const sendmail = join(peers, "sendmail/usr/libexec/sendmail/sendmail");
const macros = join(peers, "sendmail/usr/share/sendmail/cf/");

describe.skipIf(skipped("sendmail and the snippets", missing(sendmail, "/usr/bin/m4") ?? notRoot()))("sendmail", () => {
  /** It would ask the DNS about this machine, and wait for it. */
  function offline(place: string): string {
    writeFileSync(join(place, "switch"), "hosts files\n");
    return `define(\`confSERVICE_SWITCH_FILE', \`${place}/switch')dnl\ndefine(\`confDONT_PROBE_INTERFACES', \`true')dnl\nFEATURE(\`nocanonify')dnl\n`;
  }

  function load(text: string): Ran {
    const place = mkdtempSync(join(directory, "sendmail-"));
    const [mc, cf] = [join(place, "sendmail.mc"), join(place, "sendmail.cf")];
    writeFileSync(
      mc,
      `divert(0)dnl\ninclude(\`${macros}m4/cf.m4')dnl\nOSTYPE(\`linux')dnl\n${offline(place)}${text}MAILER(\`local')dnl\nMAILER(\`smtp')dnl\n`,
    );
    const built = spawnSync("m4", [`-D_CF_DIR_=${macros}`, mc], { encoding: "utf8" });
    expect(built.stderr.replace(/^NOTE.*$/gm, "").trim(), "m4").toBe("");
    writeFileSync(cf, built.stdout);
    // Where the machine's own name has no dot sendmail sleeps for a minute: it is given one, in a namespace of its own.
    const named = `hostname ${host} && exec ${sendmail} -C ${cf} -bt`;
    return run("unshare", ["--uts", "sh", "-c", named], "3,0 bob@example.org\n$=w\n");
  }

  test.each(cases)("%s, %s: sendmail -bt reads the file that m4 made", (_, language, given) => {
    const snippets = snippetsFor("sendmail", given);
    const { code, told } = load(textOf(snippets, language, "receiving") + textOf(snippets, language, "sending"));
    expect(code).toBe(0);
    expect(told).not.toMatch(/readcf|unknown|error/i);
    const mailer = given.relay === undefined ? /\$# esmtp \$@ example \. org/ : /\$# relay \$@ \[ ?(?:127|IPv6)/;
    expect(told.replace(/\s+/g, " ")).toMatch(mailer);
  });

  test("the net has no hole: what this sendmail was not compiled with is told", () => {
    expect(load("define(`confDANE', `true')dnl\n").told).toContain("unknown option name DANE");
  });
});

const smtpd = join(peers, "opensmtpd/usr/sbin/smtpd");

describe.skipIf(skipped("OpenSMTPD and the snippets", missing(smtpd)))("OpenSMTPD", () => {
  function load(text: string): Ran {
    const config = join(mkdtempSync(join(directory, "opensmtpd-")), "smtpd.conf");
    writeFileSync(config, text);
    for (const path of files.flatMap(({ certificate, key }) => [certificate, key]))
      execFileSync("chown", ["root", path]);
    return run(smtpd, ["-n", "-f", config]);
  }

  test.each(cases)("%s, %s: smtpd -n takes the file", (_, language, given) => {
    const snippets = snippetsFor("opensmtpd", given);
    expect(load(textOf(snippets, language, "receiving") + textOf(snippets, language, "sending"))).toEqual({
      code: 0,
      told: "configuration OK\n",
    });
  });

  test("the net has no hole: a misspelt line fails", () => {
    expect(load("listen in 0.0.0.0\n").code).not.toBe(0);
  });
});

describe("whatever the daemon", () => {
  test.each<readonly [path: string, why: string]>([
    ["/etc/a b.pem", "a space"],
    ["/etc/a'b.pem", "a quotation mark"],
    ["/etc/a\nsmtpd_tls_security_level = none", "a line of its own"],
    ["/etc/a:b.pem", "a colon parts lists"],
    ["/etc/a,b.pem", "so does a comma"],
    ["/etc/$a.pem", "a dollar begins a variable"],
    ["a.pem", "relative to nobody knows what"],
  ])("the path %j is refused: %s", (path) => {
    for (const daemon of daemons) {
      expect(() => snippetsFor(daemon, { ...facts, files: [{ certificate: path, key: "/k.pem" }] })).toThrow(TypeError);
    }
  });

  test.each<Daemon>([...daemons])("%s: comments are one line each, in every language", (daemon) => {
    for (const snippet of situations.flatMap(([, given]) => snippetsFor(daemon, given))) {
      const plain = snippet.lines.filter((line) => typeof line === "string").length;
      for (const language of languages) {
        const lines = tellSnippet(createWords(language), snippet).trimEnd().split("\n");
        expect(lines).toHaveLength(snippet.lines.length);
        expect(lines.filter((line) => !/^(?:# |dnl )/.test(line)).length).toBeLessThanOrEqual(plain);
      }
      expect(snippetText(snippet, () => "x")).toContain(" x\n");
    }
  });
});

function notRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : "only root can give it a host name of its own";
}

function missing(...programs: readonly string[]): string | undefined {
  const absent = programs.find((program) => !existsSync(program));
  return absent === undefined ? undefined : `${absent} is not there (bash test/peers/install.sh brings it)`;
}

async function ready(port: number): Promise<Wire> {
  const dialled = await systemNet.dial({ address: ip("127.0.0.1"), port }, { timeoutMs: 5000 });
  if (!dialled.ok) throw new Error(dialled.error);
  const reached = await reachTls(systemClock, { host, ehloName: domain("localhost.example") }, dialled.value);
  if (!reached.ok) throw new Error(JSON.stringify(reached.error));
  return reached.value;
}

async function expectBothShown(port: number): Promise<void> {
  for (const keys of ["rsa", "ecdsa"] as const) {
    const surveyed = await surveyTls(await ready(port), { host, keys, clock: systemClock, timeoutMs: 10_000 });
    if (!surveyed.ok) throw new Error(`${keys}: ${surveyed.error.detail}`);
    const [leaf] = surveyed.value.chain;
    expect(leaf && certificateKey(leaf)).toEqual(certificateKey(made[keys].x509));
  }
}

async function oldTls(port: number): Promise<"refused" | string> {
  const { stream } = await ready(port);
  return new Promise((resolve) => {
    const socket = connect({
      socket: stream,
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT:@SECLEVEL=0",
    });
    socket.once("secureConnect", () => {
      resolve(socket.getProtocol() ?? "?");
      socket.destroy();
    });
    socket.once("error", () => resolve("refused"));
  });
}
