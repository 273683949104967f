/** The floors of the house (docs/architecture.md), and what each folder may use of the world outside. */

/** A folder imports only from folders with a smaller number. Folders that are still to come have their place already. */
export const floors: Readonly<Record<string, number>> = {
  base: 0,
  dns: 1,
  mime: 1,
  tls: 2,
  seal: 2,
  policy: 3,
  smtp: 3,
  queue: 3,
  words: 3,
  intake: 4,
  delivery: 4,
  report: 4,
  threats: 4,
  check: 5,
  explain: 5,
  policyd: 5,
  publish: 5,
  lab: 6,
  console: 6,
  system: 7,
  cli: 7,
};

/** Within one floor, and why. */
export const neighbours: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: "cli", to: "system", why: "the commands start what `system` composes" },
  { from: "check", to: "publish", why: "what a domain has published is judged in one place, its own or a stranger's" },
];

/** May stand in any folder: shapes and arithmetic, no way out into the world. */
export const harmlessModules: readonly string[] = ["node:buffer", "node:path", "node:stream", "node:url"];

export interface Allowance {
  readonly module: string;
  readonly folders: readonly string[];
  readonly why: string;
}

/** Every other module: the folders that may import it. What is not named here may be imported nowhere. */
export const allowances: readonly Allowance[] = [
  { module: "node:net", folders: ["system"], why: "the network comes in as the port Net" },
  { module: "node:dgram", folders: ["system"], why: "the network comes in as the port Net" },
  { module: "node:perf_hooks", folders: ["system"], why: "time comes in as the port Clock" },
  { module: "node:child_process", folders: ["system"], why: "systemd is told by a program of its own" },
  {
    module: "node:tls",
    folders: ["tls", "smtp", "intake", "lab", "system", "cli"],
    why: "`tls` makes handshakes, `system` loads certificates, the lab is the other side; `smtp` and `intake` hand a SecureContext through; the try-out of `cli` sets up a relay of its own",
  },
  {
    module: "node:crypto",
    folders: ["dns", "tls", "intake", "check", "publish", "lab", "system"],
    why: "signatures of DNSSEC, certificates, password hashes, digests; random bytes come in as the port Random",
  },
  {
    module: "node:http",
    folders: ["console", "system"],
    why: "the shape of the console's server; policies are fetched over connections that `system` has proven",
  },
  { module: "node:sqlite", folders: ["queue", "system"], why: "the queue's engine, and facts.db" },
  {
    module: "node:worker_threads",
    folders: ["queue"],
    why: "the engine has a thread of its own, where it may wait for the disk",
  },
  {
    module: "node:zlib",
    folders: ["queue", "report", "explain", "system"],
    why: "stories are kept small; TLS reports travel and are kept packed",
  },
  {
    module: "node:fs",
    folders: ["queue", "words", "system", "cli"],
    why: "spool, catalogues, configuration, the operator's files",
  },
  { module: "node:fs/promises", folders: ["queue", "system"], why: "the spool; the inbox of TLS reports" },
  { module: "node:util", folders: ["report"], why: "unpacking without stopping everybody else" },
  { module: "node:os", folders: ["system", "cli"], why: "accounts and paths of this machine" },
  { module: "@fluent/bundle", folders: ["words"], why: "the catalogues" },
  { module: "hono", folders: ["console"], why: "HTTP" },
  { module: "hono/streaming", folders: ["console"], why: "stories as they happen" },
  { module: "@hono/node-server", folders: ["console"], why: "HTTP" },
  { module: "mailauth/lib/dkim/sign.js", folders: ["report"], why: "TLS reports sent by mail are signed" },
  { module: "mailauth/lib/dkim/verify.js", folders: ["report"], why: "and those that come by mail are checked" },
  { module: "pino", folders: ["system"], why: "the port Log" },
  { module: "prom-client", folders: ["system"], why: "the port Metrics" },
  { module: "smol-toml", folders: ["system"], why: "configuration" },
  { module: "zod", folders: ["system"], why: "configuration" },
  { module: "commander", folders: ["cli"], why: "the command line" },
  { module: "@clack/prompts", folders: ["cli"], why: "questions" },
  {
    module: "postal-mime",
    folders: ["report", "explain"],
    why: "bounces and mails with TLS reports taken apart; what is relayed stays as bytes",
  },
  { module: "openpgp", folders: ["lab"], why: "authors who seal their mail, and recipients who open it" },
  { module: "nodemailer", folders: ["cli"], why: "handing a message in, as any client does" },
];

/** Names that one file may take from a module that its folder may not use. */
export const exceptions: readonly {
  readonly file: string;
  readonly module: string;
  readonly names: readonly string[];
  readonly why: string;
}[] = [
  {
    file: "src/base/names.ts",
    module: "node:net",
    names: ["isIPv4", "isIPv6"],
    why: "they look at text, and dial nobody",
  },
  ...(
    [
      // Whether the kernel grants an enclosure is found out by making one.
      ["src/lab/enclose.ts", ["spawn", "spawnSync"]],
      ["src/lab/senders/program.ts", ["spawn"]],
    ] as const
  ).map(([file, names]) => ({
    file,
    module: "node:child_process",
    names,
    why: "other people's mail servers are programs, and the enclosure that they run in is made by one",
  })),
  {
    file: "src/lab/enclose.ts",
    module: "node:fs",
    names: ["existsSync", "readFileSync", "readlinkSync"],
    why: "which namespaces this process is in stands in /proc",
  },
  {
    file: "src/lab/senders/program.ts",
    module: "node:fs",
    names: [
      "chmodSync",
      "closeSync",
      "existsSync",
      "fstatSync",
      "mkdirSync",
      "openSync",
      "readFileSync",
      "readSync",
      "readdirSync",
      "rmSync",
      "symlinkSync",
      "writeFileSync",
    ],
    why: "other people's mail servers are configured by files, and tell what they did in others",
  },
];

/** Time, chance and the network by the back door: words and marks in a row, and what to take instead. */
export interface WorldName {
  readonly tokens: readonly string[];
  readonly instead: string;
  /** Who may, besides `worldFolders`. */
  readonly folders?: readonly string[];
}

export const worldFolders: readonly string[] = ["system"];

const clock = "take a Clock (src/base/ports.ts)";
const random = "take a Random (src/base/ports.ts)";

export const worldNames: readonly WorldName[] = [
  { tokens: ["Date", ".", "now"], instead: clock },
  { tokens: ["new", "Date", "(", ")"], instead: clock },
  { tokens: ["new", "Date", ";"], instead: clock },
  { tokens: ["Date", "(", ")"], instead: clock },
  { tokens: ["performance", ".", "now"], instead: clock },
  { tokens: ["process", ".", "hrtime"], instead: clock },
  { tokens: ["setTimeout"], instead: clock },
  { tokens: ["setInterval"], instead: clock },
  { tokens: ["setImmediate"], instead: clock },
  { tokens: ["AbortSignal", ".", "timeout"], instead: clock },
  { tokens: ["Math", ".", "random"], instead: random },
  { tokens: ["randomBytes"], instead: random },
  { tokens: ["randomUUID"], instead: random },
  { tokens: ["randomInt"], instead: random },
  { tokens: ["crypto", ".", "randomBytes"], instead: random },
  { tokens: ["crypto", ".", "randomUUID"], instead: random },
  { tokens: ["crypto", ".", "getRandomValues"], instead: random },
  // The commands ask the running relay's console, on loopback.
  { tokens: ["fetch", "("], instead: "take a Net (src/base/ports.ts)", folders: ["cli"] },
];

export const worldExceptions: readonly { readonly file: string; readonly name: string; readonly why: string }[] = [
  {
    file: "src/lab/ca.ts",
    name: "randomBytes",
    why: "serial numbers of certificates whose keys OpenSSL throws for itself",
  },
];
