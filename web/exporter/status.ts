/**
 * The exporter's status: what clients wait for, and the gate before driver calls.
 * Above: services.ts, exporter.ts. Below: proto's ExporterStatus.
 * Specification: GetStatus of jumpstarter.v1. The version grows by exactly one with each change of status or message;
 * texts avoid the word that makes Python clients try to log in again ("expired").
 */

import { ExporterStatus } from "../../proto/gen/jumpstarter/v1/common_pb.ts";

export interface Status {
  readonly status: ExporterStatus;
  readonly message: string;
  readonly version: bigint;
  readonly previous: ExporterStatus | undefined;
}

const NAMES = new Map<ExporterStatus, string>(
  Object.entries(ExporterStatus).map(([name, value]) => [value, name] as const),
);

/** `LEASE_READY`, `AVAILABLE`, … */
export function statusName(status: ExporterStatus): string {
  return NAMES.get(status) ?? `status ${status}`;
}

export class StatusMachine {
  readonly #onChange: () => void;
  #status: Status = { status: ExporterStatus.AVAILABLE, message: "", version: 0n, previous: undefined };

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get current(): Status {
    return this.#status;
  }

  set(status: ExporterStatus, message: string): void {
    const { status: previous, version } = this.#status;
    this.#status = { status, message, version: version + 1n, previous };
    this.#onChange();
  }

  /** Whether drivers may be called now: in a session, and in its hooks. */
  get acceptsCalls(): boolean {
    const { status } = this.#status;
    return (
      status === ExporterStatus.LEASE_READY ||
      status === ExporterStatus.BEFORE_LEASE_HOOK ||
      status === ExporterStatus.AFTER_LEASE_HOOK
    );
  }
}
