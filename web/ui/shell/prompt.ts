/**
 * What stands before the line that is written: where the shell is.
 * Above: shell.ts. Below: nothing; pure.
 */

/** The page's shell has one home: `~`, as shells write it. */
export function promptOf(cwd: string): string {
  return `${cwd.replace(/^\/home\/[^/]+(?=\/|$)/, "~")} $`;
}
