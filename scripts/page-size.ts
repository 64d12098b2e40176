/**
 * What a browser loads before it draws the page, and what it loads later, of a build. Sizes are of gzip, as most servers send them.
 * Above: size.ts. Below: nothing.
 */

/** A file of a build. */
export interface BuiltFile {
  readonly name: string;
  /** Bytes of gzip. */
  readonly size: number;
  /** Files that are loaded with it: scripts that it imports, and its styles. */
  readonly with: readonly string[];
  /** Scripts that it asks for by import(). */
  readonly later: readonly string[];
  /** Source that it was made of first: `main.ts`, `guest/start.ts`. */
  readonly source: string | undefined;
}

export interface FirstPaint {
  readonly bytes: number;
  readonly files: readonly BuiltFile[];
}

/**
 * What is loaded before a page is there: the document, and all that follows from it without a click.
 *
 * @param start The document, and the sources that it asks for at once by import(), as the entry does.
 */
export function firstPaint(files: readonly BuiltFile[], start: readonly string[]): FirstPaint {
  const byName = new Map(files.map((file) => [file.name, file]));
  const found = new Set<BuiltFile>();
  const add = (name: string): void => {
    const file = byName.get(name);
    if (file === undefined) throw new Error(`The build has no ${name}.`);
    if (found.has(file)) return;
    found.add(file);
    for (const other of file.with) add(other);
  };
  for (const one of start) add(files.find(({ source }) => source === one)?.name ?? one);
  const list = [...found].sort((left, right) => right.size - left.size);
  return { bytes: list.reduce((sum, { size }) => sum + size, 0), files: list };
}

/** The largest files that come later, the largest first. */
export function largestLater(
  files: readonly BuiltFile[],
  first: readonly FirstPaint[],
  howMany: number,
): readonly BuiltFile[] {
  const before = new Set(first.flatMap((paint) => paint.files));
  return files
    .filter((file) => !before.has(file))
    .sort((left, right) => right.size - left.size)
    .slice(0, howMany);
}
