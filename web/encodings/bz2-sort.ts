/**
 * The sorted rotations of a block, of which bzip2 keeps the last column: by prefixes of twice the length each time, whatever is in it
 * in a time of n log n.
 * Above: encode-bz2.ts. Below: nothing. Specification: Burrows and Wheeler 1994; Manber and Myers 1990 for the doubling.
 */

/** @returns The last column, and the row that is the block itself. Equal rotations have equal bytes: their order is all the same. */
export function sortRotations(bytes: Uint8Array): {
  readonly lastColumn: Uint8Array;
  readonly origin: number;
} {
  const length = bytes.length;
  let classes = new Uint32Array(length);
  let rows = new Uint32Array(length);
  let otherRows = new Uint32Array(length);
  let otherClasses = new Uint32Array(length);
  const starts = new Uint32Array(Math.max(length, 256) + 1);

  for (const [at, byte] of bytes.entries()) {
    rows[at] = at;
    classes[at] = byte;
  }
  let classCount = sortByClass(rows, classes, otherRows, starts, 256, 0);
  [rows, otherRows] = [otherRows, rows];
  classCount = rank(rows, classes, otherClasses, 0);
  [classes, otherClasses] = [otherClasses, classes];

  for (let known = 1; known < length && classCount < length; known *= 2) {
    // The rows in the order of their second half are those in order, begun so much earlier.
    sortByClass(rows, classes, otherRows, starts, classCount, known);
    [rows, otherRows] = [otherRows, rows];
    classCount = rank(rows, classes, otherClasses, known);
    [classes, otherClasses] = [otherClasses, classes];
  }

  const lastColumn = new Uint8Array(length);
  let origin = 0;
  for (const [row, start] of rows.entries()) {
    if (start === 0) origin = row;
    lastColumn[row] = bytes[start === 0 ? length - 1 : start - 1] ?? 0;
  }
  return { lastColumn, origin };
}

/** Stable: rows begun `earlier` before where they are, by their class. */
function sortByClass(
  rows: Uint32Array,
  classes: Uint32Array,
  sorted: Uint32Array,
  starts: Uint32Array,
  classCount: number,
  earlier: number,
): number {
  const { length } = rows;
  starts.fill(0, 0, classCount + 1);
  for (let at = 0; at < length; at++) {
    const above = (classes[at] ?? 0) + 1;
    starts[above] = (starts[above] ?? 0) + 1;
  }
  for (let at = 1; at <= classCount; at++) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  for (let at = 0; at < length; at++) {
    let row = (rows[at] ?? 0) - earlier;
    if (row < 0) row += length;
    const own = classes[row] ?? 0;
    const place = starts[own] ?? 0;
    starts[own] = place + 1;
    sorted[place] = row;
  }
  return classCount;
}

/** Number the rows, equal ones alike: by their class, and by that of what is `known` behind. @returns How many numbers there are. */
function rank(rows: Uint32Array, classes: Uint32Array, ranks: Uint32Array, known: number): number {
  const { length } = rows;
  let count = 0;
  let before = -1;
  let beforeSecond = -1;
  for (let at = 0; at < length; at++) {
    const row = rows[at] ?? 0;
    const own = classes[row] ?? 0;
    const behind = row + known;
    const second = classes[behind < length ? behind : behind - length] ?? 0;
    if (own !== before || second !== beforeSecond) {
      before = own;
      beforeSecond = second;
      count += 1;
    }
    ranks[row] = count - 1;
  }
  return count;
}
