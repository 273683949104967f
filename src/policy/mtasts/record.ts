/**
 * The TXT record at `_mta-sts.DOMAIN` (RFC 8461 §3.1): that there is a policy, and under which id.
 *
 *   v=STSv1; id=20160831085700Z;
 *
 * Grammar: `v=STSv1`, then fields `name=value`, each behind a semicolon with blanks around it, a last semicolon at will. Case counts.
 * Pure.
 */
import { err, ok, type Result } from "../../base/index.ts";
import { stsLimits } from "./limits.ts";

export interface StsRecord {
  /** 1 to 32 letters and digits. It says nothing but "another than before". */
  readonly id: string;
}

export type StsRecordFault =
  /** No record begins with `v=STSv1;`: there is no policy, and nothing is wrong. */
  | "none"
  /** Trap 22. */
  | "several"
  | "bad-field"
  | "no-id"
  | "bad-id";

/** Every record of the name, the strings of each joined (RFC 8461 §3.1 MUST). Whatever the fault, the domain has no policy to be found. */
export function parseStsRecord(texts: readonly string[]): Result<StsRecord, StsRecordFault> {
  const [text, ...further] = texts.filter((one) => beginning.test(one));
  if (text === undefined) return err("none");
  // RFC 8461 §3.1: if it is not one, there is none.
  if (further.length > 0) return err("several");
  const whole = trimBlanks(text);
  const fields = (whole.endsWith(";") ? whole.slice(0, -1) : whole).split(";").slice(1);
  let id: string | undefined;
  for (const field of fields) {
    const [name = "", value = "", ...further] = trimBlanks(field).split("=");
    if (further.length > 0) return err("bad-field");
    if (!isFieldName(name) || !fieldValue.test(value)) return err(name === "id" ? "bad-id" : "bad-field");
    // RFC 8461 §3.2: of a field that is there twice the first counts.
    if (name === "id") id ??= value;
  }
  if (id === undefined) return err("no-id");
  return idPattern.test(id) ? ok({ id }) : err("bad-id");
}

/** What is wrong with it, as a sentence goes on behind "the TXT record". */
export function stsRecordFaultText(fault: StsRecordFault): string {
  switch (fault) {
    case "none":
      return "is not there";
    case "several":
      return "is there more than once";
    case "bad-field":
      return "has a field that is not name=value";
    case "no-id":
      return "has no id";
    case "bad-id":
      return `has an id that is not 1 to ${stsLimits.idMaxChars} letters and digits`;
  }
}

/** RFC 8461 §3.1 and §3.2 use the same names. */
export function isFieldName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text) && text.length <= stsLimits.fieldNameMaxChars;
}

/** Without the blanks (`WSP`) around it. By hand: an expression that ends with `$` tries again at each blank of many. */
export function trimBlanks(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text[from])) from++;
  while (to > from && isBlank(text[to - 1])) to--;
  return text.slice(from, to);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}

/** RFC 8461 §3.1 discards what does not begin with `v=STSv1;`; its grammar lets blanks stand before the semicolon. */
const beginning = /^v=STSv1[ \t]*;/;
/** `%x21-3A / %x3C / %x3E-7E`: printable, no blank, no semicolon, no equals sign. */
const fieldValue = /^[\x21-\x3a\x3c\x3e-\x7e]+$/;
const idPattern = /^[A-Za-z0-9]{1,32}$/;
