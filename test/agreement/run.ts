/** The same domains, written to by Postfix and by us, at each level; what differs, and what explains it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explanations, same, type Difference, type Explanation } from "./explained.ts";
import { levels, type Attempts, type Level, type Outcome, type Sender } from "./outcome.ts";
import { postfixAt } from "./postfix.ts";
import { domainOf, openSandbox, type Sandbox } from "./sandbox.ts";
import { surehopAt } from "./surehop.ts";
import { sites, type Site } from "./table.ts";
import { startUnbound } from "./unbound.ts";

export interface Compared {
  readonly site: Site;
  readonly level: Level;
  readonly postfix: Attempts;
  readonly surehop: Attempts;
  /** Absent where both did the same. */
  readonly difference?: { readonly explanation: Explanation | undefined };
}

export type Results = Readonly<Record<Level, ReadonlyMap<string, Attempts>>>;

/** Rejects where a sender says something else than what the receivers have seen. */
export async function compareSenders(tell: (line: string) => void): Promise<readonly Compared[]> {
  const directory = mkdtempSync(join(tmpdir(), "surehop-agreement-"));
  const sandbox = await openSandbox(sites);
  try {
    const unbound = await startUnbound(sandbox.nameserver, directory);
    try {
      const postfix: Results = {
        dane: await run(sandbox, "postfix-dane", () => postfixAt("dane", sandbox, unbound.address), tell),
        secure: await run(sandbox, "postfix-secure", () => postfixAt("secure", sandbox, unbound.address), tell),
      };
      const surehop: Results = {
        dane: await run(sandbox, "surehop-dane", () => surehopAt("dane", sandbox), tell),
        secure: await run(sandbox, "surehop-secure", () => surehopAt("secure", sandbox), tell),
      };
      return compare(sites, postfix, surehop);
    } finally {
      await unbound.stop();
    }
  } finally {
    await sandbox.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export function compare(all: readonly Site[], postfix: Results, surehop: Results): readonly Compared[] {
  return levels.flatMap((level) =>
    all.map((site): Compared => {
      const of = (results: Results, at: Level): Attempts => {
        const attempts = results[at].get(domainOf(site));
        if (attempts === undefined) throw new Error(`nothing is known of ${site.name}`);
        return attempts;
      };
      const both = { site, level, postfix: of(postfix, level), surehop: of(surehop, level) };
      if (same(both.postfix, both.surehop)) return both;
      const difference: Difference = { ...both, postfixByDane: of(postfix, "dane") };
      return { ...both, difference: { explanation: explanations.find(({ holds }) => holds(difference)) } };
    }),
  );
}

async function run(
  sandbox: Sandbox,
  mailbox: string,
  open: () => Promise<Sender>,
  tell: (line: string) => void,
): Promise<ReadonlyMap<string, Attempts>> {
  const startedAt = performance.now();
  const sender = await open();
  try {
    const found = await sender.send(sites.map(domainOf), mailbox);
    for (const site of sites) confirm(sandbox, site, mailbox, found.get(domainOf(site)) ?? ["deferred"]);
    tell(`${sender.name}: ${found.size} domains in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return found;
  } finally {
    await sender.close();
  }
}

/** The receivers' word against the sender's: one message if it was delivered, over TLS unless it is said to have gone in clear. */
function confirm(sandbox: Sandbox, site: Site, mailbox: string, attempts: Attempts): void {
  const said: Outcome = attempts[1] ?? attempts[0];
  const arrived = sandbox.received(site, mailbox).map(({ tls }) => (tls === undefined ? "in clear" : "over TLS"));
  const expected = said === "deferred" || said === "bounced" ? [] : [said === "clear" ? "in clear" : "over TLS"];
  if (arrived.join() === expected.join()) return;
  throw new Error(`${mailbox} to ${site.name}: it says ${said}, and what arrived is [${arrived.join()}]`);
}
