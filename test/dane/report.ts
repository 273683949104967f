/** What a comparison came to, as lines. */
import type { Report } from "./compare.ts";

const shownMax = 40;

export function told({ chains, accepted, faults, explained, unexplained }: Report): readonly string[] {
  const counts = [...faults].sort((a, b) => b[1] - a[1]).map(([fault, count]) => `${count} ${fault}`);
  return [
    `${chains} chains: ${accepted} accepted, ${counts.join(", ")}`,
    ...[...explained].map(([why, count]) => `explained ${count} times: ${why}`),
    ...unexplained.slice(0, shownMax).map(({ text }) => `UNEXPLAINED ${text}`),
    `${unexplained.length} unexplained differences`,
  ];
}
