import { expect, test } from "vitest";
import { createWords, detectLanguage, parseLanguage } from "./index.ts";

test.each<readonly [tag: string, language: string | undefined, why: string]>([
  ["en", "en", "itself"],
  ["en_US", "en", "POSIX form"],
  ["en-GB", "en", "the one kind of English there is"],
  ["EN", "en", "tags have no case"],
  ["zh", "zh-CN", "no region"],
  ["zh-CN", "zh-CN", "itself"],
  ["zh_CN.UTF-8", "zh-CN", "POSIX form with a charset"],
  ["zh_CN@pinyin", "zh-CN", "with a modifier"],
  ["zh-Hans", "zh-CN", "by script"],
  ["zh-Hans-SG", "zh-CN", "by script and region"],
  ["zh-TW", "zh-CN", "Chinese is nearer to it than English"],
  ["de_DE.UTF-8", undefined, "not spoken here"],
  ["zhx", undefined, "another language that begins alike"],
  ["C", undefined, "no language"],
  ["C.UTF-8", undefined, "no language"],
  ["POSIX", undefined, "no language"],
  ["", undefined, "empty"],
  [`zh${"-x".repeat(1000)}`, undefined, "too long to be a tag"],
])("parseLanguage %s is %s: %s", (tag, language) => {
  expect(parseLanguage(tag)).toBe(language);
});

test.each<readonly [environment: Record<string, string>, language: string, why: string]>([
  [{ LC_ALL: "zh_CN.UTF-8", LANG: "en_US.UTF-8" }, "zh-CN", "LC_ALL comes first"],
  [{ LC_ALL: "", LC_MESSAGES: "zh_CN", LANG: "en_US.UTF-8" }, "zh-CN", "empty counts as unset"],
  [{ LANG: "zh_CN.UTF-8" }, "zh-CN", "LANG alone"],
  [{ LC_ALL: "C", LANG: "zh_CN.UTF-8" }, "en", "LC_ALL=C is a wish for none"],
  [{ LANG: "de_DE" }, "en", "not spoken here"],
  [{}, "en", "nothing said"],
])("detectLanguage %j is %s: %s", (environment, language) => {
  expect(detectLanguage(environment)).toBe(language);
});

test("times carry their offset from UTC, sizes their unit, lists their and", () => {
  const at = Date.UTC(2026, 6, 1, 0, 5);
  const in_ = (language: "en" | "zh-CN", timeZone: string): string => createWords(language, { timeZone }).time(at);
  expect(in_("en", "UTC")).toBe("July 1, 2026 at 00:05 (UTC)");
  expect(in_("en", "Asia/Kolkata")).toBe("July 1, 2026 at 05:35 (UTC+05:30)");
  expect(in_("en", "America/New_York")).toBe("June 30, 2026 at 20:05 (UTC-04:00)");
  expect(in_("zh-CN", "Asia/Shanghai")).toBe("2026年7月1日 08:05（UTC+08:00）");
  const [en, zh] = [createWords("en"), createWords("zh-CN")];
  expect([en.size(1), en.size(999), en.size(4200), en.size(104_857_600)]).toEqual([
    "1 byte",
    "999 bytes",
    "4.2 kB",
    "104.9 MB",
  ]);
  expect(zh.size(999)).toBe("999字节");
  expect(en.list(["a", "b", "c"])).toBe("a, b, and c");
  expect(zh.list(["a", "b", "c"])).toBe("a、b和c");
});
