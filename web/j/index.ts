/**
 * `j` in the page, for whoever offers it: hooks and the page's terminal.
 */

export { createJCommand, type JCommandOptions, MAX_J_OUTPUT_CHARACTERS } from "./j-command.ts";
export { createJTree, type DriverAccess, type JNode } from "./j-tree.ts";
export { type JOptions, runJ } from "./run-j.ts";
