/**
 * Whether a server takes mail that is handed over without TLS, or insists on STARTTLS (RFC 3207 §4). In a connection of its own:
 *
 *   banner ─► EHLO ─► MAIL FROM:<> ─┬─ 250: it does not insist ──► RSET ──► QUIT
 *                                   └─ 530 "Must issue a STARTTLS command first": it does ──► QUIT
 *
 * No recipient is named and no content begun. A server that would refuse only later, at RCPT TO, looks like one that does not insist.
 */
import type { InsistenceSeen } from "../types.ts";
import type { Connections } from "./connection.ts";
import { Talk, type Said } from "./talk.ts";

export async function seeInsistence(connections: Connections): Promise<InsistenceSeen> {
  const opened = await connections.open();
  if (!opened.ok) return { kind: "untested", ...opened.error };
  const { wire, done } = opened.value;
  const talk = new Talk(wire, connections);
  try {
    const greeted = await talk.greet();
    if (!greeted.ok) return unseen(greeted.error);
    // What it says to EHLO says nothing of this; a server that knows HELO alone takes mail all the same.
    const said = await talk.send("MAIL FROM:<>\r\n");
    const seen = said.ok ? insistenceOf(said.value) : unseen(said.error);
    if (seen.kind === "optional") await talk.send("RSET\r\n");
    await talk.send("QUIT\r\n");
    return seen;
  } finally {
    talk.detach();
    done();
    wire.stream.destroy();
  }
}

/** Any other refusal is about us or about the null sender: of TLS it says nothing (trap 27). */
function insistenceOf({ code, text }: Said): InsistenceSeen {
  if (code < 300) return { kind: "optional" };
  if (code >= 500 && /\bstarttls\b|\btls\b|\bssl\b|encrypt/i.test(text)) return { kind: "required" };
  return unseen({ code, text });
}

function unseen(said: "silent" | Said): InsistenceSeen {
  if (said === "silent") return { kind: "untested", reason: "no-answer", detail: "no answer, or broken off" };
  return { kind: "untested", reason: said.code < 500 ? "slow-down" : "unwelcome", detail: said.text };
}
