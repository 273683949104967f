/** What `surehop check` can find, by its code, in the checker's own words; and the schema of its JSON. */
import { ownFindingCodes, reasonOf, reportSchema, untestedReasons, verdicts } from "../../src/check/index.ts";
import { findingCodes } from "../../src/publish/index.ts";
import { createWords } from "../../src/words/index.ts";
import { code, head, page, table } from "./markdown.ts";

const words = createWords("en");

export function findingsPage(): string {
  const say = (key: string): string => wordsOf(key);
  const rows = (prefix: "check" | "publish", codes: readonly (keyof typeof reasonOf)[]): string =>
    table(
      ["code", "what", "what to do", "why"],
      codes.map((one) => [
        code(one),
        say(`${prefix}-finding-${one}`),
        say(`${prefix}-fix-${one}`),
        code(reasonOf[one]),
      ]),
    );
  return page(
    head(
      "Findings",
      "src/check, src/publish and locales/en",
      "What `surehop check` says, by its stable code. `surehop check --json` prints it in the shape of " +
        "[check-report.schema.json](check-report.schema.json), one object a domain. Names in `…` are filled in.",
    ),
    "## Verdicts",
    table(
      ["verdict", "in words"],
      verdicts.map((one) => [code(one), say(`check-verdict-${one}`)]),
    ),
    "## Servers, connections and certificates",
    rows("check", ownFindingCodes),
    "## What is published",
    "`surehop publish check` says these too.",
    rows("publish", findingCodes),
    "## Why it matters",
    table(
      ["reason", "in words"],
      [...new Set(Object.values(reasonOf))].map((one) => [code(one), say(`check-why-${one}`)]),
    ),
    "## What could not be tested",
    table(
      ["reason", "in words"],
      untestedReasons.map((one) => [code(one), say(`check-untested-${one}`)]),
    ),
  );
}

export function reportSchemaFile(): string {
  return `${JSON.stringify(reportSchema(), undefined, 2)}\n`;
}

/** Each variable as an ellipsis. */
function wordsOf(key: string): string {
  const names = [
    "domain",
    "name",
    "host",
    "hosts",
    "detail",
    "record",
    "kind",
    "date",
    "days",
    "state",
    "id",
    "content",
    "pattern",
  ];
  const more = [
    "seconds",
    "alias",
    "exchange",
    "address",
    "protocol",
    "versions",
    "cipher",
    "bits",
    "group",
    "names",
    "issuer",
    "key",
    "subject",
    "endings",
    "uri",
    "why",
  ];
  return words.say(key, Object.fromEntries([...names, ...more].map((name) => [name, "…"]))).replace(/\s*…$/, "");
}
