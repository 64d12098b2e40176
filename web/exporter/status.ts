/**
 * The exporter's status: every step that it may take, what clients read at each, and the gate before driver calls.
 * Above: lifecycle.ts takes the steps, services.ts shows them. Below: proto's ExporterStatus.
 * Specification: GetStatus of jumpstarter.v1, and the messages that Python's exporter puts into it. The version grows by
 * exactly one with each step, and a step always changes the status: clients notice nothing else.
 */

import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";

export interface Status {
  readonly status: ExporterStatus;
  readonly message: string;
  readonly version: bigint;
  readonly previous: ExporterStatus | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const {
  UNSPECIFIED,
  OFFLINE,
  AVAILABLE,
  BEFORE_LEASE_HOOK,
  LEASE_READY,
  AFTER_LEASE_HOOK,
  BEFORE_LEASE_HOOK_FAILED,
  AFTER_LEASE_HOOK_FAILED,
} = ExporterStatus;

/** All steps there are. OFFLINE means that nobody is there: it is possible at any time, and the last one. */
export const STATUS_STEPS: Readonly<Record<ExporterStatus, readonly ExporterStatus[]>> = {
  [UNSPECIFIED]: [],
  // Between two sessions: drivers are reset.
  [AVAILABLE]: [BEFORE_LEASE_HOOK, LEASE_READY, OFFLINE],
  // The hook may be ended, because the session ends in the middle of it.
  [BEFORE_LEASE_HOOK]: [LEASE_READY, BEFORE_LEASE_HOOK_FAILED, AFTER_LEASE_HOOK, AVAILABLE, OFFLINE],
  // Without an afterLease hook the session ends at once.
  [LEASE_READY]: [AFTER_LEASE_HOOK, AVAILABLE, OFFLINE],
  [AFTER_LEASE_HOOK]: [AVAILABLE, AFTER_LEASE_HOOK_FAILED, OFFLINE],
  // There was no session that afterLease could clean up after.
  [BEFORE_LEASE_HOOK_FAILED]: [AVAILABLE, OFFLINE],
  [AFTER_LEASE_HOOK_FAILED]: [AVAILABLE, OFFLINE],
  [OFFLINE]: [],
};

/** What Python's exporter says at each step, word for word: people and tests look for it. */
export const STATUS_TEXT = {
  beforeLease: "Running beforeLease hook",
  ready: "Ready for commands",
  afterLease: "Running afterLease hooks",
  available: "Available for new lease",
  stopped: "The exporter was stopped on its page",
  warning: (hook: HookName, reason: string): string => `[HOOK_WARNING] ${hook} hook warning: ${reason}`,
  failed: (hook: HookName, reason: string): string => `${hook} hook failed (on_failure=endLease): ${reason}`,
  fatal: (hook: HookName, reason: string): string =>
    `${hook} hook failed (on_failure=exit, shutting down): ${reason}`,
  shutdown: (hook: HookName): string => `Exporter shutting down due to ${hook} hook failure`,
} as const;

export type HookName = "beforeLease" | "afterLease";

/** 1 KiB: a sentence, with whatever a hook's interpreter had to say. */
export const MAX_STATUS_MESSAGE_CHARACTERS = 1024;

const NAMES = new Map<ExporterStatus, string>(
  Object.entries(ExporterStatus).map(([name, value]) => [value, name] as const),
);

/** `LEASE_READY`, `AVAILABLE`, … */
export function statusName(status: ExporterStatus): string {
  return NAMES.get(status) ?? `status ${status}`;
}

export class StatusMachine {
  readonly #now: () => number;
  readonly #onChange: () => void;
  #status: Status;

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number, onChange: () => void) {
    this.#now = now;
    this.#onChange = onChange;
    this.#status = { status: AVAILABLE, message: "", version: 0n, previous: undefined, since: now() };
  }

  get current(): Status {
    return this.#status;
  }

  /** @throws RangeError when there is no such step: a fault of ours. */
  set(status: ExporterStatus, message: string): void {
    const { status: previous, version } = this.#status;
    if (!STATUS_STEPS[previous]?.includes(status)) {
      throw new RangeError(
        `the exporter's status does not go from ${statusName(previous)} to ${statusName(status)}`,
      );
    }
    this.#status = {
      status,
      message: harmless(message),
      version: version + 1n,
      previous,
      since: this.#now(),
    };
    this.#onChange();
  }

  /** Whether drivers may be called now: in a session, and in its hooks. */
  get acceptsCalls(): boolean {
    const { status } = this.#status;
    return status === LEASE_READY || status === BEFORE_LEASE_HOOK || status === AFTER_LEASE_HOOK;
  }
}

/** "expired" in a status makes Python clients try to log in again; a hook's own error may well contain it. */
function harmless(message: string): string {
  const text = message.replace(/expired/gi, "lapsed");
  return text.length > MAX_STATUS_MESSAGE_CHARACTERS
    ? `${text.slice(0, MAX_STATUS_MESSAGE_CHARACTERS)} […]`
    : text;
}
