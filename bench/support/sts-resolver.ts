/**
 * Debian's postfix-mta-sts-resolver, which tells Postfix what a domain's MTA-STS policy asks for, with a cache that is filled and
 * fresh: it asks neither DNS nor HTTPS.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { eventually, freePort } from "../../test/peers/wait.ts";

export const stsResolverProgram = "/usr/bin/mta-sts-daemon";

export interface StsResolver {
  /** Answers a second, to `questions` questions, so many of them in flight at a time. */
  rate(questions: number, inFlight: number): Promise<number>;
  stop(): Promise<void>;
}

/** `mx`: the one host that all policies name. Throws if the program is not there. */
export async function startStsResolver(scratch: string, domains: readonly string[], mx: string): Promise<StsResolver> {
  if (!existsSync(stsResolverProgram)) throw new Error(`there is no ${stsResolverProgram}`);
  const port = await freePort();
  const cache = join(scratch, "mta-sts-cache.db");
  const config = join(scratch, "mta-sts-daemon.yml");
  fill(cache, domains, mx);
  writeFileSync(
    config,
    `host: 127.0.0.1\nport: ${port}\ncache_grace: 86400\ncache:\n  type: sqlite\n  options:\n    filename: "${cache}"\n`,
  );
  const child = spawn(stsResolverProgram, ["-c", config], { stdio: ["ignore", "ignore", "ignore"] });
  const ended = once(child, "exit");
  await eventually("postfix-mta-sts-resolver to listen", 20_000, () => canConnect(port));
  return {
    rate: (questions, inFlight) =>
      rate(port, domains, `OK secure match=${mx} servername=hostname`, questions, inFlight),
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** As the daemon itself would have written it. */
function fill(file: string, domains: readonly string[], mx: string): void {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE sts_policy_cache (domain text, ts integer, pol_id text, pol_body text)");
  database.exec("CREATE UNIQUE INDEX sts_policy_domain ON sts_policy_cache (domain)");
  database.exec("CREATE INDEX sts_policy_domain_ts ON sts_policy_cache (domain, ts)");
  const insert = database.prepare("INSERT INTO sts_policy_cache VALUES (?, ?, ?, ?)");
  const policy = JSON.stringify({ version: "STSv1", mode: "enforce", mx: [mx], max_age: 604_800 });
  for (const domain of domains) insert.run(domain, Math.floor(Date.now() / 1000), "1", policy);
  database.close();
}

function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: true | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true)).once("error", () => end(undefined));
  });
}

/** Over one connection, as a map of Postfix's asks (socketmap: netstrings, `MAP KEY`). */
function rate(
  port: number,
  domains: readonly string[],
  expected: string,
  questions: number,
  inFlight: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const answer = netstring(expected);
    let asked = 0;
    let text = "";
    let answered = 0;
    const ask = (): void => void socket.write(netstring(`postfix ${domains[asked++ % domains.length]}`));
    const startedAt = performance.now();
    socket.once("connect", () => {
      for (let place = 0; place < Math.min(inFlight, questions); place++) ask();
    });
    socket.once("error", reject);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      for (; text.startsWith(answer); text = text.slice(answer.length)) {
        answered++;
        if (asked < questions) ask();
      }
      if (!answer.startsWith(text)) reject(new Error(`an unexpected answer: ${text}`));
      if (answered < questions) return;
      socket.destroy();
      resolve((questions * 1000) / (performance.now() - startedAt));
    });
  });
}

function netstring(text: string): string {
  return `${text.length}:${text},`;
}
