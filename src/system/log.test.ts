import { expect, test } from "vitest";
import { openLog } from "./log.ts";

function captured(format: "json" | "pretty", level: "debug" | "info" = "info") {
  const lines: string[] = [];
  return { lines, log: openLog({ level, format, to: { write: (line) => void lines.push(line) } }) };
}

test("JSON lines carry level, time, message and fields", () => {
  const { lines, log } = captured("json");
  log.child({ part: "intake" }).info("accepted", { message: "ABC", size: 12, who: undefined });
  const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect(line).toMatchObject({ level: "info", msg: "accepted", part: "intake", message: "ABC", size: 12 });
  expect(line["time"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(line).not.toHaveProperty("who");
});

test("the level counts", () => {
  const { lines, log } = captured("json");
  log.debug("unheard");
  expect(lines).toEqual([]);
  captured("json", "debug").log.debug("heard");
});

test.each(["password", "userPassword", "passwd", "token", "client_secret", "auth", "Authorization", "privateKey"])(
  "a field named %s is never told",
  (name) => {
    for (const format of ["json", "pretty"] as const) {
      const { lines, log } = captured(format);
      log.info("x", { [name]: "hunter2" });
      log.child({ [name]: "hunter2" }).warn("y");
      expect(lines).toHaveLength(2);
      expect(lines.join("")).not.toContain("hunter2");
    }
  },
);

test("trap 28: nothing from outside can begin a line of its own or drive a terminal", () => {
  for (const format of ["json", "pretty"] as const) {
    const { lines, log } = captured(format);
    log.info("a\r\nb", { reply: "550 \r\nlevel=error \x1b[2J\u202e", key: "a b" });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\x1b]/);
  }
});

test("fields cannot pose as our own, and are bounded", () => {
  const { lines, log } = captured("json");
  log.info("x", { level: "error", msg: "y", text: "z".repeat(10_000) });
  const line = JSON.parse(lines[0] ?? "") as Record<string, string>;
  expect([line["level"], line["msg"]]).toEqual(["info", "x"]);
  expect(line["text"]?.length).toBeLessThan(2100);
});

test("for people: one short line", () => {
  const { lines, log } = captured("pretty");
  log.warn("held", { domain: "safe.example", why: "not proven" });
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN  held domain=safe\.example why="not proven"\n$/);
});
