/**
 * Postfix as a sender: its SMTP client asks unbound, dials the sandbox's port, and says in its log what came of each message and
 * how far the host had proven itself.
 */
import { handIn } from "../support/sender.ts";
import { eventually, freePort } from "../peers/wait.ts";
import { startPostfix, type Postfix } from "../peers/postfix.ts";
import { sentFrom, type Attempts, type Level, type Outcome, type Sender } from "./outcome.ts";
import type { Sandbox } from "./sandbox.ts";

const patienceMs = 120_000;

export async function postfixAt(level: Level, { port, authority }: Sandbox, resolver: string): Promise<Sender> {
  const postfix = await startPostfix({
    port: await freePort(),
    hostname: "postfix.source.example",
    resolver,
    files: { "ca.pem": authority.pem },
    main: {
      smtp_tcp_port: String(port),
      smtp_dns_support_level: "dnssec",
      smtp_host_lookup: "dns",
      // With `dane`, a domain that publishes nothing gets `may`.
      smtp_tls_security_level: level,
      smtp_tls_CAfile: "$config_directory/ca.pem",
      smtp_tls_loglevel: "1",
      // A second attempt counts as a late one, as ours does: only then does Postfix think of doing without TLS.
      minimal_backoff_time: "1s",
      smtpd_peername_lookup: "no",
    },
  });
  return {
    name: `Postfix, ${level}`,
    send: (domains, mailbox) => send(postfix, domains, mailbox),
    close: async () => postfix.stop(),
  };
}

async function send(
  postfix: Postfix,
  domains: readonly string[],
  mailbox: string,
): Promise<ReadonlyMap<string, Attempts>> {
  const replies = await handIn(
    postfix.port,
    domains.map((domain) => ({ from: sentFrom, to: [`${mailbox}@${domain}`], content: `Subject: ${domain}\n\nx\n` })),
  );
  const ids = new Map(domains.map((domain, place) => [domain, queueId(replies[place] ?? "")]));
  const first = await attempted(postfix, ids, 1);
  const waiting = new Map([...ids].filter(([domain]) => first.get(domain) === "deferred"));
  postfix.command("postqueue", "-f");
  const second = await attempted(postfix, waiting, 2);
  return new Map(
    [...first].map(([domain, outcome]): [string, Attempts] => {
      const again = second.get(domain);
      return [domain, again === undefined ? [outcome] : [outcome, again]];
    }),
  );
}

function queueId(reply: string): string {
  const id = /^250 .*queued as (\w+)/.exec(reply)?.[1];
  if (id === undefined) throw new Error(`Postfix did not take a message: ${reply}`);
  return id;
}

/** The outcome of each message's `count`th attempt. */
async function attempted(
  postfix: Postfix,
  ids: ReadonlyMap<string, string>,
  count: number,
): Promise<ReadonlyMap<string, Outcome>> {
  return eventually(`attempt ${count} at ${ids.size} messages by Postfix`, patienceMs, () => {
    const all = readLog(postfix.log());
    const found = [...ids].flatMap(([domain, id]): [string, Outcome][] => {
      const outcome = all.get(id)?.[count - 1];
      return outcome === undefined ? [] : [[domain, outcome]];
    });
    return found.length === ids.size ? new Map(found) : undefined;
  });
}

/**
 * Outcomes by queue id, in order. A process serves one message at a time, so the TLS session that it told of last is the one
 * that a delivery went over; and one whose host did not take it is followed by another's.
 */
export function readLog(log: string): ReadonlyMap<string, readonly Outcome[]> {
  const outcomes = new Map<string, Outcome[]>();
  const proven = new Map<string, { readonly host: string; readonly outcome: Outcome }>();
  for (const line of log.split("\n")) {
    const [, process = "", text = ""] = /postfix\/(?:smtp|error)\[(\d+)\]: (.*)$/.exec(line) ?? [];
    const session = /^(\w+) TLS connection established to (\S+):\d+: /.exec(text);
    if (session !== null) {
      proven.set(process, { host: session[2] ?? "", outcome: session[1] === "Verified" ? "verified" : "unverified" });
      continue;
    }
    const [, id = "", relay = "", status = ""] =
      /^(\w+): to=<[^>]*>, (?:orig_to=<[^>]*>, )?relay=(\S+?)(?::\d+)?, .*status=(\w+) /.exec(text) ?? [];
    if (id === "") continue;
    const last = proven.get(process);
    proven.delete(process);
    const outcome = outcomeOf(status, last?.host === relay ? last.outcome : "clear");
    outcomes.set(id, [...(outcomes.get(id) ?? []), outcome]);
  }
  return outcomes;
}

function outcomeOf(status: string, over: Outcome): Outcome {
  switch (status) {
    case "sent":
      return over;
    case "deferred":
    case "bounced":
      return status;
    default:
      throw new Error(`Postfix says status=${status}`);
  }
}
