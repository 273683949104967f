/** Which languages are spoken here, and which one somebody means. */
import { wordsLimits } from "./limits.ts";

/** BCP 47 tags; each has a folder of that name in `locales/`. */
export const languages = ["en", "zh-CN"] as const;

export type Language = (typeof languages)[number];

export const defaultLanguage: Language = "en";

/**
 * Reads a BCP 47 tag or a POSIX locale: `zh`, `zh-Hans-SG` and `zh_CN.UTF-8` are Chinese (the one kind there is here),
 * `en_GB` is English. Anything else, `C` and `POSIX` among it, is undefined.
 */
export function parseLanguage(tag: string): Language | undefined {
  if (tag.length > wordsLimits.languageTagMaxChars) return undefined;
  const [primary = ""] = tag.toLowerCase().split(/[-_.@]/, 1);
  return languages.find((language) => language.split("-", 1)[0] === primary);
}

/** What the environment says (POSIX: the first of LC_ALL, LC_MESSAGES and LANG that is not empty counts), else English. */
export function detectLanguage(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return parseLanguage(locale) ?? defaultLanguage;
}
