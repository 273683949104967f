import { expect, test } from "vitest";
import { keyPositions, type KeyPath } from "./positions.ts";

const document = `# comment with = and [brackets]
language = "en" # more
text = """
[not.a.table]
key = 1
"""

[server]
hostname = 'mail.example.org'
  "data" = "/var/lib/surehop"
a.b.c = 1

[listen]
submissions = [
  "127.0.0.1:465", # first
  "[::1]:465",
]
inline = { one = 1, two = [1, { three = 3 }] }

[[rule]]
domain = "a.example"
[[rule]]
domain = "b.example"
[rule.extra]
deep = true
`;

const cases: readonly [path: KeyPath, line: number | undefined, column: number | undefined, why: string][] = [
  [["language"], 2, 1, "a top-level key"],
  [["text"], 3, 1, "a multi-line string"],
  [["key"], undefined, undefined, "what stands inside a string is no key"],
  [["server"], 8, 1, "a table"],
  [["server", "hostname"], 9, 1, "a literal string's key"],
  [["server", "data"], 10, 3, "an indented, quoted key"],
  [["server", "a", "b", "c"], 11, 1, "a dotted key"],
  [["server", "missing"], 8, 1, "a missing key is told at its table"],
  [["listen", "submissions", 1], 16, 3, "an element of an array"],
  [["listen", "inline", "two", 1, "three"], 18, 33, "a key of an inline table inside an array"],
  [["rule", 0, "domain"], 21, 1, "the first of an array of tables"],
  [["rule", 1, "domain"], 23, 1, "the second"],
  [["rule", 1, "extra", "deep"], 25, 1, "a table below the newest element"],
  [["nothing", "here"], undefined, undefined, "no such thing"],
];

test.each(cases)("%j stands at line %s, column %s: %s", (path, line, column) => {
  const position = keyPositions(document)(path);
  expect(position?.line).toBe(line);
  expect(position?.column).toBe(column);
});

test("nonsense ends quietly", () => {
  for (const text of ["[", "[[", "a", "a = ", "a = [", "a = {", '"', "= = =", "\u0000", 'a = """', "[a\n"]) {
    expect(keyPositions(text)(["zzz"])).toBe(undefined);
  }
});
