import { describe, expect, it } from "vitest";
import { BenchService } from "../proto/gen/jumptab/v1/bench_pb.ts";
import { isWorthWaitingFor, methodName } from "./methods.ts";

describe("methodName()", () => {
  it("knows Jumpstarter's methods, with a query or without", () => {
    expect(methodName("/jumpstarter.v1.ExporterService/DriverCall")).toBe("DriverCall");
    expect(methodName("/jumpstarter.v1.RouterService/Stream?x=1")).toBe("Stream");
  });

  it("knows those of a shared bench, as its interface names them", () => {
    for (const { name } of BenchService.methods) {
      expect(methodName(`/${BenchService.typeName}/${name}`)).toBe(name);
    }
  });

  it("calls everything else other, so that strangers cannot make up labels", () => {
    for (const path of [
      "",
      "/",
      "/jumpstarter.v1.ExporterService/Stream",
      "/jumpstarter.v1.ExporterService/drivercall",
      "/jumpstarter.v2.ExporterService/DriverCall",
      "/jumpstarter.v1.ExporterService/DriverCall/",
      "/constructor",
    ]) {
      expect(methodName(path), path).toBe("other");
    }
  });
});

describe("isWorthWaitingFor()", () => {
  it("waits for everything but what idle shells and idle pages ask for all the time", () => {
    for (const method of ["LogStream", "GetStatus", "Watch", "Listen"] as const) {
      expect(isWorthWaitingFor(method), method).toBe(false);
    }
    for (const method of [
      "DriverCall",
      "StreamingDriverCall",
      "Stream",
      "EndSession",
      "Seat",
      "other",
    ] as const) {
      expect(isWorthWaitingFor(method), method).toBe(true);
    }
  });
});
