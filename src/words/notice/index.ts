/**
 * Notices to the sender, in the sender's language (DSN-2). Each answers four questions: what happened; was my message
 * exposed to anyone; what can I do; what should I forward to an administrator. The answer to the second is derived from what
 * was sent and over what, never from what was planned.
 */
import { displayDomain, type Instant, type MailAddress } from "../../base/index.ts";
import type { OriginalMessage } from "../../mime/index.ts";
import { wordsLimits } from "../limits.ts";
import { safeAddress, safeName } from "../safe.ts";
import { sayWhoCouldRead, sayWhyBounced, sayWhyDeferred } from "../story.ts";
import type { Exposure } from "../exposure.ts";
import type { Words } from "../words.ts";
import { adviceFor, delayAdviceFor } from "./advice.ts";
import { adminBlock } from "./admin.ts";
import type { Delayed, Delivered, Failed, Notice, NoticeFacts, NoticeRecipient } from "./facts.ts";

export { reportRecipient } from "./facts.ts";
export type { Delayed, Delivered, Failed, Notice, NoticeFacts, NoticeRecipient } from "./facts.ts";

/** For recipients that will not get the message. At least one. */
export function bounceNotice(words: Words, facts: NoticeFacts<Failed>): Notice {
  const { recipients, original } = facts;
  return {
    subject: subjectOf(words, "notice-bounce-subject", original),
    text: layOut(words, facts, {
      opening: words.say("notice-bounce-opening"),
      happened: grouped(words, recipients, ({ outcome, address }) =>
        sayWhyBounced(words, { ...outcome, domain: address.domain }),
      ),
      exposed: sayExposure(words, facts.exposure),
      todo: unique(recipients.map(({ outcome }) => words.say(adviceFor(outcome)))),
    }),
  };
}

export interface DelayFacts extends NoticeFacts<Delayed> {
  /** The next attempt. */
  readonly retryAt: Instant;
  /** When the message comes back if it cannot be delivered until then. */
  readonly giveUpAt: Instant;
}

/** For recipients that do not have the message yet. At least one. */
export function delayNotice(words: Words, facts: DelayFacts): Notice {
  const { recipients, original } = facts;
  const isHeld = recipients.some(({ outcome }) => outcome.forSafety);
  const times = { retry: words.time(facts.retryAt), until: words.time(facts.giveUpAt) };
  return {
    subject: subjectOf(words, isHeld ? "notice-held-subject" : "notice-delay-subject", original),
    text: layOut(words, facts, {
      opening: words.say(isHeld ? "notice-held-opening" : "notice-delay-opening"),
      happened: [
        ...grouped(words, recipients, ({ outcome, address }) =>
          sayWhyDeferred(words, { ...outcome, domain: address.domain }),
        ),
        words.say("notice-delay-next", times),
      ],
      exposed: sayExposure(words, facts.exposure),
      todo: unique(recipients.map(({ outcome }) => words.say(delayAdviceFor(outcome)))),
    }),
  };
}

/** For recipients whose mail the next server has taken, where the sender asked to be told. At least one. */
export function successNotice(words: Words, facts: NoticeFacts<Delivered>): Notice {
  const { recipients, original } = facts;
  return {
    subject: subjectOf(words, "notice-success-subject", original),
    text: layOut(words, facts, {
      opening: words.say("notice-success-opening"),
      happened: grouped(words, recipients, ({ outcome }) =>
        words.say("notice-success-happened", { host: safeName(outcome.host) }),
      ),
      exposed: grouped(words, recipients, ({ outcome }) =>
        sayWhoCouldRead(words, outcome.level, outcome.proof, safeName(outcome.host)),
      ),
      todo: [words.say("advice-success")],
    }),
  };
}

interface Answers {
  readonly opening: string;
  readonly happened: readonly string[];
  readonly exposed: readonly string[];
  readonly todo: readonly string[];
}

/** Paragraphs, with an empty line between them. What is quoted never makes a line of its own. */
function layOut(words: Words, facts: NoticeFacts<Failed | Delayed | Delivered>, answers: Answers): string {
  return [
    words.say("notice-from", { host: facts.hostname }),
    answers.opening,
    listed(words, facts.recipients),
    aboutMessage(words, facts),
    words.say("notice-question-happened"),
    ...answers.happened,
    words.say("notice-question-exposed"),
    ...answers.exposed,
    words.say("notice-question-todo"),
    ...answers.todo,
    words.say("notice-question-forward"),
    words.say("notice-forward"),
    `${adminBlock(facts)}\n`,
  ].join("\n\n");
}

/** In place of a notice that may not be sent: nothing of the message, not even whom it was for (RFC 8689 §5). */
export function redactedNotice(
  words: Words,
  { hostname, queueId }: { readonly hostname: string; readonly queueId: string },
): Notice {
  const paragraphs = [
    words.say("notice-from", { host: hostname }),
    words.say("notice-redacted", { id: safeName(queueId) }),
    words.say("notice-redacted-todo"),
  ];
  return { subject: words.say("notice-redacted-subject"), text: `${paragraphs.join("\n\n")}\n` };
}

function subjectOf(words: Words, id: string, original: OriginalMessage): string {
  return original.subject === undefined ? words.say(`${id}-none`) : words.say(id, { subject: original.subject });
}

function listed(words: Words, recipients: readonly { readonly address: MailAddress }[]): string {
  const lines = recipients.slice(0, wordsLimits.listedInNoticeMax).map(({ address }) => `    ${shown(address)}`);
  const count = recipients.length - wordsLimits.listedInNoticeMax;
  if (count > 0) lines.push(`    ${words.say("list-rest", { count })}`);
  return lines.join("\n");
}

function aboutMessage(words: Words, { original, receivedAt }: NoticeFacts<Failed | Delayed | Delivered>): string {
  const lines = [
    ...(original.subject === undefined ? [] : [words.say("notice-about-subject", { subject: original.subject })]),
    ...(original.from === undefined ? [] : [words.say("notice-about-from", { from: original.from })]),
    ...(original.date === undefined ? [] : [words.say("notice-about-date", { date: original.date })]),
    words.say("notice-about-received", { time: words.time(receivedAt) }),
  ];
  return lines.map((line) => `    ${line}`).join("\n");
}

/** One paragraph for all recipients that share it; the recipients are named only where there are several paragraphs. */
function grouped<O extends Failed | Delayed | Delivered>(
  words: Words,
  recipients: readonly NoticeRecipient<O>[],
  say: (recipient: NoticeRecipient<O>) => string,
): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const recipient of recipients) {
    const text = say(recipient);
    const group = groups.get(text) ?? [];
    group.push(shown(recipient.address));
    groups.set(text, group);
  }
  if (groups.size === 1) return [...groups.keys()];
  const paragraphs = [...groups].slice(0, wordsLimits.listedInNoticeMax);
  return paragraphs.map(([text, names]) => words.say("notice-for", { recipients: words.list(names), text }));
}

function sayExposure(words: Words, { sent, level, host }: Exposure): readonly string[] {
  if (sent === "nothing") return [words.say("exposed-nothing")];
  const where = host === undefined ? words.say("exposed-some-server") : safeName(host);
  return [words.say(`exposed-${sent}-${level ?? "cleartext"}`, { host: where })];
}

/** As people write it: a domain in its own script. */
function shown({ local, domain }: MailAddress): string {
  return safeAddress(`${local}@${displayDomain(domain)}`);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
