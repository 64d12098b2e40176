/**
 * `j power …`: on, off, cycle, read.
 * Above: drivers/commands.ts. Below: drivers/base, float-text.ts.
 * Specification: jumpstarter_driver_power.client, PowerClient and VirtualPowerClient.
 */

import * as v from "valibot";
import {
  type CommandContext,
  CommandError,
  type CommandGroup,
  defineCommand,
  UsageError,
} from "../base/command.ts";
import type { JsonValue } from "../base/json.ts";
import { floatText } from "./float-text.ts";

/** A day, in seconds: timers overflow after 24 of them, and no board is off that long between two commands. */
export const MAX_PAUSE_S = 86_400;

const reading = v.object({ voltage: v.number(), current: v.number() });

const on = defineCommand({
  name: "on",
  summary: "Power on",
  run: async ({ driver, signal }) => {
    await driver.call("on", [], { signal });
  },
});

const off = defineCommand({
  name: "off",
  summary: "Power off",
  run: async ({ driver, signal }) => {
    await driver.call("off", [], { signal });
  },
});

const offOrDestroy = defineCommand({
  name: "off",
  summary: "Power off",
  options: { destroy: { names: ["--destroy"], summary: "Remove the machine after switching it off" } },
  run: async ({ values, driver, signal }) => {
    await driver.call("off", [values.destroy], { signal });
  },
});

/** `off` is the client's own: a virtual machine's takes an argument. */
function cycle(offArguments: readonly JsonValue[]) {
  return defineCommand({
    name: "cycle",
    summary: "Power off, wait, power on",
    options: {
      wait: { names: ["--wait", "-w"], value: "integer", default: 2, summary: "Seconds between off and on" },
    },
    run: async ({ values: { wait }, driver, clock, signal, write }) => {
      // Before anything: a board must not stay off for a typing mistake.
      checkSeconds("--wait", wait);
      write(`Power cycling with ${wait} seconds wait time...\n`);
      await driver.call("off", offArguments, { signal });
      await clock.sleep(wait * 1000, { signal });
      await driver.call("on", [], { signal });
    },
  });
}

const read = defineCommand({
  name: "read",
  summary: "Read voltage, current and apparent power",
  options: {
    count: {
      names: ["--count", "-n"],
      value: "integer",
      default: 1,
      showDefault: true,
      summary: "How often to read (0: until it is interrupted)",
    },
    interval: {
      names: ["--interval", "-i"],
      value: "float",
      default: 1,
      showDefault: true,
      summary: "Seconds between readings",
    },
  },
  run: async (context) => {
    const { count, interval } = context.values;
    if (interval > 0) checkSeconds("--interval", interval);
    for (let done = 0; count === 0 || done < count; ) {
      await readOnce(context);
      done += 1;
      const more = count === 0 || done < count;
      // Without an interval a meter that answers at once would keep everything else from its turn.
      if (more) await context.clock.sleep(Math.max(interval, 0) * 1000, { signal: context.signal });
    }
  },
});

async function readOnce({
  driver,
  signal,
  write,
}: Pick<CommandContext, "driver" | "signal" | "write">): Promise<void> {
  for await (const item of driver.streamingCall("read", [], { signal })) {
    const checked = v.safeParse(reading, item);
    if (!checked.success) {
      throw new CommandError(
        "the driver's reading has no voltage and current as numbers: look at the driver's log on the page",
      );
    }
    const { voltage, current } = checked.output;
    const power = floatText(voltage * current);
    write(`voltage=${floatText(voltage)} V  current=${floatText(current)} A  apparent_power=${power} VA\n`);
  }
}

function checkSeconds(option: string, seconds: number): void {
  if (seconds >= 0 && seconds <= MAX_PAUSE_S) return;
  throw new UsageError(
    `Invalid value for '${option}': ${seconds} is not between 0 and ${MAX_PAUSE_S} seconds.`,
  );
}

export const powerCommands: CommandGroup = {
  summary: "A power switch",
  options: {},
  commands: [cycle([]), off, on, read],
  children: false,
};

export const virtualPowerCommands: CommandGroup = {
  ...powerCommands,
  // Its client always says whether to destroy, also within a cycle.
  commands: [cycle([false]), offOrDestroy, on, read],
};
