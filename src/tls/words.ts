/** What a stranger says, made fit for a detail. */
const detailMaxChars = 300;

/** Without control characters, at most 300 characters. */
export function clean(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "?").slice(0, detailMaxChars);
}
