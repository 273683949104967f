/**
 * Planted violations, one of each kind and one for each way of hiding it. A guard that does not see every one of these
 * would not see a real one either, and what it says of the real tree is worth nothing.
 */
import type { Rule, Sources } from "./check.ts";

export interface Canary {
  readonly file: string;
  readonly source: string;
  /** What it must be caught for; nothing: it must be let pass. */
  readonly caught: Rule | undefined;
}

const canary = (file: string, source: string, caught?: Rule): Canary => ({ file: `src/${file}`, source, caught });

export const canaries: readonly Canary[] = [
  canary("base/up.ts", 'import { plan } from "../policy/index.ts";', "floor"),
  canary("base/up-by-type.ts", 'import type { Plan } from "../policy/index.ts";', "floor"),
  canary("base/up-by-inline-type.ts", 'import { type Plan } from "../policy/index.ts";', "floor"),
  canary("base/up-in-a-type.ts", 'export type P = import("../policy/index.ts").Plan;', "floor"),
  canary("base/up-by-export.ts", 'export * from "../policy/index.ts";', "floor"),
  canary("base/up-by-type-export.ts", 'export type { Plan } from "../policy/index.ts";', "floor"),
  canary("base/up-at-run-time.ts", 'const policy = await import("../policy/index.ts");', "floor"),
  canary("base/up-in-many-lines.ts", 'import {\n  // why\n  plan,\n} from "../policy/index.ts";', "floor"),
  canary("base/up-behind-a-quote.ts", 'const quote = /["\'`]/;\nexport * from "../policy/index.ts";', "floor"),
  canary("policy/beside.ts", 'import { x } from "../smtp/index.ts";', "floor"),
  canary("system/beside.ts", 'import { x } from "../cli/index.ts";', "floor"),
  canary("policy/side-door.ts", 'import { x } from "../dns/inner.ts";', "front-door"),
  canary("policy/deep/side-door.ts", 'import type { X } from "../../dns/inner.ts";', "front-door"),
  canary("policy/round-a.ts", 'import { type B, b } from "./round-b.ts";\nexport const a = b;', "cycle"),
  canary("policy/uses-a-test.ts", 'import { x } from "./world.cases.ts";', "test-in-program"),
  canary("policy/uses-support.ts", 'import { x } from "../../test/support/clock.ts";', "test-in-program"),
  canary("attic/lost.ts", "export {};", "no-floor"),
  canary("policy/dials.ts", 'import { connect } from "node:net";', "module"),
  canary("base/names.ts", 'import { isIPv4, connect } from "node:net";', "module"),
  canary("base/dials-by-exception.ts", 'import { isIPv4 } from "node:net";', "module"),
  canary("tls/sends.ts", 'import { createSocket } from "node:dgram";', "module"),
  canary("dns/asks.ts", 'import { resolveMx } from "node:dns/promises";', "module"),
  canary("delivery/waits.ts", 'import { setTimeout as wait } from "node:timers/promises";', "module"),
  canary("policy/shakes-hands.ts", 'import type { TLSSocket } from "node:tls";', "module"),
  canary("policy/without-prefix.ts", 'import { connect } from "net";', "module"),
  canary("policy/borrows.ts", 'import { z } from "zod";', "module"),
  canary("policy/requires.ts", 'const net = require("node:net");', "module"),
  canary("policy/now.ts", "export const now = () => Date.now();", "world"),
  canary("policy/now-in-a-hole.ts", "export const now = () => `at ${ { a: `${Date.now()}` }.a }`;", "world"),
  canary("policy/new-date.ts", "export const now = () => new Date();", "world"),
  canary("policy/new-date-bare.ts", "export const now = new Date;", "world"),
  canary("policy/behind-a-division.ts", "const half = (a: number) => a / 2; const t = Date.now() / 1;", "world"),
  canary("policy/dice.ts", "export const dice = Math.random;", "world"),
  canary("policy/bytes.ts", "const bytes = crypto.getRandomValues(new Uint8Array(1));", "world"),
  canary("policy/timer.ts", "setTimeout(() => {}, 1);", "world"),
  canary("policy/global-timer.ts", "globalThis.setInterval(() => {}, 1);", "world"),
  canary("policy/immediate.ts", "const later = setImmediate;", "world"),
  canary("policy/signal.ts", "const signal = AbortSignal.timeout(5);", "world"),
  canary("policy/torn.ts", 'const torn = "no end\n', "unreadable"),
  // What is right must be let pass, or the guard would be switched off.
  canary("policy/index.ts", "export {};"),
  canary("smtp/index.ts", "export {};"),
  canary("dns/index.ts", "export {};"),
  canary("dns/inner.ts", "export {};"),
  canary("cli/index.ts", 'import { x } from "../system/index.ts";'),
  canary("system/index.ts", "const now = Date.now(); const timer = setTimeout(() => {}, 1);"),
  canary("policy/down.ts", 'import { x } from "../dns/index.ts";\nimport { y } from "./index.ts";'),
  canary("base/looks-at-text.ts", 'import { join } from "node:path";'),
  canary(
    "policy/speaks-of-it.ts",
    '// Date.now()\n/* import "../smtp/index.ts" */\nexport const why = "Math.random()";',
  ),
  canary("policy/a-date.ts", "export const day = (at: number) => new Date(at); // not new Date()"),
  canary("policy/a-member.ts", "export const quiet = (socket: Socket) => socket.setTimeout(1);"),
  canary("policy/a-template.ts", "export const line = `${from}node:net ${import.meta.url}`;"),
  canary("policy/type-round-a.ts", 'import type { B } from "./type-round-b.ts";'),
  canary("policy/type-round-b.ts", 'import { a } from "./type-round-a.ts";'),
  canary("policy/late-round-a.ts", 'const b = await import("./late-round-b.ts");'),
  canary("policy/late-round-b.ts", 'import { a } from "./late-round-a.ts";'),
  canary(
    "policy/world.cases.ts",
    'import { connect } from "node:net"; import { x } from "../smtp/inner.ts"; Date.now();',
  ),
];

export const canaryTree: Sources = new Map([
  ...canaries.map(({ file, source }): [string, string] => [file, source]),
  ["test/support/clock.ts", "export {};"],
  // dependency-cruiser tells a cycle once, at one of its files.
  ["src/policy/round-b.ts", 'export * from "./round-c.ts";'],
  ["src/policy/round-c.ts", 'import { a } from "./round-a.ts";\nexport const b = a;'],
]);
