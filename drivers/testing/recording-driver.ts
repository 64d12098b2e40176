/**
 * A driver that answers as it is told, and keeps what it was called with: for tests of commands, whose drivers have tests of their own.
 * Above: tests of commands. Below: drivers/base, test-resources.ts.
 */

import * as v from "valibot";
import type { DriverHandle } from "../base/command.ts";
import type { Driver } from "../base/driver.ts";
import type { JsonValue } from "../base/json.ts";
import type { ExportedMethod } from "../base/methods.ts";
import { resourceArgument } from "../base/resource.ts";
import { driverHandle } from "./driver-handle.ts";
import { createTestResources } from "./test-resources.ts";

export interface Recording {
  readonly handle: DriverHandle;
  /** The method and its arguments; a file is there as its text, a URL as its handle. */
  readonly calls: readonly (readonly JsonValue[])[];
}

/** @param answers By method: what it answers, or an error that it fails with. */
export function recordingDriver(answers: Readonly<Record<string, JsonValue | Error>>): Recording {
  const resources = createTestResources();
  const calls: (readonly JsonValue[])[] = [];
  const recorded = async (argument: JsonValue): Promise<JsonValue> => {
    const checked = v.safeParse(resourceArgument, argument);
    if (!checked.success || checked.output.kind !== "client_stream") return argument;
    const { readable } = await resources.read(checked.output, { signal: new AbortController().signal });
    return new Response(readable).text();
  };
  const method = (name: string, answer: JsonValue | Error): ExportedMethod => ({
    kind: "call",
    async run(args) {
      calls.push([name, ...(await Promise.all(args.map(recorded)))]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const driver: Driver = {
    clientClass: "",
    category: "storage",
    methods: new Map(Object.entries(answers).map(([name, answer]) => [name, method(name, answer)])),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { handle: driverHandle(driver, resources), calls };
}
