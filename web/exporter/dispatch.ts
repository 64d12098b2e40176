/**
 * From a uuid and a name to an exported method: the gate, the look-up, and what is said when it fails.
 * Above: services.ts, and the page's own calls. Below: driver-instance.ts, status.ts.
 * Specification: DriverCall of jumpstarter.v1; the texts that Python's exporter answers with.
 */

import { Code, ConnectError } from "@connectrpc/connect";
import type { ExportedMethod } from "../../drivers/base/methods.ts";
import type { DriverInstance } from "./driver-instance.ts";
import { type StatusMachine, statusName } from "./status.ts";

type Kind = ExportedMethod["kind"];

const UUID =
  /^\{?(?:urn:uuid:)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

/** What to call instead, for people who call a method as the wrong kind. */
const CALL_IT: Readonly<Record<Kind, string>> = {
  call: "call it with DriverCall",
  "streaming-call": "call it with StreamingDriverCall",
  stream: "open it with RouterService.Stream",
};

/** The marker that Python's exporter misses, by kind. */
const MARKER: Readonly<Record<Kind, string>> = {
  call: "marker_drivercall",
  "streaming-call": "marker_streamingdrivercall",
  stream: "marker_streamcall",
};

/** @throws ConnectError FAILED_PRECONDITION unless the status lets drivers be called. */
export function requireReady(status: StatusMachine): void {
  if (status.acceptsCalls) return;
  throw new ConnectError(
    `Exporter not ready for driver calls (status: ${statusName(status.current.status)})`,
    Code.FailedPrecondition,
  );
}

/** @throws ConnectError INVALID_ARGUMENT for what is no uuid, NOT_FOUND for one that nobody has. */
export function requireInstance(byUuid: ReadonlyMap<string, DriverInstance>, uuid: string): DriverInstance {
  const parts = UUID.exec(uuid);
  if (parts === null) {
    throw new ConnectError(
      `"${uuid.slice(0, 64)}" is not a uuid: use one of the report's`,
      Code.InvalidArgument,
    );
  }
  const instance = byUuid.get(parts.slice(1).join("-").toLowerCase());
  if (instance === undefined)
    throw new ConnectError(`driver ${uuid} not found: read the report again`, Code.NotFound);
  return instance;
}

/** @throws ConnectError NOT_FOUND when there is no such method, or it is of another kind. */
export function requireMethod<K extends Kind>(
  instance: DriverInstance,
  name: string,
  kind: K,
): Extract<ExportedMethod, { kind: K }> {
  const method = instance.driver.methods.get(name);
  if (method === undefined)
    throw new ConnectError(`method ${name.slice(0, 128)} not found on driver`, Code.NotFound);
  if (!isKind(method, kind)) {
    throw new ConnectError(
      `method ${name} missing marker ${MARKER[kind]}: ${CALL_IT[method.kind]}`,
      Code.NotFound,
    );
  }
  return method;
}

function isKind<K extends Kind>(
  method: ExportedMethod,
  kind: K,
): method is Extract<ExportedMethod, { kind: K }> {
  return method.kind === kind;
}
