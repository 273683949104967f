/**
 * Reads TypeScript just well enough to see what a file imports and which names it uses.
 *
 * dependency-cruiser cannot parse this code itself: it needs the JavaScript interface of the TypeScript compiler, which
 * version 7 no longer has, and its other parsers lose or refuse types. A type-only import is a dependency all the same. So the
 * text is cut into tokens here, with comments dropped and the text of strings set apart, and every string behind `from`,
 * `import`, `import(` or `require(` is an import, whether of values, of types, or inside a type. What is not
 * understood fails loudly: better a file that has to be written otherwise than one that was not seen.
 */
export interface Import {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  /** False for types, which are gone at run time, and for `import()`, which comes later. */
  readonly atStart: boolean;
  /** The names between `import` and `from`, in the order written; empty for `*` and for none. */
  readonly names: readonly string[];
}

export interface Token {
  /** `piece`: of a template with holes. */
  readonly kind: "word" | "mark" | "text" | "piece";
  /** For `text` and `piece`: what stands between the quotes. */
  readonly value: string;
  readonly line: number;
}

export class UnreadableSource extends Error {}

/** Throws UnreadableSource if a comment, string or template does not end: then the rest cannot have been seen rightly. */
export function tokenize(source: string): readonly Token[] {
  return new Tokenizer(source).run();
}

export function importsOf(tokens: readonly Token[]): readonly Import[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== "text") return [];
    const { value: specifier, line } = token;
    const [before, beforeThat] = [tokens[at - 1], tokens[at - 2]];
    if (isCode(before, "from")) return [{ specifier, line, ...clauseBefore(tokens, at - 2) }];
    if (isCode(before, "import")) return [{ specifier, line, atStart: true, names: [] }];
    const isCall = isCode(before, "(") && (isCode(beforeThat, "import") || isCode(beforeThat, "require"));
    return isCall ? [{ specifier, line, atStart: false, names: [] }] : [];
  });
}

/** True for that word or mark in the code itself, not in a string. */
export function isCode(token: Token | undefined, value: string): boolean {
  return token !== undefined && (token.kind === "word" || token.kind === "mark") && token.value === value;
}

/** `import { a, type b as c }` read backwards from its closing brace. */
function clauseBefore(tokens: readonly Token[], end: number): Pick<Import, "atStart" | "names"> {
  const names: string[] = [];
  for (let at = end; at >= 0; at--) {
    const token = tokens[at];
    if (token === undefined) break;
    if (isCode(token, "import") || isCode(token, "export")) return { atStart: !isCode(tokens[at + 1], "type"), names };
    const isName = token.kind === "word" && token.value !== "type" && token.value !== "as";
    if (isName && !isCode(tokens[at - 1], "as")) names.unshift(token.value);
  }
  return { atStart: true, names };
}

const wordStart = /[\p{L}_$#\d]/u;
const word = /[\p{L}\p{N}_$#]+/uy;

/** Behind these words a slash begins a regular expression; behind others, and behind a value, it divides. */
const beforeExpression = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof default".split(" "),
);

class Tokenizer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineAt = 0;

  constructor(source: string) {
    this.#source = source;
  }

  run(): readonly Token[] {
    this.#code(false);
    return this.#tokens;
  }

  /** Reads to the end, or, inside a template, to the brace that closes its hole. */
  #code(inTemplate: boolean): void {
    let depth = 0;
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] ?? "";
      const pair = this.#source.slice(this.#at, this.#at + 2);
      if (pair === "//") this.#skipTo("\n", 0, true);
      else if (pair === "/*") this.#skipTo("*/", 2, false);
      else if (char === '"' || char === "'") this.#string(char);
      else if (char === "`") this.#template();
      else if (char === "/" && this.#startsExpression()) this.#regularExpression();
      else if (wordStart.test(char)) this.#word();
      else if (char === "}" && inTemplate && depth === 0) return;
      else {
        if (char === "{") depth++;
        if (char === "}") depth--;
        if (char.trim() !== "") this.#push("mark", char);
        this.#at++;
      }
    }
    if (inTemplate) this.#fail("a template");
  }

  #push(kind: Token["kind"], value: string): void {
    for (; this.#lineAt < this.#at; this.#lineAt++) if (this.#source[this.#lineAt] === "\n") this.#line++;
    this.#tokens.push({ kind, value, line: this.#line });
  }

  #skipTo(mark: string, past: number, mayEnd: boolean): void {
    const end = this.#source.indexOf(mark, this.#at + 2);
    if (end < 0 && !mayEnd) this.#fail("a comment");
    this.#at = end < 0 ? this.#source.length : end + past;
  }

  #string(quote: string): void {
    const start = this.#at + 1;
    for (let at = start; at < this.#source.length && this.#source[at] !== "\n"; at++) {
      if (this.#source[at] === "\\") at++;
      else if (this.#source[at] === quote) {
        this.#push("text", this.#source.slice(start, at));
        this.#at = at + 1;
        return;
      }
    }
    this.#fail("a string");
  }

  #template(): void {
    let start = ++this.#at;
    let kind: "text" | "piece" = "text";
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at];
      if (char === "\\") this.#at++;
      else if (char === "`") {
        this.#push(kind, this.#source.slice(start, this.#at));
        this.#at++;
        return;
      } else if (char === "$" && this.#source[this.#at + 1] === "{") {
        kind = "piece";
        this.#push(kind, this.#source.slice(start, this.#at));
        this.#at += 2;
        this.#code(true);
        start = this.#at + 1;
      }
    }
    this.#fail("a template");
  }

  #regularExpression(): void {
    let inClass = false;
    for (let at = this.#at + 1; at < this.#source.length && this.#source[at] !== "\n"; at++) {
      const char = this.#source[at];
      if (char === "\\") at++;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (char === "/" && !inClass) {
        this.#push("text", "");
        this.#at = at + 1;
        return;
      }
    }
    this.#fail("a regular expression");
  }

  #word(): void {
    word.lastIndex = this.#at;
    const text = word.exec(this.#source)?.[0] ?? this.#source[this.#at] ?? "";
    this.#push("word", text);
    this.#at += text.length;
  }

  #startsExpression(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === "word") return beforeExpression.has(last.value);
    return last.kind === "mark" && !")]}".includes(last.value);
  }

  #fail(what: string): never {
    throw new UnreadableSource(`${what} that begins near line ${this.#line} does not end`);
  }
}
