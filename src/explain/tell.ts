/** An explanation in words: what happened, whether it was exposed, who can mend it, what to do, what has to be added. */
import type { Words } from "../words/index.ts";
import { exposedBy, isClear } from "./judge.ts";
import type { Incident, Judgement } from "./types.ts";

export interface Told {
  /** What became of it, in a line. */
  readonly outcome: string;
  readonly happened: string;
  readonly exposed: string;
  readonly mends: string;
  readonly todo: string;
  readonly notes: readonly string[];
}

export function tellExplanation(words: Words, incident: Incident, judgement: Judgement): Told {
  const { outcome, cause, sent, hop } = incident;
  const host = incident.host ?? words.say("explain-some-server");
  const isPresumed = judgement.exposed === "yes" && hop === "presumed-cleartext";
  const verdict = words.say(isPresumed ? "explain-exposed-presumed" : `explain-exposed-${judgement.exposed}`);
  const hopWords = sent === "nothing" ? [] : [words.say(`explain-hop-${hop}`, { host })];
  return {
    outcome: outcomeLine(words, incident, host),
    happened:
      outcome === "delivered"
        ? words.say("explain-what-delivered", { host })
        : words.say(`explain-what-${cause}`, { host }),
    exposed: [verdict, words.say(`explain-sent-${sent}`), ...hopWords].join(words.say("gap")),
    mends: words.say(`explain-mends-${judgement.mends}`),
    todo: words.say(todoOf(incident)),
    notes: judgement.notes.map((note) => words.say(`explain-note-${note}`)),
  };
}

function todoOf({ cause, hop }: Incident): string {
  if (cause !== "delivered") return `explain-do-${cause}`;
  if (isClear(hop)) return "explain-do-delivered-clear";
  return exposedBy("content", hop) === "no" ? "explain-do-delivered" : "explain-do-delivered-unproven";
}

function outcomeLine(words: Words, incident: Incident, host: string): string {
  const { outcome, recipients, sessions = 0, reporter } = incident;
  if (outcome === "reported") {
    const counted = {
      sessions,
      domain: words.list(recipients.map((one) => one.replace(/^@/, ""))),
      reporter: reporter ?? words.say("explain-some-sender"),
    };
    return words.say(incident.cause === "delivered" ? "explain-reported-good" : "explain-reported-bad", counted);
  }
  const whom = recipients.length === 0 ? words.say("explain-some-recipient") : words.list(recipients);
  return words.say(`explain-outcome-${outcome}`, { recipients: whom, host });
}
