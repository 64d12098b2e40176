/**
 * Syntax errors of YAML in our own words: what to do about it, where the library says what its parser expected.
 * Above: yaml-tree.ts. Below: the error codes of the `yaml` library.
 */

import type { ErrorCode, YAMLParseError } from "yaml";

const NOT_CLOSED = `A "[" or "{" before this place is not closed: add the bracket that closes it.`;
const BRACKET = /^Flow .* (?:end with|sufficiently indented)/;

const SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  ALIAS_PROPS: "An alias takes neither an anchor nor a tag: remove what stands before it.",
  BAD_ALIAS: `The name behind "*" or "&" is missing or wrong: write letters and digits right behind it.`,
  BAD_DIRECTIVE: `This "%" line means nothing here: remove it.`,
  BAD_DQ_ESCAPE: `This backslash means nothing between double quotes: write "\\\\", or put the text in single quotes.`,
  BAD_INDENT: "The indentation does not fit: start this line in the same column as its neighbours.",
  BAD_PROP_ORDER: `An anchor or tag stands in the wrong place: put it right before the value, behind the ":".`,
  BAD_SCALAR_START: "An unquoted text cannot start with this character: put the text in quotes.",
  BLOCK_AS_IMPLICIT_KEY: `A second ": " on the line, or a wrong indentation: put what is inside on lines of its own, or the text in quotes.`,
  BLOCK_IN_FLOW:
    "Indented lines cannot stand between brackets: write it in brackets too, or the whole without brackets.",
  KEY_OVER_1024_CHARS: `A key is longer than 1024 characters: most likely a quote or a ":" is missing.`,
  MISSING_CHAR: `A ":" is missing: write "key: value".`,
  MULTILINE_IMPLICIT_KEY: `A key without ":": write "key: value" on one line.`,
  MULTIPLE_ANCHORS: "Two anchors on one value: remove one.",
  MULTIPLE_DOCS: `A second YAML document starts here: a page runs one configuration, so remove the "---" and what follows.`,
  MULTIPLE_TAGS: "Two tags on one value: remove both.",
  RESOURCE_EXHAUSTION: "Too many levels inside each other: check for a bracket or dash too many.",
  TAB_AS_INDENT: "YAML is indented with spaces: replace the tab by spaces.",
  UNEXPECTED_TOKEN:
    "This does not belong here: check the quotes, brackets and dashes of this line and the one before.",
};

/** One sentence with the cure. */
export function sentenceForSyntaxError(error: YAMLParseError): string {
  // Two codes mean two things each, and only the message tells them apart.
  if (BRACKET.test(error.message)) return NOT_CLOSED;
  if (error.code === "MISSING_CHAR" && error.message.startsWith("Missing closing")) {
    return "A quote is not closed: add the missing one; the text that it opens starts here or above.";
  }
  return (
    SENTENCES[error.code] ?? "This is not YAML: check the indentation, quotes and brackets of this line."
  );
}
