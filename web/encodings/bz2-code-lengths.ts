/**
 * How long the word of each symbol is, so that the symbols take few bits.
 * Above: encode-bz2.ts. Below: nothing. Specification: Huffman's construction, over two queues.
 */

/** What bzip2 1.0 makes at most; it reads 20. */
const MAX_BITS = 17;

/** @param count Symbols that there are: each gets a word, also one that does not occur. */
export function codeLengths(symbols: Uint16Array, count: number): Uint8Array {
  const weights = new Float64Array(count).fill(0);
  for (const symbol of symbols) weights[symbol] = (weights[symbol] ?? 0) + 1;
  for (let flatter = 1; ; flatter *= 2) {
    const lengths = huffmanLengths(weights.map((weight) => Math.max(1, Math.ceil(weight / flatter))));
    // Weights that are nearer to each other make a flatter tree: equal ones, at last, one of 9 levels.
    if (lengths.every((length) => length <= MAX_BITS)) return lengths;
  }
}

function huffmanLengths(weights: Float64Array): Uint8Array {
  const leaves = [...weights.keys()].sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0));
  // Nodes: the symbols, then what joins two nodes. Those are made in the order of their weight.
  const weightOf = [...weights];
  const parent: number[] = [];
  let leaf = 0;
  let joint = weights.length;
  const lightest = (): number => {
    const nextLeaf = leaves[leaf];
    const leafWeight = nextLeaf === undefined ? Number.POSITIVE_INFINITY : (weightOf[nextLeaf] ?? 0);
    if (nextLeaf !== undefined && leafWeight <= (weightOf[joint] ?? Number.POSITIVE_INFINITY)) {
      leaf += 1;
      return nextLeaf;
    }
    return joint++;
  };
  const root = 2 * weights.length - 2;
  for (let node = weights.length; node <= root; node++) {
    const [a, b] = [lightest(), lightest()];
    parent[a] = node;
    parent[b] = node;
    weightOf[node] = (weightOf[a] ?? 0) + (weightOf[b] ?? 0);
  }
  const depth = new Uint8Array(root + 1);
  for (let node = root - 1; node >= 0; node--) depth[node] = (depth[parent[node] ?? root] ?? 0) + 1;
  return depth.slice(0, weights.length);
}
