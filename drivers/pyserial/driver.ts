/**
 * PySerial: a serial console over Web Serial, for everything that uses Jumpstarter's serial client.
 * Above: the registry. Below: shared-port.ts for a real port, loopback.ts for `loop://`, drivers/base.
 * Specification: jumpstarter_driver_pyserial.driver.PySerial. Framing is 8N1 without flow control, as there.
 */

import * as v from "valibot";
import { booleanArgument, integerArgument } from "../base/arguments.ts";
import type { ByteStream } from "../base/byte-stream.ts";
import { configObject } from "../base/config-object.ts";
import type { SerialRequest } from "../base/devices.ts";
import { type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import { exportedCall, exportedMethods, exportedStream, type StreamOptions } from "../base/methods.ts";
import type { SerialPortLender } from "../base/serial-lender.ts";
import { createLoopback } from "./loopback.ts";
import { parseSerialUrl } from "./parse-serial-url.ts";
import { type OutputLine, presence, SharedPort } from "./shared-port.ts";
import { StateReporter } from "./state-reporter.ts";

/** Baud: beyond any UART, and within what browsers take. */
const MAX_BAUDRATE = 50_000_000;

/** Milliseconds: a person and a boot loader both notice it; what terminal programs send. */
const BREAK_MS = 250;
/** Milliseconds: nobody else is served meanwhile. */
const MAX_BREAK_MS = 5000;

const baudrateArgument = v.pipe(
  integerArgument,
  v.minValue(1, "a baud rate of at least 1 is needed, such as 115200"),
  v.maxValue(MAX_BAUDRATE, `a baud rate of at most ${MAX_BAUDRATE} is needed`),
);
const breakArgument = v.optional(
  v.pipe(
    integerArgument,
    v.minValue(1, "a break lasts at least 1 ms"),
    v.maxValue(MAX_BREAK_MS, `a break lasts at most ${MAX_BREAK_MS} ms`),
  ),
  BREAK_MS,
);

const config = configObject({
  url: v.pipe(
    v.string("write the url as text, such as /dev/ttyUSB0, hwgrep://0403:6001 or loop://"),
    v.regex(/\S/, "the url is empty: give loop://, hwgrep://VID:PID or the name of a port"),
    v.description(
      "Which port: a name that is chosen by hand once, hwgrep://VID:PID for a USB adapter, or loop:// for a loop without a port.",
    ),
    v.examples(["/dev/ttyUSB0", "hwgrep://0403:6001", "loop://"]),
  ),
  baudrate: v.optional(
    v.pipe(
      v.number("write the baud rate as a number, such as 115200, without quotes"),
      v.integer("write the baud rate as a whole number, such as 115200"),
      v.minValue(1, "write a baud rate of at least 1, such as 115200"),
      v.maxValue(MAX_BAUDRATE, `write a baud rate of at most ${MAX_BAUDRATE}`),
      v.description("Bits a second."),
    ),
    115_200,
  ),
  check_present: v.optional(
    v.pipe(
      v.boolean("write true or false, without quotes"),
      v.description("Says when the port is not there."),
    ),
    true,
  ),
  cps: v.nullish(
    v.pipe(
      v.number("write a number of characters a second, or null for no limit"),
      v.finite("write a number of characters a second, or null for no limit"),
      v.minValue(0, "write 0 or null for no limit, or a positive number of characters a second"),
      v.description("Characters a second that are sent at most; none: no limit."),
    ),
    null,
  ),
  disable_hupcl: v.optional(
    v.pipe(
      v.boolean("write true or false, without quotes"),
      v.description("Leaves DTR as it is when the port is closed, so that the board is not reset."),
    ),
    false,
  ),
});

type Config = v.InferOutput<typeof config>;

export const definition = defineDriver({
  type: "jumpstarter_driver_pyserial.driver.PySerial",
  summary: "A serial port. Needs Web Serial and a granted port, or loop://.",
  about: { title: "Serial port", category: "serial", needs: ["serial"] },
  config,
  impossible: ({ url }) => {
    const parsed = parseSerialUrl(url);
    return parsed.kind === "refused" ? { key: "url", reason: parsed.reason } : undefined;
  },
  create: (context, checked) => createPySerial(context, checked),
});

/** What both kinds of port offer the driver. */
interface Line extends AsyncDisposable {
  readonly lender: SerialPortLender;
  attach(options: StreamOptions): Promise<ByteStream>;
  setLine(line: OutputLine, value: boolean): Promise<void>;
  sendBreak(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
  setBaudRate(baudRate: number): Promise<void>;
  /** As at the beginning of a session: the configuration's baud rate. Never rejects. */
  reset(): Promise<void>;
  closeStreams(): Promise<void>;
}

function createPySerial(context: DriverContext, config: Config): Driver {
  const url = parseSerialUrl(config.url);
  if (url.kind === "refused") throw new DriverError("invalid-argument", url.reason);
  const reporter = new StateReporter(context.clock, context.setState);
  reporter.now({
    open: false,
    baudrate: config.baudrate,
    dtr: null,
    rts: null,
    lentTo: null,
    bytesIn: 0,
    bytesOut: 0,
    error: null,
  });
  const line =
    url.kind === "loop"
      ? createLoop(context, config, reporter)
      : createDeviceLine(context, config, reporter, url.request);
  return {
    clientClass: "jumpstarter_driver_pyserial.client.PySerialClient",
    category: "serial",
    serialPort: line.lender,
    methods: exportedMethods({
      connect: exportedStream((options) => line.attach(options)),
      close: exportedCall({}, () => line.closeStreams()),
      set_dtr: exportedCall({ value: booleanArgument }, ({ value }) => line.setLine("dtr", value)),
      set_rts: exportedCall({ value: booleanArgument }, ({ value }) => line.setLine("rts", value)),
      // Beyond the Python driver, whose client does not know of them: for consoles of pages.
      send_break: exportedCall({ duration_ms: breakArgument }, ({ duration_ms }, options) =>
        line.sendBreak(duration_ms, options),
      ),
      set_baudrate: exportedCall({ baudrate: baudrateArgument }, ({ baudrate }) =>
        line.setBaudRate(baudrate),
      ),
    }),
    reset: () => line.reset(),
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      reporter[Symbol.dispose]();
    },
  };
}

/** 0 and null mean the same: not throttled. */
function cpsOf({ cps }: Config): number | undefined {
  return cps === null || cps === 0 ? undefined : cps;
}

function createDeviceLine(
  { path, devices, clock, log }: DriverContext,
  config: Config,
  reporter: StateReporter,
  request: SerialRequest,
): Line {
  if (devices.serial === undefined) return createNoSerial(config, log.warning, reporter);
  const binding = devices.serial.bind(path, request);
  const port = new SharedPort({
    binding,
    baudRate: config.baudrate,
    cps: cpsOf(config),
    keepOpen: config.disable_hupcl,
    clock,
    log,
    reporter,
  });
  if (config.check_present) {
    const found = presence(binding);
    reporter.now(found);
    if (typeof found.error === "string") log.warning(found.error);
  }
  return {
    lender: port,
    attach: (options) => port.attach(options),
    setLine: (line, value) => port.setLine(line, value),
    sendBreak: (ms, options) => port.sendBreak(ms, options),
    setBaudRate: (baudRate) => port.setBaudRate(baudRate),
    reset: () => port.reset(),
    closeStreams: () => port.closeStreams(),
    async [Symbol.asyncDispose]() {
      await port[Symbol.asyncDispose]();
      binding[Symbol.dispose]();
    },
  };
}

/** Firefox before 151, Safari, and pages that are not served securely. */
function createNoSerial(
  { check_present }: Config,
  warn: (message: string) => void,
  reporter: StateReporter,
): Line {
  const message =
    "this browser offers no serial ports: open the page in Chromium, Chrome or Edge on a computer, by https or from localhost";
  if (check_present) warn(message);
  reporter.now({ error: message });
  const refuse = async () => {
    throw new DriverError("not-implemented", message);
  };
  return {
    lender: { borrow: refuse, moveLines: refuse },
    attach: refuse,
    setLine: refuse,
    sendBreak: refuse,
    setBaudRate: refuse,
    async reset() {},
    async closeStreams() {},
    async [Symbol.asyncDispose]() {},
  };
}

function createLoop({ clock }: DriverContext, config: Config, reporter: StateReporter): Line {
  const open = new Set<{ end(): void }>();
  let bytes = 0;
  const endAll = async () => {
    for (const loopback of open) loopback.end();
  };
  const lendNothing = async () => {
    throw new DriverError(
      "not-implemented",
      "loop:// has no port to lend: give the url of a port, such as /dev/ttyUSB0 or hwgrep://0403:6001",
    );
  };
  return {
    lender: { borrow: lendNothing, moveLines: lendNothing },
    async attach(options) {
      options.signal.throwIfAborted();
      const loopback = createLoopback({
        ...options,
        clock,
        cps: cpsOf(config),
        onBytes: (count) => {
          bytes += count;
          reporter.soon({ bytesIn: bytes, bytesOut: bytes });
        },
        onDone: () => {
          open.delete(loopback);
          reporter.now({ open: open.size > 0 });
        },
      });
      open.add(loopback);
      reporter.now({ open: true });
      return loopback.stream;
    },
    async setLine(line, value) {
      reporter.now({ [line]: value });
    },
    // There is no wire that could be held, and no UART that has a rate: it answers as pyserial's does.
    async sendBreak() {},
    async setBaudRate(baudrate) {
      reporter.now({ baudrate });
    },
    async reset() {
      reporter.now({ baudrate: config.baudrate });
    },
    closeStreams: endAll,
    [Symbol.asyncDispose]: endAll,
  };
}
