/**
 * What a hook's `script` and `exec` mean: a text that the page's shell runs, nothing, or something that no page can run.
 * Above: check-hooks.ts. Below: nothing.
 * Specification: how Jumpstarter chooses a hook's interpreter. A script of one line that names a file is that file; without `exec`, a
 * file `*.py` is Python's, and everything else is the shell's.
 */

export type HookScript =
  | { readonly kind: "text"; readonly text: string }
  /** It does nothing: there is no such hook. */
  | { readonly kind: "empty" }
  /** `about`: the field that asks for it. */
  | {
      readonly kind: "not-here";
      readonly about: "exec" | "script";
      readonly reason: string;
      readonly cure: string;
    };

/** All of them are the one shell that a page has, which knows what bash knows. */
const SHELLS: ReadonlySet<string> = new Set([
  "bash",
  "sh",
  "/bin/bash",
  "/bin/sh",
  "/usr/bin/bash",
  "/usr/bin/sh",
]);

const ELSEWHERE = "run it in the client, for example in a pytest fixture, or with a Python exporter";

export function readHookScript(
  script: string,
  exec: string | undefined,
  files: Readonly<Record<string, string>>,
): HookScript {
  if (script.trim() === "") return { kind: "empty" };
  if (exec !== undefined && !SHELLS.has(exec)) {
    const cure = /python/i.test(exec)
      ? ELSEWHERE
      : `write exec: /bin/bash if its script is one for a shell, or ${ELSEWHERE}`;
    return { kind: "not-here", about: "exec", reason: `a page has no ${JSON.stringify(exec)}`, cure };
  }
  const name = script.trim();
  if (!isPython(name, exec) && Object.hasOwn(files, name)) {
    const text = files[name] ?? "";
    return text.trim() === "" ? { kind: "empty" } : { kind: "text", text };
  }
  if (!namesFile(name)) return { kind: "text", text: script };
  if (isPython(name, exec)) {
    return {
      kind: "not-here",
      about: "script",
      reason: `"${name}" is Python, and a page has none`,
      cure: ELSEWHERE,
    };
  }
  return {
    kind: "not-here",
    about: "script",
    reason: `a page cannot read the file "${name}"`,
    cure: 'write its text here, as "script: |" with the lines below it, or put the file beside the configuration that the relay is started with',
  };
}

/** Jumpstarter gives such a file to Python, unless `exec` says otherwise. */
function isPython(name: string, exec: string | undefined): boolean {
  return exec === undefined && !/\s/.test(name) && name.endsWith(".py");
}

/** One word that looks like a path, though there is no such file at hand. A command of one word (`j`, `true`) does not. */
function namesFile(text: string): boolean {
  return !/\s/.test(text) && (text.includes("/") || /\.(sh|py)$/.test(text));
}
