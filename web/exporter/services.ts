/**
 * ExporterService and RouterService, and our own BenchService, for all protocols that Connect speaks (gRPC, gRPC-Web, Connect).
 * Above: exporter.ts. Below: dispatch.ts, report.ts, log-ring.ts, router-stream.ts, bench-service.ts. Specification: jumpstarter.v1.
 */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import { ExporterStatus, LogSource } from "../../proto/gen/jumpstarter/v1/common_pb.ts";
import {
  DriverCallResponseSchema,
  EndSessionResponseSchema,
  ExporterService,
  GetStatusResponseSchema,
  type LogStreamResponse,
  LogStreamResponseSchema,
  ResetResponseSchema,
  StreamingDriverCallResponseSchema,
} from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import { RouterService, StreamResponseSchema } from "../../proto/gen/jumpstarter/v1/router_pb.ts";
import { BenchService } from "../../proto/gen/jumptab/v1/bench_pb.ts";
import { accessGate, requireHold, requireStatus } from "./access-gate.ts";
import { createBenchService } from "./bench-service.ts";
import { loggedCall, loggedStreamingCall } from "./call-log.ts";
import { requireInstance, requireMethod, requireReady } from "./dispatch.ts";
import { guestOf } from "./door.ts";
import { flushHeaders } from "./flush-headers.ts";
import type { LogLine, LogSourceName } from "./log-ring.ts";
import { messageGate } from "./message-gate.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";
import { openRouterStream } from "./router-service.ts";
import type { ServiceHost } from "./service-host.ts";
import type { Status } from "./status.ts";
import { toConnectError } from "./to-connect-error.ts";
import { untilAborted } from "./until-aborted.ts";
import { decodeValue, encodeValue } from "./value.ts";
import { within } from "./within.ts";

/** 2 s: Python clients give EndSession 5 s. A driver that takes longer to reset is waited for without them. */
export const END_SESSION_ANSWER_MS = 2000;

const LOG_SOURCE: Readonly<Record<LogSourceName, LogSource>> = {
  driver: LogSource.DRIVER,
  beforeLease: LogSource.BEFORE_LEASE_HOOK,
  afterLease: LogSource.AFTER_LEASE_HOOK,
  system: LogSource.SYSTEM,
};

export function createServices(host: ServiceHost): ConnectRouter {
  return createConnectRouter({
    readMaxBytes: MAX_MESSAGE_BYTES,
    writeMaxBytes: MAX_MESSAGE_BYTES,
    interceptors: [
      messageGate(host.sharing.seat),
      ...(host.access.exclusive ? [accessGate(host.access)] : []),
    ],
  })
    .service(ExporterService, {
      getReport: () => translate(() => host.report()),

      driverCall: ({ uuid, method, args }, { signal: clientSignal }) =>
        translate(async () => {
          requireReady(host.status);
          const instance = requireInstance(host.instances, uuid);
          const call = requireMethod(instance, method, "call");
          const done = host.callStarted();
          const { signal, ended, leave } = host.calls.join(clientSignal);
          try {
            const values = args.map(decodeValue);
            const result = await loggedCall(host.log, instance, method, signal, () =>
              host.transfers.call({ instance, method, args: values, by: "client", signal }, (options) =>
                Promise.race([call.run(values, options), ended]),
              ),
            );
            return create(DriverCallResponseSchema, {
              uuid: crypto.randomUUID(),
              result: encodeValue(result),
            });
          } finally {
            leave();
            done();
          }
        }),

      async *streamingDriverCall({ uuid, method, args }, context) {
        const { signal, leave } = host.calls.join(context.signal);
        let done: (() => void) | undefined;
        try {
          requireReady(host.status);
          const instance = requireInstance(host.instances, uuid);
          const call = requireMethod(instance, method, "streaming-call");
          flushHeaders(context);
          done = host.callStarted();
          const values = args.map(decodeValue);
          const items = loggedStreamingCall(host.log, instance, method, signal, () =>
            host.transfers.streamingCall(
              { instance, method, args: values, by: "client", signal },
              (options) => untilAborted(call.run(values, options), options),
            ),
          );
          for await (const item of items) {
            yield create(StreamingDriverCallResponseSchema, {
              uuid: crypto.randomUUID(),
              result: encodeValue(item),
            });
          }
        } catch (error) {
          throw toConnectError(error);
        } finally {
          leave();
          done?.();
        }
      },

      async *logStream(_, context) {
        const release = requireHold(host.access, guestOf(context.values));
        try {
          flushHeaders(context);
          for await (const line of host.log.read({ signal: context.signal })) yield logMessage(line);
        } finally {
          release();
        }
      },

      reset: () =>
        translate(async () => {
          await host.reset();
          return create(ResetResponseSchema);
        }),

      getStatus: (_, { values }) => {
        const { status, message, version, previous } = host.status.current;
        const inUse = requireStatus(host.access, guestOf(values));
        return create(GetStatusResponseSchema, {
          // Of this status a client that waits for a session reads that there is none for it, and leaves.
          status: inUse === undefined ? status : ExporterStatus.BEFORE_LEASE_HOOK_FAILED,
          message: inUse ?? message,
          statusVersion: version,
          ...(previous === undefined ? {} : { previousStatus: previous }),
        });
      },

      endSession: async () => {
        const ending = host.endSession();
        if (ending === undefined) {
          return create(EndSessionResponseSchema, { success: false, message: "No active lease context" });
        }
        const waiting = within(host.clock, END_SESSION_ANSWER_MS, ending);
        const inTime = await waiting.then(
          () => true,
          () => false,
        );
        const message = inTime
          ? endedMessage(host.status.current)
          : ENDING_MESSAGE[host.status.current.status];
        return create(EndSessionResponseSchema, { success: true, message: message ?? "Session ended" });
      },
    })
    .service(RouterService, {
      async *stream(requests, context) {
        const frames = openRouterStream(host, {
          guest: guestOf(context.values),
          metadata: context.requestHeader.get("request"),
          frames: requests,
          signal: context.signal,
          onOpen: (headers) => {
            for (const [name, value] of headers) context.responseHeader.set(name, value);
            flushHeaders(context);
          },
        });
        for await (const frame of frames) yield create(StreamResponseSchema, frame);
      },
    })
    .service(BenchService, createBenchService(host));
}

/** What the session's end is doing when EndSession has to be answered. */
const ENDING_MESSAGE: Readonly<Partial<Record<ExporterStatus, string>>> = {
  [ExporterStatus.AFTER_LEASE_HOOK]: "Session end triggered, afterLease hook running asynchronously",
  [ExporterStatus.BEFORE_LEASE_HOOK]:
    "Session ended, beforeLease hook of the next one running asynchronously",
  [ExporterStatus.AVAILABLE]: "Session end triggered, drivers are still being reset",
};

function endedMessage({ status, message }: Status): string {
  if (status === ExporterStatus.LEASE_READY) return "Session ended, ready for the next one";
  return `Session ended, there is no next one: ${message}`;
}

/** Run, and let every failure out as a ConnectError: Connect hides the text of any other. */
async function translate<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toConnectError(error);
  }
}

function logMessage(line: LogLine): LogStreamResponse {
  return create(LogStreamResponseSchema, {
    severity: line.severity,
    message: line.message,
    source: LOG_SOURCE[line.source],
    ...(line.driverType === undefined ? {} : { driverType: line.driverType }),
    ...(line.operation === undefined ? {} : { operation: line.operation }),
    timestamp: timestampFromMs(line.timestamp),
    structuredFields: { ...line.fields },
  });
}
