/** What strangers wrote, made harmless before anything looks at it: no control characters, none that turn or hide writing, no endless lines. */
import { unicodeLine } from "../mime/index.ts";
import { explainLimits } from "./limits.ts";
import type { Incident } from "./types.ts";

/** One line; space at its head is kept, since in bounces it means something. */
export function cleanLine(line: string): string {
  return line
    .slice(0, explainLimits.lineMaxChars)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, "")
    .trimEnd();
}

export function cleanText(text: string): string {
  return text
    .split(/\r\n|\r|\n/, explainLimits.linesMax)
    .map(cleanLine)
    .join("\n");
}

const nameMaxChars = 320;

/** Fit to be printed: bounded, each value on one line. */
export function fit(incident: Incident): Incident {
  const { message, host, said, reporter, recipients, ...rest } = incident;
  const name = (text: string): string => unicodeLine(text, nameMaxChars);
  return {
    ...rest,
    recipients: recipients.slice(0, explainLimits.recipientsMax).map(name),
    ...(message === undefined ? {} : { message: name(message) }),
    ...(host === undefined ? {} : { host: name(host).replace(/\.$/, "") }),
    ...(said === undefined ? {} : { said: unicodeLine(said, explainLimits.saidMaxChars) }),
    ...(reporter === undefined ? {} : { reporter: name(reporter) }),
  };
}
