/** One message to each domain of the sandbox, one story after the other. */
import { readFileSync } from "node:fs";
import type { MailEvent, MessageId, StoryEntry } from "../../base/index.ts";
import { attackers, type SandboxDomain } from "../../lab/index.ts";
import { submit, type Submission } from "../submit.ts";
import { readLetter, withoutFacts } from "./letter.ts";
import type { Session } from "./session.ts";
import { discrepancies, endsStory, isOutcome, type Discrepancy } from "./verdict.ts";

export interface Shown {
  readonly site: SandboxDomain;
  /** Undefined if the relay did not take it. */
  readonly id: MessageId | undefined;
  readonly discrepancies: readonly Discrepancy[];
  /** The last thing that became of it. */
  readonly outcome: MailEvent | undefined;
}

/** How long a story may take; on loopback it takes a few milliseconds. */
const storyMaxMs = 15_000;
const noticeMaxMs = 15_000;
/** The second attempt comes after a second or so. */
const secondAttemptMaxMs = 20_000;

export async function showSites(session: Session): Promise<readonly Shown[]> {
  const told: Told[] = [];
  const plansTold = new Set<string>();
  for (const site of session.sandbox.domains) told.push(await showSite(session, site, plansTold));
  for (const one of told) if (one.site.expect.kind === "delayed") await showLater(session, one, plansTold);
  return told.map((one) => judge(session, one));
}

/** A message whose first telling is over. */
interface Told {
  readonly site: SandboxDomain;
  /** Undefined if the relay did not take it. */
  readonly id: MessageId | undefined;
  /** Its sender got a notice. */
  readonly noticed: boolean;
}

async function showSite(session: Session, site: SandboxDomain, plansTold: Set<string>): Promise<Told> {
  const { narrator, sandbox, stories } = session;
  narrator.topic(site.recipient, narrator.words.say(`cli-tryout-site-${site.id}`));
  const before = sandbox.mailbox().length;
  const submitted = await submit(letterTo(session, site.recipient));
  if (!submitted.ok || submitted.value.id === undefined) {
    narrator.remark(
      "✗",
      narrator.words.say("cli-tryout-not-taken", { detail: submitted.ok ? "" : submitted.error.detail }),
      "bad",
    );
    return { site, id: undefined, noticed: false };
  }
  const id = submitted.value.id as MessageId;
  const isLast = (entry: StoryEntry): boolean => endsStory(site.expect, entry);
  // Where the DNS lies, where the mail goes is the story.
  const known = isForged(site) ? new Set<string>() : plansTold;
  for await (const entry of stories.follow(id, { isLast, atMostMs: storyMaxMs })) tell(session, entry, known);
  await tellCaptured(session, site);
  const noticed = site.expect.kind === "returned" && (await showNotice(session, site, before));
  return { site, id, noticed };
}

/** What came of it after the first attempt. */
async function showLater(session: Session, { site, id }: Told, plansTold: Set<string>): Promise<void> {
  const { narrator, stories } = session;
  if (id === undefined) return;
  const from = stories.of(id).findIndex(({ event }) => isOutcome(event)) + 1;
  narrator.topic(narrator.words.say("cli-tryout-again", { recipient: site.recipient }));
  const isLast = ({ event }: StoryEntry): boolean => event.code === "delivered" || event.code === "bounced";
  for await (const entry of stories.follow(id, { from, isLast, atMostMs: secondAttemptMaxMs }))
    tell(session, entry, plansTold);
}

/**
 * Where it went and how. That it was stored and that a connection came about goes without saying here, and a plan is told the
 * first time that one is made for such reasons.
 */
function tell({ narrator }: Session, entry: StoryEntry, plansTold: Set<string>): void {
  const { event } = entry;
  if (event.code === "accepted" || event.code === "connected") return;
  if (event.code === "planned") {
    const reasons = [event.mxStatus, ...event.why.map(({ code }) => code), ...event.hosts.map(({ proof }) => proof)];
    if (plansTold.has(reasons.join())) return;
    plansTold.add(reasons.join());
  }
  narrator.event(entry);
}

async function tellCaptured({ narrator }: Session, site: SandboxDomain): Promise<void> {
  const captured = site.captured();
  if (captured === undefined) return;
  const [first] = captured;
  const who = isForged(site) ? "forger" : "attacker";
  if (first === undefined) return narrator.remark("✓", narrator.words.say(`cli-tryout-${who}-nothing`), "good");
  const { text } = await readLetter(first.content);
  narrator.remark("!", narrator.words.say(`cli-tryout-${who}-read`, { text }), "bad");
}

/** The attacker is not on the way of the mail, but of the answers that say where it goes. */
function isForged({ attack }: SandboxDomain): boolean {
  return attack !== undefined && attackers[attack.id].stands === "dns";
}

/** The notice is mail like any other, and comes to the sender's own mailbox. */
async function showNotice(
  { narrator, sandbox, stories }: Session,
  site: SandboxDomain,
  before: number,
): Promise<boolean> {
  const came = await stories.until(() => sandbox.mailbox().length > before, noticeMaxMs);
  const notice = sandbox.mailbox()[before];
  if (!came || notice === undefined) return false;
  const { subject, text } = await readLetter(notice.content);
  narrator.remark("✉", narrator.words.say("cli-tryout-mail", { recipient: sandbox.sender, subject }), "plain");
  if (site.id === "closed") narrator.quote(withoutFacts(text));
  return true;
}

function judge({ stories }: Session, { site, id, noticed }: Told): Shown {
  if (id === undefined) return { site, id, discrepancies: ["outcome"], outcome: undefined };
  const story = stories.of(id);
  const found = discrepancies(site.expect, {
    story,
    received: site.received(),
    captured: site.captured(),
    noticed,
  });
  return { site, id, discrepancies: found, outcome: story.findLast(({ event }) => isOutcome(event))?.event };
}

function letterTo({ narrator, sandbox, running }: Session, recipient: string): Submission {
  return {
    host: "127.0.0.1",
    port: running.port("submissions"),
    tls: "implicit",
    ca: readFileSync(running.caFile, "utf8"),
    login: { user: running.user, password: running.password },
    from: sandbox.sender,
    to: [recipient],
    content: {
      from: sandbox.sender,
      to: [recipient],
      subject: narrator.words.say("cli-tryout-letter-subject"),
      text: narrator.words.say("cli-tryout-letter-text"),
    },
  };
}
