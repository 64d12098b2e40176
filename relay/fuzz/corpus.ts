/**
 * Inputs that are kept: attacks that are known, and what the fuzz test has found. Each is a file of corpus/.
 * Above: edge.test.ts. Below: node:fs.
 *
 *   # Why it is here.
 *   text "GET / HTTP/1.1\r\n"      a JSON string; each character is a byte
 *   hex 00 00 00 04                bytes
 *   repeat 1000 hex 00             the same again and again
 */

import { readdirSync, readFileSync } from "node:fs";

export interface CorpusInput {
  readonly name: string;
  readonly why: string;
  readonly bytes: Buffer;
}

const DIRECTORY = new URL("./corpus/", import.meta.url);

export function readCorpus(): CorpusInput[] {
  return readdirSync(DIRECTORY)
    .sort()
    .map((name) => {
      const lines = readFileSync(new URL(name, DIRECTORY), "utf8").split("\n");
      const why = lines.filter((line) => line.startsWith("#")).map((line) => line.slice(1).trim());
      return { name, why: why.join(" "), bytes: Buffer.concat(lines.map((line) => bytesOf(line, name))) };
    });
}

function bytesOf(line: string, name: string): Buffer {
  if (line === "" || line.startsWith("#")) return Buffer.alloc(0);
  const repeat = /^repeat (\d+) (.*)$/.exec(line);
  if (repeat !== null) {
    const [, times, rest = ""] = repeat;
    return Buffer.concat(Array.from({ length: Number(times) }, () => bytesOf(rest, name)));
  }
  if (line.startsWith("text ")) return Buffer.from(JSON.parse(line.slice(5)), "latin1");
  if (line.startsWith("hex ")) return Buffer.from(line.slice(4).replaceAll(" ", ""), "hex");
  throw new Error(`${name}: a line begins with text, hex, repeat or #, not with '${line.slice(0, 20)}'`);
}
