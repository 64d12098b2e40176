/**
 * Why the relay does not start, for the person who started it: one sentence with the cure.
 * Above: main.ts prints it and chooses the exit code. Below: nothing.
 */

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command line is right and the machine says no (a file, a port, no browser): exit code 1. */
export class StartError extends Error {
  override readonly name = "StartError";
}
