/** The message catalogues: every `.ftl` file (Fluent) of a language's folder under `locales/`, read when first asked for. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Language } from "./language.ts";
import { wordsLimits } from "./limits.ts";

/** Beside `src/` and `dist/` alike: two floors above this file. */
const localesUrl = new URL("../../locales/", import.meta.url);

const bundles = new Map<Language, FluentBundle>();

export function openCatalogue(language: Language): FluentBundle {
  const known = bundles.get(language);
  if (known !== undefined) return known;
  const bundle = new FluentBundle(language, { useIsolating: false });
  for (const { name, text } of catalogueFiles(language)) {
    const [fault] = bundle.addResource(new FluentResource(text));
    if (fault !== undefined) throw new Error(`locales/${language}/${name}: ${fault.message}`);
  }
  bundles.set(language, bundle);
  return bundle;
}

/** Throws if the folder is missing or beyond its limits: the package is broken then. */
export function catalogueFiles(language: Language): readonly { readonly name: string; readonly text: string }[] {
  const folder = new URL(`${language}/`, localesUrl);
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ftl"))
    .sort();
  if (names.length > wordsLimits.catalogueFilesMax) throw new Error(`too many catalogues for ${language}`);
  return names.map((name) => {
    const file = new URL(name, folder);
    if (statSync(file).size > wordsLimits.catalogueFileMaxBytes)
      throw new Error(`locales/${language}/${name} is too big`);
    return { name, text: readFileSync(file, "utf8") };
  });
}
