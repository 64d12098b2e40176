/**
 * What the unattended exporter waits for: every bound of relay/run/ with its reason.
 * Above: the other files of relay/run/. Below: nothing.
 */

/** 30 s from the browser's start to the exporter's: a cold start takes 5 s on a slow machine. Later than that is worth a line. */
export const ATTACH_EXPECTED_MS = 30_000;

/** 45 s without the exporter that was there, in a browser that still runs: its page is dead (a page redials within seconds). */
export const PAGE_GONE_MS = 45_000;

/** Pause before the browser is started again: 1 s, doubled each time, at most 60 s. A broken machine is not hammered. */
export const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 60_000;

/** 60 s of running without a fall: the next fall is a new story, and the pause begins anew. */
export const RAN_WELL_MS = 60_000;

/** 3 s for a browser to end by itself after TERM; then KILL. Shutdown as a whole has 10 s. */
export const BROWSER_TERM_MS = 3_000;

/** 3 s more for the kernel to clean up after KILL: it takes milliseconds, unless a disk hangs. */
export const BROWSER_KILL_MS = 3_000;

/** 60 bytes: a socket's path has 107 (unix(7)), of which Chromium adds `/org.chromium.Chromium.XXXXXX/SingletonSocket`. */
export const MAX_SOCKET_DIRECTORY_BYTES = 60;

/** 4 KiB of one line that the browser wrote, for our log. */
export const MAX_BROWSER_LINE = 4 * 1024;

/** 7 s from the signal to the end of the page's exporter; with the browser's own end it stays within the 10 s that service managers give. */
export const PAGE_END_MS = 7_000;

/** 5 s of those for the afterLease hook, when no call had to be waited for: enough to switch a board off. A hook's own timeout is for sessions that end in peace. */
export const LAST_HOOK_MS = 5_000;

/** 2 s of those for what follows the hook: clients get a second to read its last lines, drivers switch their devices to a safe state. */
export const AFTER_HOOK_MS = 2_000;
