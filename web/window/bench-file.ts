/**
 * A bench as a file: its ExporterConfig as it is; with the scripts that it names, a tar archive of all of them, which unpacked is the
 * folder that `jmp run` and the relay want.
 * Above: bench-desk.ts. Below: tar.ts.
 */

import type { SavedBench } from "../store/saved-bench.ts";
import { readTar, writeTar } from "./tar.ts";

/** A configuration is a few KiB; more is another file, dropped by mistake. */
const MAX_CONFIGURATION_BYTES = 1024 * 1024;

/** 4 MiB: a configuration and its scripts, which are a few KiB each. */
const MAX_ARCHIVE_BYTES = 4 * 1024 * 1024;

export interface BenchFile {
  readonly name: string;
  readonly content: string | Blob;
}

export interface ReadBenchFile {
  readonly yaml: string;
  /** By the names that the configuration gives them. */
  readonly scripts: Readonly<Record<string, string>>;
}

export function benchFile({
  name,
  yaml,
  files = {},
}: Pick<SavedBench, "name" | "yaml" | "files">): BenchFile {
  const base = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+/, "") || "bench";
  const scripts = Object.entries(files);
  if (scripts.length === 0) return { name: `${base}.yaml`, content: yaml };
  const members = [
    [`${base}.yaml`, yaml] as const,
    ...scripts.map(([path, text]) => [inside(path), text] as const),
  ];
  return { name: `${base}.tar`, content: new Blob([writeTar(members)], { type: "application/x-tar" }) };
}

/** Rejects with a sentence when it is neither. */
export async function readBenchFile(file: File): Promise<ReadBenchFile> {
  if (!file.name.endsWith(".tar")) {
    if (file.size > MAX_CONFIGURATION_BYTES) throw new Error(tooLarge(file.size));
    const yaml = await file.text();
    refuseOther(yaml);
    return { yaml, scripts: {} };
  }
  if (file.size > MAX_ARCHIVE_BYTES) throw new Error(tooLarge(file.size));
  const members = readTar(new Uint8Array(await file.arrayBuffer()));
  const [first] = [...members.keys()].filter((name) => /^[^/]+\.ya?ml$/.test(name));
  const yaml = first === undefined ? undefined : members.get(first);
  if (first === undefined || yaml === undefined) {
    throw new Error(
      "there is no configuration in the archive: choose one that was saved here, or a YAML file.",
    );
  }
  refuseOther(yaml);
  members.delete(first);
  const scripts = [...members].flatMap(([path, text]) =>
    // However the configuration names it.
    ["./", "", "/"].map((before) => [`${before}${path}`, text] as const),
  );
  return { yaml, scripts: Object.fromEntries(scripts.filter(([path]) => yaml.includes(path))) };
}

/** Throws with a sentence for what cannot be a configuration. */
export function refuseOther(yaml: string): void {
  if (yaml.length > MAX_CONFIGURATION_BYTES) throw new Error(tooLarge(yaml.length));
  if (yaml.includes("\0")) throw new Error("it is not a text file. Choose a YAML file.");
}

/** A script above the configuration, or anywhere on the host, has no place in the folder: it goes into its top. */
function inside(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  return parts.join("/");
}

function tooLarge(bytes: number): string {
  return `it has ${Math.ceil(bytes / 1024)} KiB, and a configuration has a few. Choose an ExporterConfig file.`;
}
