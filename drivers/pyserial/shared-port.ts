/**
 * One serial port that several clients use: opened when it is first needed, closed when the last stream is over.
 * Above: driver.ts. Below: open-port.ts (one opening), port-stream.ts (one client), and the binding.
 * Specification: pyserial's open, close, dtr and rts, as jumpstarter_driver_pyserial uses them.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import type { SerialBinding } from "../base/devices.ts";
import { messageOf } from "../base/dom-error.ts";
import { DriverError } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";
import type { DriverLog } from "../base/log.ts";
import type { StreamOptions } from "../base/methods.ts";
import { OpenPort } from "./open-port.ts";
import { createPortStream } from "./port-stream.ts";
import type { StateReporter } from "./state-reporter.ts";

export interface SharedPortOptions {
  readonly binding: SerialBinding;
  readonly baudRate: number;
  readonly cps: number | undefined;
  /** `disable_hupcl`: once open, stay open, so that DTR and RTS keep their levels. */
  readonly keepOpen: boolean;
  readonly clock: Clock;
  readonly log: DriverLog;
  readonly reporter: StateReporter;
}

export type OutputLine = "dtr" | "rts";

export class SharedPort implements AsyncDisposable {
  readonly #options: SharedPortOptions;
  readonly #disposed = new AbortController();
  readonly #streams = new Set<ByteStream>();
  /** What clients have set; undefined: whatever the operating system does on opening. */
  readonly #lines: Partial<Record<OutputLine, boolean>> = {};
  #open: OpenPort | undefined;
  /** The last of opening, closing and setting lines: one at a time. */
  #lastStep: Promise<unknown> = Promise.resolve();
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: SharedPortOptions) {
    this.#options = options;
    options.binding.onChange(() => this.#onBinding(), { signal: this.#disposed.signal });
  }

  /** A stream of its own for one client. Rejects with a DriverError that names the cure. */
  attach(options: StreamOptions): Promise<ByteStream> {
    return this.#step(async () => {
      options.signal.throwIfAborted();
      const open = await this.#opened();
      if (options.signal.aborted) {
        await this.#closeIfUnused();
        throw options.signal.reason;
      }
      open.over.throwIfAborted();
      const stream = createPortStream(open, {
        ...options,
        log: this.#options.log,
        onDone: () => {
          this.#streams.delete(stream);
          void this.#step(() => this.#closeIfUnused());
        },
      });
      this.#streams.add(stream);
      return stream;
    });
  }

  /** Set an output line now, and at every opening from now on. */
  setLine(line: OutputLine, value: boolean): Promise<void> {
    return this.#step(async () => {
      const open = await this.#opened();
      try {
        await open.setSignals(signalOf(line, value));
        this.#lines[line] = value;
        this.#options.reporter.now({ [line]: value });
      } finally {
        await this.#closeIfUnused();
      }
    });
  }

  /** End all streams; the port is closed unless it is to stay open. */
  closeStreams(): Promise<void> {
    return this.#step(() => this.#close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
    await this.#step(() => this.#close());
  }

  async #opened(): Promise<OpenPort> {
    const { binding, baudRate, cps, clock, log, reporter } = this.#options;
    if (this.#disposed.signal.aborted) throw new DriverError("other", "the exporter has let go of this port");
    if (this.#open !== undefined) {
      if (!this.#open.over.aborted) return this.#open;
      await this.#close(); // lost a moment ago
    }
    let open: OpenPort;
    try {
      open = await OpenPort.open(binding.port(), {
        baudRate,
        cps,
        label: binding.label,
        clock,
        log,
        onBytesIn: (bytes) => {
          this.#bytesIn += bytes;
          reporter.soon({ bytesIn: this.#bytesIn });
        },
        onBytesOut: (bytes) => {
          this.#bytesOut += bytes;
          reporter.soon({ bytesOut: this.#bytesOut });
        },
        onLost: () => void this.#step(() => this.#closeIfLost()),
      });
    } catch (cause) {
      reporter.now({ error: messageOf(cause) });
      throw cause;
    }
    this.#open = open;
    log.debug(`${binding.label} is open at ${baudRate} baud`);
    reporter.now({ open: true, error: null });
    await this.#applyLines(open);
    return open;
  }

  async #applyLines(open: OpenPort): Promise<void> {
    const { dtr, rts } = this.#lines;
    const signals = [
      ...(dtr === undefined ? [] : [signalOf("dtr", dtr)]),
      ...(rts === undefined ? [] : [signalOf("rts", rts)]),
    ];
    try {
      await open.setSignals(...signals);
    } catch (cause) {
      await this.#close();
      throw cause;
    }
  }

  async #closeIfUnused(): Promise<void> {
    if (this.#streams.size > 0) return;
    const lost = this.#open?.over.aborted === true;
    if (lost || !this.#options.keepOpen || this.#disposed.signal.aborted) await this.#close();
  }

  async #closeIfLost(): Promise<void> {
    if (this.#open?.over.aborted) await this.#close();
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    await open.close();
    this.#open = undefined;
    this.#options.reporter.now({ open: false });
  }

  #onBinding(): void {
    const { binding, reporter } = this.#options;
    const open = this.#open;
    if (open !== undefined && (binding.status !== "present" || binding.port() !== open.port)) {
      open.unplugged();
    }
    reporter.now(presence(binding));
  }

  #step<T>(run: () => Promise<T>): Promise<T> {
    const step = this.#lastStep.then(run);
    this.#lastStep = step.catch(() => {}); // its caller's
    return step;
  }
}

/** What the page is told of the binding. */
export function presence(binding: SerialBinding): JsonObject {
  try {
    // Without a port this throws the sentence that the page shows; with one, nothing is claimed for good.
    if (binding.status !== "present") binding.port();
    return { error: null };
  } catch (cause) {
    return { error: messageOf(cause) };
  }
}

function signalOf(line: OutputLine, value: boolean): SerialOutputSignals {
  return line === "dtr" ? { dataTerminalReady: value } : { requestToSend: value };
}
