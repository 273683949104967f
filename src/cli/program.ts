/**
 * The command line: names, options, help. Each command's work is a file of its own under `commands/`, loaded when it is run,
 * since most of what they need takes longer to load than they take to run.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { createWords, languages, type Language, type Words } from "../words/index.ts";
import { chooseLanguage } from "./language.ts";
import { exitCodes, printable, type CommandContext, type Terminal } from "./terminal.ts";

type Run<O> = (context: CommandContext, options: O, ...args: string[]) => Promise<number>;

/** The exit code. Throws only for bugs. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const { language, unknown } = chooseLanguage(args, terminal.environment);
  const words = createWords(language);
  if (unknown !== undefined) {
    terminal.err(words.say("cli-unknown-language", { value: unknown, known: languages.join(", ") }));
    return exitCodes.usage;
  }
  const outcome = { code: exitCodes.ok as number };
  const program = buildProgram({ terminal, words, language }, (code) => {
    outcome.code = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return outcome.code;
}

/** For the generated reference too. */
export function buildProgram(context: CommandContext, finish: (code: number) => void = () => {}): Command {
  const { words } = context;
  const say = (key: string): string => words.say(key);
  const program = new Command("surehop");
  dress(program, context);

  /** A command with its help from the catalogue, and its work loaded when it is run. */
  const add = <O>(parent: Command, usage: string, load: () => Promise<Run<O>>): Command => {
    const name = usage.split(" ", 1)[0] ?? usage;
    const key = parent === program ? name : `${parent.name()}-${name}`;
    const command = parent.command(usage).description(say(`cli-${key}`));
    dress(command, context);
    return command.action(async (...given: unknown[]) => {
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg) => typeof arg === "string");
      const run = await load();
      finish(await run(context, command.optsWithGlobals<O & object>(), ...args));
    });
  };
  const option = (command: Command, flags: string, key: string): Command =>
    command.option(flags, say(`cli-option-${key}`));
  const repeated = (command: Command, flags: string, key: string): Command =>
    command.option(flags, say(`cli-option-${key}`), (value, all: readonly string[] = []) => [...all, value]);
  /** For commands that look at a domain: whom they ask, and a test network to point them at. */
  const looking = (command: Command): Command => {
    option(command, "--config <file>", "config");
    repeated(command, "--resolver <resolver>", "dns-via");
    option(command, "--trust-anchor <file>", "dns-anchor");
    option(command, "--ca <file>", "looking-ca");
    option(command, "--port <port>", "looking-port");
    option(command, "--https-port <port>", "looking-https-port");
    return option(command, "--json", "json");
  };
  const group = (name: string): Command => {
    const command = program.command(name).description(say(`cli-${name}`));
    dress(command, context);
    return command;
  };

  program
    .description(say("cli-about"))
    .version(packageVersion(), "-V, --version", say("cli-option-version"))
    .addOption(new Option("--once", say("cli-option-once")))
    .allowExcessArguments()
    .action(async () => {
      const [stray] = program.args;
      if (stray !== undefined) return finish(await unknownCommand(context, program, stray));
      const { runDefault } = await import("./commands/default.ts");
      finish(await runDefault(context, program.opts<{ once?: boolean }>()));
    });

  const attempt = add(program, "try", async () => (await import("./commands/default.ts")).runTry);
  option(attempt, "--once", "once");

  const init = add(program, "init", async () => (await import("./commands/init.ts")).runInit);
  option(init, "--config <file>", "init-config");
  option(init, "--hostname <name>", "init-hostname");
  option(init, "--data <directory>", "init-data");
  option(init, "--user <name>", "init-user");
  option(init, "--password-env <variable>", "init-password-env");
  option(init, "--run-as <account>", "init-run-as");
  option(init, "--certificate <file>", "init-certificate");
  option(init, "--key <file>", "init-key");
  option(init, "--self-signed", "init-self-signed");
  option(init, "-y, --yes", "init-yes");
  option(init, "--force", "init-force");

  const start = add(program, "start", async () => (await import("./commands/start.ts")).runStart);
  option(start, "--config <file>", "config");
  option(start, "--allow-root", "start-allow-root");

  const config = group("config");
  const check = add(config, "check", async () => (await import("./commands/config.ts")).runConfigCheck);
  option(check, "--config <file>", "config");
  option(check, "--json", "json");

  const password = add(program, "password", async () => (await import("./commands/password.ts")).runPassword);
  option(password, "--stdin", "password-stdin");

  const queue = group("queue");
  const queueCommand = (usage: string, verb: "list" | "show" | "hold" | "release" | "retry" | "delete"): Command => {
    const command = add(queue, usage, async () => (await import("./commands/queue.ts")).queueCommands[verb]);
    option(command, "--config <file>", "config");
    option(command, "--queue <directory>", "queue");
    return option(command, "--json", "json");
  };
  const list = queueCommand("list", "list");
  option(list, "--domain <domain>", "queue-domain");
  option(list, "--which <which>", "queue-which");
  option(list, "--limit <count>", "queue-limit");
  queueCommand("show <id>", "show");
  for (const verb of ["hold", "release", "retry", "delete"] as const) {
    const command = queueCommand(`${verb} [ids...]`, verb);
    option(command, "--all", "queue-all");
    option(command, "--domain <domain>", "queue-domain");
  }

  const reports = group("reports");
  const reportCommand = (usage: string, verb: "list" | "show" | "import" | "send"): Command => {
    const command = add(reports, usage, async () => (await import("./commands/reports.ts")).reportCommands[verb]);
    option(command, "--config <file>", "config");
    option(command, "--queue <directory>", "queue");
    return option(command, "--json", "json");
  };
  const received = reportCommand("list", "list");
  option(received, "--all", "reports-all");
  option(received, "--limit <count>", "reports-limit");
  reportCommand("show <id>", "show");
  reportCommand("import <path>", "import");
  const report = reportCommand("send", "send");
  option(report, "--dry-run", "reports-dry-run");
  option(report, "--day <day>", "reports-day");

  const memory = group("memory");
  const memoryCommand = (usage: string, verb: "show" | "forget"): Command => {
    const command = add(memory, usage, async () => (await import("./commands/memory.ts")).memoryCommands[verb]);
    option(command, "--config <file>", "config");
    option(command, "--queue <directory>", "queue");
    return option(command, "--json", "json");
  };
  memoryCommand("show [domain]", "show");
  const forget = memoryCommand("forget [domain]", "forget");
  option(forget, "--host <host>", "memory-host");
  forget.requiredOption("--why <text>", say("cli-option-memory-why"));
  option(forget, "-y, --yes", "memory-yes");

  const dns = group("dns");
  const query = add(dns, "query <name> <type>", async () => (await import("./commands/dns.ts")).runDnsQuery);
  option(query, "--trace", "dns-trace");
  repeated(query, "--via <resolver>", "dns-via");
  option(query, "--anchor <file>", "dns-anchor");
  option(query, "--config <file>", "config");
  option(query, "--json", "json");
  query.addHelpText("after", `\n${say("cli-dns-exit-codes")}`);
  const anchors = add(dns, "anchors", async () => (await import("./commands/dns.ts")).runDnsAnchors);
  option(anchors, "--config <file>", "config");
  option(anchors, "--json", "json");

  const explain = add(program, "explain <file>", async () => (await import("./commands/explain.ts")).runExplain);
  option(explain, "--json", "json");
  explain.addHelpText("after", `\n${say("cli-explain-exit-codes")}`);
  const publish = group("publish");
  const publishCommand = (
    usage: string,
    verb: "records" | "check" | "next" | "switch" | "snippets",
    certKey = "publish-cert",
  ): Command => {
    const command = add(publish, usage, async () => (await import("./commands/publish.ts")).publishCommands[verb]);
    option(command, "--domain <domain>", "publish-domain");
    repeated(command, "--mx <host>", "publish-mx");
    repeated(command, "--cert <file>", certKey);
    option(command, "--ttl <duration>", "publish-ttl");
    option(command, "--at <address>", "publish-at");
    return looking(command);
  };
  const promised = (command: Command): Command => {
    repeated(command, "--next-key <file>", "publish-next-key");
    option(command, "--mode <mode>", "publish-mode");
    option(command, "--max-age <duration>", "publish-max-age");
    repeated(command, "--rua <uri>", "publish-rua");
    return repeated(command, "--caa <authority>", "publish-caa");
  };
  promised(publishCommand("records", "records"));
  promised(publishCommand("check", "check")).addHelpText("after", `\n${say("cli-publish-exit-codes")}`);
  repeated(publishCommand("next", "next"), "--next-key <file>", "publish-next-key");
  publishCommand("switch", "switch", "publish-switch-cert").addHelpText("after", `\n${say("cli-publish-exit-codes")}`);
  repeated(publishCommand("snippets <server>", "snippets"), "--file <files>", "publish-file");

  const scan = add(program, "scan [list]", async () => (await import("./commands/scan.ts")).runScan);
  option(scan, "--out <file>", "scan-out");
  option(scan, "--html <file>", "scan-html");
  repeated(scan, "--opt-out <file>", "scan-opt-out");
  option(scan, "--ehlo <name>", "scan-ehlo");
  option(scan, "--contact <address>", "scan-contact");
  option(scan, "--concurrency <count>", "scan-concurrency");
  option(scan, "--per-address <budget>", "scan-per-address");
  option(scan, "--per-block <budget>", "scan-per-block");
  option(scan, "--per-operator <budget>", "scan-per-operator");
  option(scan, "--thorough", "scan-thorough");
  looking(scan).addHelpText("after", `\n${say("cli-scan-exit-codes")}`);
  const sum = add(scan, "summary <output>", async () => (await import("./commands/scan.ts")).runScanSummary);
  option(sum, "--html <file>", "scan-html");
  option(sum, "--json", "json");
  const diff = add(scan, "diff <before> <after>", async () => (await import("./commands/scan.ts")).runScanDiff);
  option(diff, "--json", "json");

  const policy = group("policy");
  const show = add(policy, "show <domain>", async () => (await import("./commands/policy.ts")).runPolicyShow);
  option(show, "--require-tls", "policy-require-tls");
  looking(show);
  const dryRun = add(policy, "dry-run", async () => (await import("./commands/policy.ts")).runPolicyDryRun);
  option(dryRun, "--config <file>", "config");
  option(dryRun, "--queue <directory>", "queue");
  option(dryRun, "--json", "json");

  const checkup = add(program, "check [domains...]", async () => (await import("./commands/check.ts")).runCheck);
  looking(checkup);
  option(checkup, "--ehlo <name>", "check-ehlo");
  option(checkup, "--dns-only", "check-dns-only");
  option(checkup, "--nameserver-port <port>", "check-nameserver-port");
  option(checkup, "--watch <duration>", "check-watch");
  option(checkup, "--intrusive", "check-intrusive");
  option(checkup, "--markdown", "check-markdown");
  option(checkup, "--paste [server]", "check-paste");
  option(checkup, "--html <file>", "check-html");
  option(checkup, "--save <file>", "check-save");
  option(checkup, "--from <file>", "check-from");
  checkup.addHelpText("after", `\n${say("cli-check-exit-codes")}`);
  const lab = add(program, "lab", async () => (await import("./commands/lab.ts")).runLabCommand);
  repeated(lab, "--sender <sender>", "lab-sender");
  repeated(lab, "--receiver <receiver>", "lab-receiver");
  repeated(lab, "--attack <attack>", "lab-attack");
  option(lab, "--replay <file>", "lab-replay");
  option(lab, "--html <file>", "lab-html");
  option(lab, "--json", "json");
  lab.addHelpText("after", `\n${say("cli-lab-exit-codes")}`);
  const labList = add(lab, "list", async () => (await import("./commands/lab.ts")).runLabList);
  option(labList, "--json", "json");
  const labShow = add(lab, "show <attack>", async () => (await import("./commands/lab.ts")).runLabShow);
  repeated(labShow, "--sender <sender>", "lab-sender");
  repeated(labShow, "--receiver <receiver>", "lab-receiver");

  const send = add(program, "send", async () => (await import("./commands/send.ts")).runSend);
  send.requiredOption("--to <address...>", say("cli-option-send-to"));
  option(send, "--from <address>", "send-from");
  option(send, "--subject <text>", "send-subject");
  option(send, "--text <text>", "send-text");
  option(send, "--file <file>", "send-file");
  option(send, "--via <host:port>", "send-via");
  option(send, "--tls <how>", "send-tls");
  option(send, "--user <name>", "send-user");
  option(send, "--password-env <variable>", "send-password-env");
  option(send, "--ca <file>", "send-ca");
  option(send, "--http <url>", "send-http");
  option(send, "--no-follow", "send-no-follow");
  option(send, "--wait <duration>", "send-wait");
  option(send, "--json", "json");
  send.addHelpText("after", `\n${say("cli-send-exit-codes")}`);
  return program;
}

async function unknownCommand({ terminal, words }: CommandContext, program: Command, name: string): Promise<number> {
  const { nearest } = await import("../system/index.ts");
  const suggestion =
    nearest(
      name,
      program.commands.map((command) => command.name()),
    ) ?? "none";
  terminal.err(words.say("cli-error-unknown-command", { value: printable(name), suggestion }));
  return exitCodes.usage;
}

/** What commands share: our words around commander's, errors thrown in place of an exit. */
function dress(command: Command, { terminal, words }: CommandContext): void {
  const say = (key: string, args: Readonly<Record<string, string>> = {}): string => words.say(key, args);
  command
    .exitOverride()
    .helpOption("-h, --help", say("cli-option-help"))
    .helpCommand(false)
    .addOption(new Option("--lang <language>", say("cli-option-lang")))
    .configureHelp({
      styleTitle: (title) => titleIn(title, words),
      helpWidth: Math.min(process.stdout.columns ?? 100, 120),
    })
    .configureOutput({
      writeOut: (text) => terminal.out(text.replace(/\n$/, "")),
      writeErr: (text) => terminal.err(text.replace(/\n$/, "")),
      outputError: (text, write) => write(errorIn(text, words)),
    });
}

const titles: Readonly<Record<string, string>> = {
  "Usage:": "cli-title-usage",
  "Arguments:": "cli-title-arguments",
  "Options:": "cli-title-options",
  "Commands:": "cli-title-commands",
};

function titleIn(title: string, words: Words): string {
  const key = titles[title];
  return key === undefined ? title : words.say(key);
}

/** Commander's sentences, by their beginnings. */
const errors: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(?<value>[^']*)'/, "cli-error-unknown-option"],
  [/^error: unknown command '(?<value>[^']*)'/, "cli-error-unknown-command"],
  [/^error: missing required argument '(?<value>[^']*)'/, "cli-error-missing-argument"],
  [/^error: option '(?<value>[^']*)' argument missing/, "cli-error-missing-value"],
  [/^error: required option '(?<value>[^']*)' not specified/, "cli-error-missing-option"],
  [/^error: too many arguments/, "cli-error-too-many"],
];

function errorIn(text: string, words: Words): string {
  for (const [pattern, key] of errors) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const suggestion = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(text)?.[1] ?? "none";
    return `${words.say(key, { value: match.groups?.["value"] ?? "", suggestion })}\n`;
  }
  return text;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version?: unknown }).version);
}

export type { Language };
