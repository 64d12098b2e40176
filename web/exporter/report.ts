/**
 * The report: the driver tree as clients read it.
 * Above: services.ts. Below: driver-instance.ts, proto. Specification: GetReport of jumpstarter.v1 and what Python
 * clients need of it: parents before children, one root, and an alias as its target again with the same uuid.
 */

import { create } from "@bufbuild/protobuf";
import {
  type DriverInstanceReport,
  DriverInstanceReportSchema,
  type GetReportResponse,
  GetReportResponseSchema,
} from "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { DriverInstance } from "./driver-instance.ts";

/** 4096 reports: aliases of aliases multiply, and a report has to fit into one message of 4 MiB. */
export const MAX_REPORTS = 4096;

export function createReport(
  exporter: { readonly uuid: string; readonly name: string; readonly motd: string },
  root: DriverInstance,
): GetReportResponse {
  const reports: DriverInstanceReport[] = [];
  addReports(reports, root, "", undefined);
  return create(GetReportResponseSchema, {
    uuid: exporter.uuid,
    labels: { "jumpstarter.dev/name": exporter.name },
    reports,
    motd: exporter.motd,
  });
}

function addReports(
  reports: DriverInstanceReport[],
  instance: DriverInstance,
  name: string,
  parentUuid: string | undefined,
): void {
  if (reports.length >= MAX_REPORTS) {
    throw new RangeError(
      `the driver tree has more than ${MAX_REPORTS} entries: remove refs that repeat large branches`,
    );
  }
  reports.push(
    create(DriverInstanceReportSchema, {
      uuid: instance.uuid,
      ...(parentUuid === undefined ? {} : { parentUuid }),
      labels: {
        ...instance.labels,
        "jumpstarter.dev/client": instance.driver.clientClass,
        ...(parentUuid === undefined ? {} : { "jumpstarter.dev/name": name }),
      },
      ...(instance.description === undefined ? {} : { description: instance.description }),
      methodsDescription: { ...instance.methodsDescription },
    }),
  );
  for (const child of instance.children) {
    addReports(reports, child.kind === "alias" ? child.target : child, child.name, instance.uuid);
  }
}
