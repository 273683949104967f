export { dialHost, type DialPorts, type DialRequest } from "./dial.ts";
export { reachTls, type ReachRequest } from "./reach.ts";
export { openSession, openSessionOn } from "./session.ts";
export type { SessionPorts, SessionRequest, SessionTerms, SmtpSession } from "./types.ts";
