import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { changesBetween, isSame, judge, type Report } from "../../src/check/index.ts";
import { openStage } from "./stage.ts";
import { openTown, tlsaOf, type TownPlan } from "./town.ts";

async function look(plan: TownPlan): Promise<Report> {
  const town = await openTown(plan);
  try {
    return judge(await town.inspect());
  } finally {
    await town.close();
  }
}

describe("what has changed between two looks", () => {
  test("nothing, where nothing did", async () => {
    const plan: TownPlan = { stsRecord: [], hosts: [{ features: { requireTls: false } }] };
    expect(isSame(changesBetween(await look(plan), await look(plan)))).toBe(true);
  });

  test("a renewed key that nobody published: the finding appears, and the verdict turns; mended, it goes", async () => {
    const good = await look({});
    const bad = await look({ hosts: [{ tlsa: [tlsaOf([3, 1, 1], Buffer.alloc(32))] }] });
    const there = changesBetween(good, bad);
    expect(there.verdict).toEqual({ before: "safe", after: "held" });
    expect(new Set(there.appeared.map(({ code }) => code))).toEqual(new Set(["tlsa-mismatch"]));
    const back = changesBetween(bad, good);
    expect(back.gone).toEqual(there.appeared);
    expect(back.appeared).toEqual([]);
  });

  test("trap 27: what could not be looked at this time is not called mended", async () => {
    const bad = await look({ hosts: [{ features: { requireTls: false } }] });
    const busy = await look({ hosts: [{ server: ({ stream }) => void stream.end("421 4.3.2 busy\r\n") }] });
    const { gone, verdict } = changesBetween(bad, busy);
    expect(gone).toEqual([]);
    expect(verdict).toEqual({ before: "safe", after: "unknown" });
  });
});

test.each(["5s", "often", "0"])("looking every %s is not polite, or not understood", async (every) => {
  const stage = await openStage({});
  const { code, err } = await stage.run("check", "town.example", "--watch", every);
  await stage.close();
  expect(code).toBe(2);
  expect(err).toContain(every);
});

test("waiting alone keeps a process awake as long as it is meant to be, and no longer", async () => {
  const system = fileURLToPath(new URL("../../src/system/index.ts", import.meta.url));
  const run = (keeps: boolean): Promise<{ readonly code: number | null; readonly said: string }> =>
    new Promise((resolve) => {
      const text = `import { stayAwake, systemClock } from ${JSON.stringify(system)};
        const sleep = ${keeps ? "stayAwake()" : "() => {}"};
        await new Promise((done) => systemClock.after(200, done));
        console.log("waited");
        sleep();`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", text], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      child.once("close", (code) => resolve({ code, said: said.trim() }));
    });
  expect(await run(true)).toEqual({ code: 0, said: "waited" });
  expect((await run(false)).said, "without it, it is gone before").toBe("");
});
