/**
 * What a script of the page finds in its environment.
 * Above: hook-runner.ts, and the page's own shell. Below: nothing.
 * Specification: the environment that Jumpstarter's exporter gives its hooks. There is no socket behind JUMPSTARTER_HOST here:
 * `j` is a command of the page, needs none, and so a passphrase does not lock it out.
 */

/** A path as scripts expect one, that says in itself whose it is. */
export const PAGE_HOST = "/run/jumptab/this-page.sock";

/** Where a beforeLease hook writes what clients are greeted with. */
export const MOTD_FILE = "/tmp/jumpstarter-motd";

const COMMON = {
  JUMPSTARTER_HOST: PAGE_HOST,
  JMP_DRIVERS_ALLOW: "UNSAFE",
  TERM: "dumb",
} as const;

export function hookEnvironment(hook: "beforeLease" | "afterLease"): Readonly<Record<string, string>> {
  return {
    ...COMMON,
    LEASE_NAME: "standalone",
    CLIENT_NAME: "",
    DEBIAN_FRONTEND: "noninteractive",
    GIT_TERMINAL_PROMPT: "0",
    ...(hook === "beforeLease" ? { JMP_MOTD_FILE: MOTD_FILE } : {}),
  };
}

/** The shell of the page is nobody's lease. */
export function shellEnvironment(): Readonly<Record<string, string>> {
  return { ...COMMON };
}
