/**
 * What the interpreter says of a script that is wrong, in Bash's words.
 * Above: interpreter.ts. Below: nothing.
 */

/** Tokens that just-bash calls by names of its own. */
const TOKENS: Readonly<Record<string, string>> = {
  LPAREN: "(",
  RPAREN: ")",
  LBRACE: "{",
  RBRACE: "}",
  SEMICOLON: ";",
  DSEMI: ";;",
  AMP: "&",
  PIPE: "|",
  AND_AND: "&&",
  OR_OR: "||",
  NEWLINE: "newline",
};

/** Text on the stream of errors: the interpreter's own is on it, among that of commands. */
export function inBashWords(text: string): string {
  return text
    .replace(/^bash: syntax error: Parse error at (\d+):\d+: (.*)$/gm, (_, line: string, what: string) => {
      const got = /, got (\w+)/.exec(what)?.[1];
      if (got === "EOF") return `bash: line ${line}: syntax error: unexpected end of file`;
      if (got === "NAME" || got === "WORD") {
        const expected = /^Expected (\w+)/.exec(what)?.[1] ?? "";
        return `bash: line ${line}: syntax error: \`${TOKENS[expected] ?? expected.toLowerCase()}' is missing`;
      }
      if (got !== undefined) {
        return `bash: line ${line}: syntax error near unexpected token \`${TOKENS[got] ?? got.toLowerCase()}'`;
      }
      return `bash: line ${line}: ${what.startsWith("syntax error") ? what : `syntax error: ${what}`}`;
    })
    .replace(/, increase executionLimits\.\w+/g, "")
    .replace(/^(bash: \S+: command not) available in browser environments\..*$/gm, "$1 found");
}
