import { describe, expect, test } from "vitest";
import { createValidator } from "../../src/dns/index.ts";
import { skipped } from "../peers/skipped.ts";
import { playFolder, summary, tell, type PlayedReplay } from "./folder.ts";
import { listed } from "./excuses.ts";
import { vectors } from "./vectors.ts";

const { folder, missing } = vectors("unbound");

describe.skipIf(skipped("unbound's replays", missing))("SEC-1 to SEC-4 unbound's replays", () => {
  let once: Promise<readonly PlayedReplay[]> | undefined;
  const played = (): Promise<readonly PlayedReplay[]> => (once ??= playFolder(folder, { createValidator }));

  test("each one that says something about a validator passes", async () => {
    const failed = (await played()).filter(({ outcome }) => outcome.kind === "failed");
    expect(failed.flatMap(tell)).toEqual([]);
  });

  test("nearly all of them say something", async () => {
    const skips = (await played()).filter(({ outcome }) => outcome.kind === "skipped");
    expect(skips.length / (await played()).length, summary(await played())).toBeLessThan(0.15);
  });

  test("what is listed as meant to differ does differ", async () => {
    for (const { replay } of listed) {
      const one = (await played()).find(({ name }) => name === replay);
      expect(one?.outcome.kind ?? "skipped", replay).toBe("skipped");
    }
  });

  // The guard's canary: a validator that believes everything, or nothing, cannot pass.
  test.each([
    ["secure", "records"],
    ["bogus", "failure"],
  ] as const)("a validator that says %s to everything fails", async (status, kind) => {
    const stubborn = await playFolder(folder, {
      createValidator: (options) => ({
        async resolve(name, type) {
          const honest = await createValidator(options).resolve(name, type);
          return { ...honest, status, kind: honest.kind === "failure" || kind === "failure" ? kind : honest.kind };
        },
      }),
    });
    expect(stubborn.filter(({ outcome }) => outcome.kind === "failed").length).toBeGreaterThan(20);
  });
});
