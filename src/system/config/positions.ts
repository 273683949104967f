/**
 * Where each key of a TOML document stands, so that a fault can name its line. The document has been parsed before: this
 * scanner only has to follow it, and gives up quietly where it cannot.
 */

/** Both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type KeyPath = readonly (string | number)[];

/** Finds the position of a key, or of the nearest part of the document around it; undefined for the document itself. */
export type Locate = (path: KeyPath) => Position | undefined;

export function keyPositions(toml: string): Locate {
  const offsets = new Scanner(toml).scan();
  const lineStarts = startsOfLines(toml);
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return positionAt(lineStarts, offset);
    }
    return undefined;
  };
}

function keyOf(path: KeyPath): string {
  return JSON.stringify(path);
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(lineStarts: readonly number[], offset: number): Position {
  let line = lineStarts.findIndex((start) => start > offset);
  if (line < 0) line = lineStarts.length;
  return { line, column: offset - (lineStarts[line - 1] ?? 0) + 1 };
}

class Scanner {
  readonly #text: string;
  readonly #offsets = new Map<string, number>();
  /** How many elements each array of tables has so far. */
  readonly #counts = new Map<string, number>();
  #at = 0;
  #table: KeyPath = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    while (this.#at < this.#text.length) {
      const before = this.#at;
      this.#blank(true);
      if (this.#peek() === "[") this.#header();
      else if (this.#at < this.#text.length) this.#pair(this.#table);
      if (this.#at === before) break;
    }
    return this.#offsets;
  }

  #header(): void {
    const start = this.#at;
    const isArray = this.#text.startsWith("[[", start);
    this.#at += isArray ? 2 : 1;
    const path = this.#resolve(this.#dottedKey());
    this.#at += isArray ? 2 : 1;
    if (isArray) {
      const index = this.#counts.get(keyOf(path)) ?? 0;
      this.#counts.set(keyOf(path), index + 1);
      this.#note(path, start);
      this.#table = [...path, index];
    } else {
      this.#table = path;
    }
    this.#note(this.#table, start);
  }

  /** `[a.b]` below `[[a]]` means the newest element of `a`. */
  #resolve(keys: readonly string[]): KeyPath {
    const path: (string | number)[] = [];
    keys.forEach((key, index) => {
      path.push(key);
      const count = this.#counts.get(keyOf(path));
      if (count !== undefined && index < keys.length - 1) path.push(count - 1);
    });
    return path;
  }

  #pair(base: KeyPath): void {
    this.#blank(false);
    const start = this.#at;
    const keys = this.#dottedKey();
    keys.forEach((_, index) => this.#note([...base, ...keys.slice(0, index + 1)], start));
    this.#blank(false);
    if (this.#peek() !== "=") return this.#giveUp();
    this.#at++;
    this.#value([...base, ...keys]);
  }

  #value(path: KeyPath): void {
    this.#blank(false);
    switch (this.#peek()) {
      case "[":
        return this.#array(path);
      case "{":
        return this.#inlineTable(path);
      case '"':
      case "'":
        this.#string();
        return;
      default:
        this.#skip(/[^,\]}#\r\n]*/y);
    }
  }

  #array(path: KeyPath): void {
    this.#at++;
    for (let index = 0; ; index++) {
      this.#blank(true);
      if (this.#peek() === "]" || this.#at >= this.#text.length) break;
      this.#note([...path, index], this.#at);
      this.#value([...path, index]);
      this.#blank(true);
      if (this.#peek() !== ",") break;
      this.#at++;
    }
    if (this.#peek() === "]") this.#at++;
  }

  #inlineTable(path: KeyPath): void {
    this.#at++;
    for (;;) {
      this.#blank(true);
      if (this.#peek() === "}" || this.#at >= this.#text.length) break;
      this.#pair(path);
      this.#blank(true);
      if (this.#peek() !== ",") break;
      this.#at++;
    }
    if (this.#peek() === "}") this.#at++;
  }

  #dottedKey(): readonly string[] {
    const keys: string[] = [];
    do {
      if (keys.length > 0) this.#at++;
      this.#blank(false);
      const quote = this.#peek();
      keys.push(quote === '"' || quote === "'" ? unquote(this.#string()) : this.#skip(/[A-Za-z0-9_-]*/y));
      this.#blank(false);
    } while (this.#peek() === ".");
    return keys;
  }

  #string(): string {
    return this.#skip(/"""[^]*?(?<!\\)(?:\\\\)*"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y);
  }

  #blank(linesToo: boolean): void {
    this.#skip(linesToo ? /(?:[ \t\r\n\ufeff]|#[^\n]*)*/y : /[ \t]*/y);
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #note(path: KeyPath, offset: number): void {
    const key = keyOf(path);
    if (!this.#offsets.has(key)) this.#offsets.set(key, offset);
  }

  #giveUp(): void {
    this.#at = this.#text.length;
  }
}

function unquote(quoted: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}
