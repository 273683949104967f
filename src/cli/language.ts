/** Which language to speak: `--lang`, else what the environment says. */
import { detectLanguage, parseLanguage, type Language } from "../words/index.ts";

/** `unknown`: what `--lang` names and nobody here speaks; that is for the caller to say. */
export function chooseLanguage(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): { readonly language: Language; readonly unknown?: string } {
  const asked = askedLanguage(args);
  if (asked === undefined) return { language: detectLanguage(environment) };
  const language = parseLanguage(asked);
  return language === undefined ? { language: detectLanguage(environment), unknown: asked } : { language };
}

/** Looked for before anything else is parsed, since faults in the rest are told in this language too. */
function askedLanguage(args: readonly string[]): string | undefined {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  const joined = options.find((arg) => arg.startsWith("--lang="));
  if (joined !== undefined) return joined.slice("--lang=".length);
  const at = options.indexOf("--lang");
  return at < 0 ? undefined : (options[at + 1] ?? "");
}
