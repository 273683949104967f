/**
 * Mail servers of others, put to the test as Debian packages them. Each is started for a world in directories and namespaces of the lab's
 * own, and ended with it; the machine's own mail is not looked at and not touched.
 */
import type { ClientPorts } from "./client.ts";
import { eximSenders } from "./exim.ts";
import { opensmtpdSenders } from "./opensmtpd.ts";
import { postfixSenders } from "./postfix.ts";
import { sendmailSenders } from "./sendmail.ts";
import type { Sender } from "./types.ts";

/** All of them, whether installed or not. */
export function peerSenders(ports: ClientPorts): readonly Sender[] {
  return [...postfixSenders(ports), ...eximSenders(ports), ...sendmailSenders(ports), ...opensmtpdSenders(ports)];
}
