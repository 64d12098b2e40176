/**
 * What the clients of a release do otherwise than those of another: the one place where tests look it up.
 * Above: fixtures.ts, the specs of conformance/. Below: scripts/prepare-python.ts, which installs the releases.
 * Each entry was found by running that release; what is right for both is not here.
 */

import type { Release } from "../../scripts/prepare-python.ts";

export interface Traits {
  /** `j power read` is a command. */
  readonly readsPower: boolean;
  /** `j … pipe` ends with its stream. Otherwise it says that the stream has ended, and waits for Ctrl-C. */
  readonly pipeEndsWithStream: boolean;
  /** `j` leaves out a driver whose client class is not installed. Otherwise every `j` fails, whatever it was to do. */
  readonly leavesOutMissingClasses: boolean;
  /** FAILED_PRECONDITION is said in one line. Otherwise its sentence is at the end of a traceback. */
  readonly explainsPrecondition: boolean;
  /** What `jmp shell` says when it reaches no server that speaks as it does. */
  readonly unreachable: RegExp;
}

export const TRAITS: Readonly<Record<Release, Traits>> = {
  "0.8.1": {
    readsPower: false,
    pipeEndsWithStream: false,
    leavesOutMissingClasses: false,
    explainsPrecondition: false,
    unreachable:
      /^Error: (Service is temporarily unavailable or unreachable|TLS connection failed while connecting to the service)\./m,
  },
  "0.9.0": {
    readsPower: true,
    pipeEndsWithStream: true,
    leavesOutMissingClasses: true,
    explainsPrecondition: true,
    unreachable: /^Error: Exporter did not respond to initial connection/m,
  },
};
