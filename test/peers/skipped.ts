/** Tests that need a program which is not here say so where nobody can overlook it, and count as skipped. */
export function skipped(name: string, missing: string | undefined): boolean {
  if (missing === undefined) return false;
  process.stderr.write(`\n*** SKIPPED: the tests with ${name}: ${missing} ***\n\n`);
  return true;
}
