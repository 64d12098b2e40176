import { describe, expect, it } from "vitest";
import { isWorthWaitingFor, methodName } from "./methods.ts";

describe("methodName()", () => {
  it("knows Jumpstarter's methods, with a query or without", () => {
    expect(methodName("/jumpstarter.v1.ExporterService/DriverCall")).toBe("DriverCall");
    expect(methodName("/jumpstarter.v1.RouterService/Stream?x=1")).toBe("Stream");
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
  it("waits for everything but the log and the status, which every idle shell asks for", () => {
    expect(isWorthWaitingFor("LogStream")).toBe(false);
    expect(isWorthWaitingFor("GetStatus")).toBe(false);
    for (const method of ["DriverCall", "StreamingDriverCall", "Stream", "EndSession", "other"] as const) {
      expect(isWorthWaitingFor(method), method).toBe(true);
    }
  });
});
