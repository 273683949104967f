/**
 * Floor 6: an Internet on loopback. Here the relay meets what it will meet outside, without leaving the machine: a name server,
 * certificate authorities good and bad, honest mail servers with their moods, and attackers.
 *
 *   ca.ts          authorities, and certificates of every kind
 *   dnssec/        signed zones, from a root of one's own down
 *   nameserver/    zones as data, signed or not; faults on demand
 *   receiver.ts    a mail server that writes down what it took
 *   policy-host.ts their web server: MTA-STS policies, and keys
 *   attackers/     one file each, named as in the catalogue of attacks; `captured()` is the evidence of a leak
 *   author/        who writes a message, sealed or not, and the mailbox in which it is opened
 *   sandbox.ts     all of these as the small Internet of the try-out
 *   senders/       other people's mail servers, started privately
 *   run/           cells played out: a control, an attack, and what the wire and the servers say came of it
 *   enclose.ts     namespaces for those that insist on port 25 or on the system's resolver
 *
 * Nothing here listens or dials anywhere but on 127.0.0.0/8 and ::1, and in an enclosure 198.18.0.0/15: `loopback.ts` refuses it.
 */
export * from "./attackers/index.ts";
export { findKey, keyLimits, openDirectory, openDns, openMessage, readWith } from "./author/index.ts";
export type { Directory, DirectoryTerms, FindKey, OpenDirectory, OpenWeb, WebFault, WebTerms } from "./author/index.ts";
export { makeAuthority, selfSigned, trustOnly, type Authority, type Credentials, type LeafOptions } from "./ca.ts";
export { leapingClock, type LeapingClock } from "./clock.ts";
export { Dialogue } from "./dialogue.ts";
export { signedInternet, type Internet, type InternetOptions, type ZoneState } from "./dnssec/index.ts";
export { assertInBounds, assertLoopback, enclosedOnly, isLoopback, loopbackOnly } from "./loopback.ts";
export * from "./nameserver/index.ts";
export { receiverLimits, startReceiver, type Behaviour } from "./receiver.ts";
export type { ReceivedMessage, Receiver, ReceiverOptions } from "./receiver.ts";
export { homeDomain, startSandbox, type Sandbox, type SandboxDomain, type SandboxOptions } from "./sandbox.ts";
export { sandboxDomains, type Expectation, type SandboxSite } from "./sites.ts";
export * from "./run/index.ts";
export { enclosedNet, enclosing, enclosureMissing, isEnclosed, runEnclosed, type Enclosing } from "./enclose.ts";
export { peerSenders } from "./senders/index.ts";
export { anchorData, forwardAll, unboundConfig, type UnboundTerms } from "./unbound.ts";
export { senderLimits } from "./senders/types.ts";
export { startTamperers } from "./run/injection.ts";
export { listenBetween, type Wiretap } from "./run/wiretap.ts";
export { hopMissing, startPostfixHop, type PostfixHop, type Way } from "./senders/hop.ts";
export type {
  Handed,
  HopCount,
  Inbound,
  LabMail,
  MailState,
  Noticed,
  RunningSender,
  Sender,
  SenderWorld,
} from "./senders/types.ts";
