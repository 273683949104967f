/**
 * Goes as far as a server's readiness for TLS and no further: banner, EHLO, STARTTLS. What comes out is the connection on which the
 * handshake may begin; it is for those who look at servers, and no mail can be sent on it.
 */
import { err, ok, type Clock, type DomainName, type Result, type Wire } from "../../base/index.ts";
import type { SessionFailure } from "../types.ts";
import { Conversation } from "./conversation.ts";

export interface ReachRequest {
  readonly host: DomainName;
  readonly ehloName: DomainName;
}

/** On failure the connection is closed. Never rejects for what the peer does. */
export function reachTls(
  clock: Clock,
  { host, ehloName }: ReachRequest,
  wire: Wire,
): Promise<Result<Wire, SessionFailure>> {
  return new Promise((resolve) => {
    // Any TLS will do, and without TLS there is nothing to look at.
    const requirement = { host, level: "encrypted", proof: { kind: "any-tls" } } as const;
    void new Conversation(
      clock,
      wire,
      { requirement, ehloName },
      {
        startTls: (ready) => resolve(ok(ready)),
        failed: (failure) => resolve(err(failure)),
        opened: () => {},
        refused: () => {},
        closed: () => {},
      },
    );
  });
}
