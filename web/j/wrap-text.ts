/**
 * Text in lines of a width, as help pages have it.
 * Above: help.ts. Below: nothing.
 * Specification: click's help pages: paragraphs are separated by empty lines, each is filled anew and keeps the indent of
 * its first line; words that do not fit break after a hyphen, and only where they are longer than a line within.
 */

/** Paragraphs of `text`, each line at most `width` long and behind `indent`. */
export function wrapParagraphs(text: string, width: number, indent: string): string {
  return paragraphs(text)
    .map(({ own, words }) => wrapWords(words, width, indent + own).join("\n"))
    .join("\n\n");
}

function paragraphs(text: string): { readonly own: string; readonly words: string }[] {
  return text
    .replaceAll("\t", "        ")
    .split(/\n(?:[ ]*\n)+/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => ({
      own: /^[ ]*/.exec(paragraph.replace(/^\n+/, ""))?.[0] ?? "",
      words: paragraph
        .split("\n")
        .map((line) => line.trim())
        .join(" "),
    }));
}

/** Lines of at most `width`, the first behind `first`, the others behind `indent`. */
export function wrapWords(text: string, width: number, first: string, indent = first): string[] {
  const lines: string[] = [];
  let line = "";
  const room = () => Math.max(width - (lines.length === 0 ? first : indent).length, 1);
  const finish = () => {
    const filled = line.trimEnd();
    line = "";
    if (filled !== "") lines.push((lines.length === 0 ? first : indent) + filled);
  };
  for (const piece of pieces(text)) {
    const isSpace = piece.trim() === "";
    if (line.length + piece.length > room()) {
      // A word that fits nowhere begins where there is room.
      if (piece.length <= room() || isSpace || line.length >= room()) finish();
      let rest = isSpace ? "" : piece;
      while (line.length + rest.length > room()) {
        const fits = Math.max(room() - line.length, 1);
        line += rest.slice(0, fits);
        rest = rest.slice(fits);
        finish();
      }
      line += rest;
    } else if (!isSpace || line !== "") {
      line += piece;
    }
  }
  finish();
  return lines;
}

/** Words, what is between them, and the parts of words with hyphens. */
function pieces(text: string): string[] {
  return text
    .trim()
    .split(/(\s+)/)
    .flatMap((piece) => piece.split(/(?<=\p{L}{2}-)(?=\p{L}{2})/u))
    .filter((piece) => piece !== "");
}

/** The first sentence of the first paragraph, cut after a word where it is longer than `length`. */
export function shortened(text: string, length: number): string {
  const [first = ""] = text.trim().split(/\n[ \t]*\n/);
  const words = first.split(/\s+/).filter((word) => word !== "");
  const end = words.findIndex((word, index) => {
    const next = words[index + 1];
    // A small letter goes on with the sentence: the point was that of an abbreviation.
    return word.endsWith(".") && (next === undefined || !/^\p{Ll}/u.test(next));
  });
  const sentence = (end === -1 ? words : words.slice(0, end + 1)).join(" ");
  if (sentence.length <= length) return sentence;
  let kept = "";
  for (const word of sentence.split(" ")) {
    const longer = kept === "" ? word : `${kept} ${word}`;
    if (longer.length + "...".length > length) break;
    kept = longer;
  }
  return `${kept}...`;
}
