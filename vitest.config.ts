import { defineConfig } from "vitest/config";

// Tests share one process per thread: isolation per file costs seconds and buys nothing here,
// since no module keeps state of its own.
export default defineConfig({
  test: {
    include: ["src/**/*.{test,fuzz}.ts", "test/**/*.test.ts"],
    setupFiles: ["test/support/dice.ts"],
    pool: "threads",
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ["default"],
  },
});
