/** The conversation that any sender has, over the relay's own client: what it asks for is nothing, so that all that is offered can be seen. */
import type { MailEvent } from "../../base/index.ts";
import { openSessionOn } from "../../smtp/index.ts";
import type { SessionSeen } from "../types.ts";
import { whyNot, type Connections } from "./connection.ts";

export async function seeSession(connections: Connections): Promise<SessionSeen> {
  const opened = await connections.open();
  if (!opened.ok) return { kind: "untested", ...opened.error };
  const { wire, signal, done } = opened.value;
  const { host, ehloName, remark } = connections.target;
  const met: { tls?: { readonly protocol: string; readonly cipher: string } } = {};
  const onEvent = (event: MailEvent): void => {
    if (event.code === "tls-established") met.tls = { protocol: event.protocol, cipher: event.cipher };
  };
  const requirement = { host, level: "cleartext", proof: { kind: "none" } } as const;
  const session = await openSessionOn(connections.ports, { requirement, ehloName, onEvent, signal }, wire);
  done();
  const { tls } = met;
  if (session.ok) {
    const { requireTls } = session.value.capabilities;
    await session.value.quit(remark);
    return tls === undefined ? { kind: "cleartext" } : { kind: "encrypted", ...tls, requireTls };
  }
  const failure = session.error;
  if (failure.kind === "unproven" && failure.offeredTls && !signal.aborted) {
    const { fault, detail } = failure;
    return { kind: "tls-failed", fault, detail, isRefusal: fault === "starttls-refused" };
  }
  // Trap 27: "not now" to the greeting is not "no TLS".
  return { kind: "untested", ...connections.note(whyNot(failure, signal.aborted)) };
}
