/**
 * The imports of a TypeScript file: static, type-only, re-exports, dynamic, and `new URL("./x.ts", import.meta.url)`.
 * Above: check-imports.ts. Below: nothing; TypeScript 7 has no compiler API yet, and tools that strip types lose type-only imports.
 * Specification: https://tc39.es/ecma262/#sec-modules; it reads words, strings, comments, templates and regular expressions
 * well enough to tell an import from a text about one, and nothing more.
 */

export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** `dynamic` runs later, or is a type; it does not count for circles. */
  readonly kind: "static" | "type" | "dynamic";
}

export interface SourceFacts {
  readonly imports: readonly Import[];
  /** Words that are not a property (`.name`) or a key (`name:`), with the line of the first use. */
  readonly words: ReadonlyMap<string, number>;
}

export function readSource(source: string): SourceFacts {
  const tokens = [...tokenize(source)];
  const imports: Import[] = [];
  const words = new Map<string, number>();
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    if (token.kind !== "word" || before?.text === ".") continue;
    if (tokens[index + 1]?.text !== ":" && !words.has(token.text)) words.set(token.text, token.line);
    const found =
      token.text === "import"
        ? importAt(tokens, index)
        : token.text === "export"
          ? exportAt(tokens, index)
          : token.text === "URL"
            ? urlAt(tokens, index)
            : undefined;
    if (found !== undefined) imports.push({ ...found, line: token.line });
  }
  return { imports, words };
}

type Found = Omit<Import, "line"> | undefined;

function importAt(tokens: readonly Token[], index: number): Found {
  const next = tokens[index + 1];
  if (next === undefined || next.text === ".") return undefined;
  if (next.kind === "string") return { specifier: next.text, kind: "static" };
  if (next.text === "(") {
    const specifier = tokens[index + 2];
    return specifier?.kind === "string" ? { specifier: specifier.text, kind: "dynamic" } : undefined;
  }
  return {
    specifier: specifierAfterFrom(tokens, index + 1),
    kind: isTypeOnly(tokens, index) ? "type" : "static",
  };
}

function exportAt(tokens: readonly Token[], index: number): Found {
  const typeOnly = tokens[index + 1]?.text === "type";
  let at = index + (typeOnly ? 2 : 1);
  const opening = tokens[at];
  if (opening?.kind !== "punctuator" || (opening.text !== "{" && opening.text !== "*")) return undefined;
  if (opening.text === "{") while (at < tokens.length && tokens[at]?.text !== "}") at++;
  else if (tokens[at + 1]?.text === "as") at += 2;
  const specifier = tokens[at + 2];
  if (tokens[at + 1]?.text !== "from" || specifier?.kind !== "string") return undefined;
  return { specifier: specifier.text, kind: typeOnly ? "type" : "static" };
}

/** What Vite follows to a worker's file. */
function urlAt(tokens: readonly Token[], index: number): Found {
  const [opening, specifier, comma, meta] = tokens.slice(index + 1, index + 5);
  if (opening?.text !== "(" || specifier?.kind !== "string" || comma?.text !== "," || meta?.text !== "import")
    return undefined;
  return specifier.text.startsWith(".") && /\.ts$/.test(specifier.text)
    ? { specifier: specifier.text, kind: "dynamic" }
    : undefined;
}

/** `import type X from`, `import type {`, but not `import type from "x"` or `import type, {…}`. */
function isTypeOnly(tokens: readonly Token[], index: number): boolean {
  const [type, after] = tokens.slice(index + 1, index + 3);
  return type?.text === "type" && after?.text !== "from" && after?.text !== ",";
}

function specifierAfterFrom(tokens: readonly Token[], start: number): string {
  for (let at = start; at < tokens.length; at++) {
    const specifier = tokens[at + 1];
    if (tokens[at]?.text === "from" && specifier?.kind === "string") return specifier.text;
    if (tokens[at]?.text === ";") break;
  }
  throw new SyntaxError(`an import without "from" on line ${tokens[start]?.line ?? "?"}`);
}

interface Token {
  readonly kind: "word" | "string" | "punctuator" | "other";
  /** Of a string: what is between the quotes, escapes untouched. */
  readonly text: string;
  readonly line: number;
}

/** After these words a slash begins a regular expression, not a division. */
const WORDS_BEFORE_VALUE: ReadonlySet<string> = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" "),
);

const BLANK = /[\s]+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const STRING = /"((?:[^"\\\n]|\\[\s\S])*)"|'((?:[^'\\\n]|\\[\s\S])*)'/y;
const NUMBER = /\d[\w.]*/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(`|\$\{)/y;

function* tokenize(source: string): Generator<Token> {
  let at = 0;
  let line = 1;
  let last: Token | undefined;
  // One entry for each template that is open: how many braces of code are open in it.
  const templates: number[] = [];

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const countLines = (text: string): void => {
    line += text.split("\n").length - 1;
  };
  const templatePart = (): void => {
    const part = take(TEMPLATE_PART);
    if (part === null) throw new SyntaxError(`a template without end on line ${line}`);
    countLines(part[0]);
    if (part[1] === "${") templates.push(0);
  };

  while (at < source.length) {
    const blank = take(BLANK);
    if (blank !== null) {
      countLines(blank[0]);
      continue;
    }
    const startLine = line;
    let token: Token;
    const word = take(WORD);
    const string = word === null ? take(STRING) : null;
    if (word !== null) token = { kind: "word", text: word[0], line: startLine };
    else if (string !== null) token = { kind: "string", text: string[1] ?? string[2] ?? "", line: startLine };
    else if (take(NUMBER) !== null) token = { kind: "other", text: "number", line: startLine };
    else if (source[at] === "/" && startsValue(last) && take(REGULAR_EXPRESSION) !== null) {
      token = { kind: "other", text: "regular expression", line: startLine };
    } else {
      const character = source[at] ?? "";
      at++;
      token = { kind: "punctuator", text: character, line: startLine };
      const open = templates.at(-1);
      if (character === "`") {
        templatePart();
        token = { kind: "other", text: "template", line: startLine };
      } else if (character === "{" && open !== undefined) templates[templates.length - 1] = open + 1;
      else if (character === "}" && open !== undefined) {
        templates.pop();
        if (open > 0) templates.push(open - 1);
        else {
          templatePart();
          token = { kind: "other", text: "template", line: startLine };
        }
      }
    }
    countLines(string?.[0] ?? "");
    last = token;
    yield token;
  }
}

function startsValue(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === "word") return WORDS_BEFORE_VALUE.has(last.text);
  return last.kind === "punctuator" && ![")", "]", "}"].includes(last.text);
}
