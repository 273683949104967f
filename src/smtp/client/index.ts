export { dialHost, type DialPorts, type DialRequest } from "./dial.ts";
export { openSession, openSessionOn } from "./session.ts";
export type { SessionPorts, SessionRequest, SessionTerms, SmtpSession } from "./types.ts";
