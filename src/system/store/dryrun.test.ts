import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { domain, noLog } from "../../base/index.ts";
import { manualClock } from "../../../test/support/clock.ts";
import { openDryRunLog } from "./dryrun.ts";
import { openFactStore } from "./open.ts";

const directory = mkdtempSync(join(tmpdir(), "surehop-dryrun-"));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("what would have waited is counted by domain, survives a restart, and is told with its latest reason", async () => {
  const clock = manualClock(86_400_000 * 100);
  const asked = { at: clock.now(), domain: domain("example.org") };
  const first = openFactStore({ directory, role: "relay" });
  const log = openDryRunLog(first, { clock, log: noLog });
  log.note({ ...asked, outcome: "would-pass" });
  log.note({ ...asked, outcome: "unknown" });
  log.note({ ...asked, outcome: "would-wait", reason: "dane-unavailable" });
  log.note({
    ...asked,
    at: asked.at + 1,
    outcome: "would-wait",
    reason: "unproven",
    host: "mx.example.org",
    fault: "dane-mismatch",
  });
  log.note({ ...asked, domain: domain("other.example"), outcome: "would-pass" });
  await clock.advance(1_000);
  log.close();
  first.close();

  const second = openFactStore({ directory, role: "operator" });
  expect(openDryRunLog(second, { clock, log: noLog }).list(10)).toEqual([
    {
      domain: "example.org",
      wouldPass: 1,
      wouldWait: 2,
      waitedAt: asked.at + 1,
      reason: "unproven",
      host: "mx.example.org",
      fault: "dane-mismatch",
    },
    { domain: "other.example", wouldPass: 1, wouldWait: 0 },
  ]);
  second.close();
});
