/**
 * What only the owner of a server may try on it: commands slipped behind STARTTLS (CVE-2011-0411), and ends of content that are none
 * (SMTP smuggling, CVE-2023-51764 and its kin). It is tried on loopback and on one's own addresses, and nowhere else.
 *
 *   injection  EHLO, then "STARTTLS<CRLF>RSET<CRLF>" in one piece, then the handshake: who answers RSET inside TLS has kept it
 *   smuggling  a message begun, with a false end in it: who says 250 to that takes what follows for commands. The true end is never sent:
 *              a server that does it right receives nothing
 */
import { isIpv6, type DomainName, type IpAddress } from "../../base/index.ts";
import { overhearTls } from "../../tls/index.ts";
import { checkLimits } from "../limits.ts";
import type { IntrusiveSeen, SmuggledEnding } from "../types.ts";
import { smuggledEndings } from "../types.ts";
import type { Connections } from "./connection.ts";
import { Talk } from "./talk.ts";

/** True where harm can only come to whoever asks for it. */
export function isOwnAddress(address: IpAddress, own: readonly IpAddress[]): boolean {
  const isLoopback = isIpv6(address) ? address === "::1" : address.startsWith("127.");
  return isLoopback || own.includes(address);
}

export async function seeIntrusive(
  connections: Connections,
  domain: DomainName,
  own: readonly IpAddress[],
): Promise<IntrusiveSeen> {
  const { address } = connections.target;
  // Looked at here again, so that no caller can forget it.
  if (!isOwnAddress(address, own)) throw new Error(`${address} is nobody's own`);
  const injection = await tryInjection(connections);
  const smuggling: { -readonly [K in SmuggledEnding]?: "taken" | "passed-over" | "untested" } = {};
  for (const ending of smuggledEndings) smuggling[ending] = await trySmuggling(connections, domain, ending);
  return { injection, smuggling };
}

async function tryInjection(connections: Connections): Promise<IntrusiveSeen["injection"]> {
  const opened = await connections.open();
  if (!opened.ok) return "untested";
  const { wire, done } = opened.value;
  const { clock } = connections.ports;
  const talk = new Talk(wire, connections);
  const greeted = await talk.greet();
  const reply = greeted.ok ? await talk.send("STARTTLS\r\nRSET\r\n") : undefined;
  talk.detach();
  if (!reply?.ok || reply.value.code !== 220) {
    done();
    wire.stream.destroy();
    // Who refuses, or hangs up, has noticed what stood behind STARTTLS; who did not even greet has said nothing.
    return greeted.ok ? "refused" : "untested";
  }
  // A second reply in clear, before TLS: no injection into TLS, and no such server either.
  const overheard = await overhearTls(wire, {
    host: connections.target.host,
    clock,
    handshakeTimeoutMs: checkLimits.handshakeTimeoutMs,
    silenceMs: connections.target.silenceMs,
  });
  done();
  switch (overheard.kind) {
    case "spoke":
      return "obeyed";
    case "silent":
    case "no-tls":
      return "refused";
  }
}

const endings: Readonly<Record<SmuggledEnding, string>> = {
  "lf-dot-lf": "\n.\n",
  "lf-dot-crlf": "\n.\r\n",
  "crlf-dot-lf": "\r\n.\n",
  "cr-dot-cr": "\r.\r",
  "cr-dot-crlf": "\r.\r\n",
};

async function trySmuggling(
  connections: Connections,
  domain: DomainName,
  ending: SmuggledEnding,
): Promise<"taken" | "passed-over" | "untested"> {
  const opened = await connections.open();
  if (!opened.ok) return "untested";
  const { wire, done } = opened.value;
  const talk = new Talk(wire, connections);
  try {
    const greeted = await talk.greet();
    if (!greeted.ok) return "untested";
    for (const command of ["MAIL FROM:<>", `RCPT TO:<postmaster@${domain}>`, "DATA"]) {
      const said = await talk.send(`${command}\r\n`);
      if (!said.ok || said.value.code >= 400) return "untested";
    }
    const content = `Subject: surehop check\r\n\r\nA false end follows.${endings[ending]}`;
    const said = await talk.send(content, connections.target.silenceMs);
    // Silence: it waits for the true end. A 5xx: it has noticed.
    return said.ok && said.value.code < 400 ? "taken" : "passed-over";
  } finally {
    talk.detach();
    done();
    // Never with the end of the content: what was begun is thrown away.
    wire.stream.destroy();
  }
}
