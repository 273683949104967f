/**
 * Floor 4: who may hand mail in, and its way into the queue. Three kinds of listener, none of them an open relay:
 *
 *   submissions   TLS from the first byte, then AUTH      (RFC 8314)
 *   submission    STARTTLS, then AUTH                     (RFC 6409, RFC 3207)
 *   local         plain SMTP for listed client networks   (default: loopback)
 *
 * A message streams through to the queue, gets a Received field on top and is otherwise left as it came. Its 250 goes out
 * when the queue says that it is on disk.
 */
export { startIntake, type Intake, type IntakeOptions, type IntakePorts } from "./intake.ts";
export { isInside, loopbackNetworks, network, parseNetwork, type Network } from "./networks.ts";
export { hashPassword, isPasswordHash, verifyPassword } from "./passwords.ts";
export { intakeSettings, type IntakeSettings, type ListenerKind, type ListenerSettings } from "./settings.ts";
export {
  maySendAs,
  parseSenderPattern,
  userDirectory,
  type SenderPattern,
  type UserDirectory,
  type UserRecord,
} from "./users.ts";
