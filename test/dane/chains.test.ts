/** Ours beside Debian's OpenSSL and GnuTLS on chains made up from a seed. `npm run test:danechains` judges any number of them. */
import { describe, expect, test } from "vitest";
import { skipped } from "../peers/skipped.ts";
import { compareChains } from "./compare.ts";
import { missingPeers } from "./peers/missing.ts";
import { told } from "./report.ts";

const chains = Number(process.env["SUREHOP_DANE_CHAINS"] ?? "250");
const seed = 1;

describe.skipIf(skipped("OpenSSL's s_client and GnuTLS", missingPeers()))(
  "DANE-3 to DANE-5 ours, OpenSSL and GnuTLS",
  () => {
    test(`say the same of ${chains} chains made at random`, async () => {
      const report = await compareChains({ chains, seed });
      expect(
        report.unexplained.map(({ text }) => text),
        told(report).join("\n"),
      ).toEqual([]);
      expect(report.chains).toBe(chains);
      // Canary: chains of which hardly any is accepted, or refused for a reason besides the records, prove little.
      expect(report.accepted).toBeGreaterThan(chains / 3);
      expect(report.faults.get("dane-mismatch")).toBeGreaterThan(chains / 10);
      expect(report.faults.get("certificate-untrusted")).toBeGreaterThan(chains / 40);
      // Canary: explanations are for corners.
      const explained = [...report.explained.values()].reduce((sum, count) => sum + count, 0);
      expect(explained).toBeLessThan(chains / 4);
    });
  },
);
