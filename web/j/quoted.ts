/**
 * What a person typed, repeated in a message: on one line, without control characters, and not endless.
 * Above: scan-arguments.ts, convert-values.ts, run-j.ts. Below: nothing.
 */

/** 100 characters: enough to recognise what one has typed. */
const SHOWN_CHARACTERS = 100;

/** Longest message that is printed whole, in characters: as long as a driver's error may be on its way to a client. */
const MESSAGE_CHARACTERS = 2048;

/** In single quotes; in double ones where it has single ones. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `${quote}${shown(text)}${quote}`;
}

export function shown(text: string): string {
  return cut(text, SHOWN_CHARACTERS).replace(/\p{Cc}/gu, escaped);
}

/** A message on one line. */
export function oneLine(message: string): string {
  return cut(message.trim(), MESSAGE_CHARACTERS)
    .replaceAll(/\s*[\r\n]+\s*/g, " ")
    .replace(/\p{Cc}/gu, escaped);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  return `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
}
