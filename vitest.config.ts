import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/** Tests mostly wait, for daemons, handshakes and processes: as many files are under way as there are cores, and two at least. */
const workers = Math.min(8, Math.max(2, availableParallelism()));

/** Past it a test has hung. How busy the machine is says nothing about the program, so this is many times what any of them takes. */
const patienceMs = 900_000;

/** Whole matrices, and daemons with a patience of their own: begun last, each of them would be waited for by all others. */
const longest = [
  "test/lab/",
  "test/check/intrusive",
  "test/differential/",
  "src/lab/senders/",
  "src/cli/tryout",
  "test/scan/cli",
  "test/agreement/",
];

class LongestFirst extends BaseSequencer {
  override async sort(...args: Parameters<BaseSequencer["sort"]>): ReturnType<BaseSequencer["sort"]> {
    const sorted = await super.sort(...args);
    const isLong = ({ moduleId }: (typeof sorted)[number]): boolean =>
      longest.some((place) => moduleId.includes(`/${place}`));
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))];
  }
}

// Tests share one process per thread: isolation per file costs seconds and buys nothing here,
// since no module keeps state of its own.
export default defineConfig({
  test: {
    include: ["src/**/*.{test,fuzz}.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/dice.ts"],
    pool: "threads",
    isolate: false,
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
    reporters: ["default"],
  },
});
