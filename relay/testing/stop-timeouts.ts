/**
 * The relay's timeouts in a test's hand: none passes while the test is at work, however slow the machine is.
 * Above: tests of relay/. Below: vitest. Node's own clocks go on: of headers and idle connections in node:http, of TLS
 * handshakes, AbortSignal.timeout(), and setInterval().
 */

import { vi } from "vitest";

export interface StoppedTimeouts extends Disposable {
  /** Let so much time pass for them, all at once. */
  pass(ms: number): void;
}

/**
 * From here to the end of the block no timeout passes by itself that is begun there. To be called when the relay has
 * started, so that its end has its timeouts again.
 */
export function stopTimeouts(): StoppedTimeouts {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return {
    pass: (ms) => {
      vi.advanceTimersByTime(ms);
    },
    [Symbol.dispose]: () => {
      vi.useRealTimers();
    },
  };
}
