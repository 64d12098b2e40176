/**
 * The exporter, as its services need it.
 * Above: services.ts, router-service.ts. Below: exporter.ts implements it.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import type { GetReportResponse } from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { Access } from "./access.ts";
import type { DriverInstance } from "./driver-instance.ts";
import type { LogRing } from "./log-ring.ts";
import type { ResourceTable } from "./resource-table.ts";
import type { SessionCalls } from "./session-calls.ts";
import type { Sharing } from "./sharing.ts";
import type { StatusMachine } from "./status.ts";
import type { Transfers } from "./transfers.ts";

export interface ServiceHost {
  readonly status: StatusMachine;
  readonly log: LogRing;
  readonly clock: Clock;
  readonly instances: ReadonlyMap<string, DriverInstance>;
  /** Who may ask for anything. */
  readonly access: Access;
  /** Links, who is there with them, and who drives. */
  readonly sharing: Sharing;
  report(): GetReportResponse;
  /** Count a running call until the returned function is called. */
  callStarted(): () => void;
  /** Count an open stream until the returned function is called. */
  streamStarted(instance: DriverInstance): () => void;
  /** Files that go with calls. */
  readonly resources: ResourceTable;
  readonly transfers: Transfers;
  /** What runs here ends with the session. */
  readonly calls: SessionCalls;
  reset(): Promise<void>;
  /** Undefined when there is no session to end. */
  endSession(): Promise<void> | undefined;
}
