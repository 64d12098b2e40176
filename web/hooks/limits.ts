/**
 * What a script may take, with the reason of each bound. Past them something is left out or the script ends; never the page.
 * Above: all of web/hooks/. Below: nothing. Bounds that the exporter has to know too are in web/exporter/script-runner.ts.
 */

import type { BashOptions } from "just-bash/browser";

/** 1 Mi characters: of more output nobody reads the beginning; it is what all of the log keeps, four times. */
export const MAX_SCRIPT_OUTPUT_CHARACTERS = 1024 * 1024;

/** 256 Ki characters: a hook of ten thousand lines; what is longer is data. */
export const MAX_SCRIPT_CHARACTERS = 256 * 1024;

/** 16 commands of ours at work for one script. The interpreter runs one after the other: more is a fault. */
export const MAX_COMMANDS_IN_FLIGHT = 16;

/** 1 Mi characters of arguments and input for one command of ours: they are copied to another worker. */
export const MAX_COMMAND_INPUT_CHARACTERS = 1024 * 1024;

/** 1 Mi characters of either stream of one command of ours, for the same reason. */
export const MAX_COMMAND_OUTPUT_CHARACTERS = 1024 * 1024;

/** 500 ms: a script that waits, or asks us for something, stops at once; what has not stopped by then, computes. */
export const STOP_GRACE_MS = 500;

/** 20 ms: output within it goes in one message, once there is much of it. */
export const OUTPUT_INTERVAL_MS = 20;

/** 64 messages an interval go out at once: a script that computes for ever has said before it all that it said. */
export const MAX_POSTS_PER_INTERVAL = 64;

/** 16 Ki characters wait at most for the end of the interval, and a message has hardly more: the log keeps all of their lines. */
export const MAX_WAITING_CHARACTERS = 16 * 1024;

/** 64 MiB: a script's files, all together. */
export const MAX_FILES_BYTES = 64 * 1024 * 1024;

/**
 * The interpreter's own. A hook may poll for hours: once a second, with a dozen commands each time, is a million commands a day, and a
 * spinning loop needs minutes for as many. Time itself is bounded by the hook's timeout, and a script that goes too far is ended with
 * its worker.
 */
export const INTERPRETER_LIMITS: NonNullable<BashOptions["executionLimits"]> = {
  maxSourceBytes: 4 * MAX_SCRIPT_CHARACTERS,
  maxCommandCount: 10_000_000,
  maxLoopIterations: 10_000_000,
  maxWorkUnits: 1_000_000_000,
  // Functions that call themselves: each level is a dozen frames of the JavaScript engine.
  maxCallDepth: 100,
  // One value, and one command's output; what is alive at a time; what passes through in all.
  maxStringLength: 16 * 1024 * 1024,
  maxLiveBytes: 128 * 1024 * 1024,
  maxOutputSize: 256 * 1024 * 1024,
  maxInputBytes: 1024 * 1024 * 1024,
  maxFileSystemBytes: MAX_FILES_BYTES,
  maxArrayElements: 100_000,
  maxBraceExpansionResults: 100_000,
  // 2 s for a command of ours that is ended by `timeout`: its answer comes from another worker. After it the whole script ends.
  maxExtensionCleanupTimeMs: 2000,
  // A week: the bound is the hook's own timeout, but timers cannot hold more than 24 days.
  maxExecutionTimeMs: 7 * 24 * 3600 * 1000,
};
