/**
 * One serial port that several clients use: opened when it is first needed, closed when the last stream is over, lent to who needs it alone.
 * Above: driver.ts. Below: shared-line.ts (the clients), open-port.ts (one opening), and the binding.
 * Specification: pyserial's open, close, dtr and rts, as jumpstarter_driver_pyserial uses them; SerialPortLender.
 */

import type { ByteStream } from "../base/byte-stream.ts";
import type { Clock } from "../base/clock.ts";
import type { SerialBinding } from "../base/devices.ts";
import { driverErrorFromDom, errorName, messageOf } from "../base/dom-error.ts";
import { DriverError } from "../base/error.ts";
import type { JsonObject } from "../base/json.ts";
import type { DriverLog } from "../base/log.ts";
import type { StreamOptions } from "../base/methods.ts";
import type { BorrowedPort, LineStep, SerialPortLender } from "../base/serial-lender.ts";
import { anotherPort } from "./another-port.ts";
import { OpenPort } from "./open-port.ts";
import { createPortStream } from "./port-stream.ts";
import { SharedLine } from "./shared-line.ts";
import type { StateReporter } from "./state-reporter.ts";

/** Milliseconds for a device to come back as another one: the slowest operating systems take two to three seconds to enumerate it. */
export const RETURN_MS = 8000;
/** Milliseconds that the end of the driver waits for a port on loan: whoever has it resets the device and closes the port within one or two. */
const REVOKE_MS = 5000;
/** Milliseconds after its lines were moved in which a device that goes away is one that resets: USB stacks notice within one. */
export const RESET_MS = 3000;

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

interface Loan {
  readonly reason: string;
  /** Aborted when the port is back. */
  readonly over: AbortController;
  /** Whether the port was open before. */
  readonly wasOpen: boolean;
  afterwards: readonly LineStep[];
}

export class SharedPort implements SerialPortLender, AsyncDisposable {
  readonly #options: SharedPortOptions;
  readonly #disposed = new AbortController();
  readonly #streams = new Set<ByteStream>();
  /** What clients have set; undefined: whatever the operating system does on opening. */
  readonly #lines: Partial<Record<OutputLine, boolean>> = {};
  #baudRate: number;
  #line: SharedLine;
  #open: OpenPort | undefined;
  #loan: Loan | undefined;
  /** Until then a loss is a device that resets, milliseconds since 1970. */
  #resettingUntil = Number.NEGATIVE_INFINITY;
  /** The last of opening, closing, setting lines, lending and taking back: one at a time. */
  #lastStep: Promise<unknown> = Promise.resolve();
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(options: SharedPortOptions) {
    this.#options = options;
    this.#baudRate = options.baudRate;
    this.#line = new SharedLine(options.clock);
    options.binding.onChange(() => this.#onBinding(), { signal: this.#disposed.signal });
  }

  /** A stream of its own for one client, which waits while the port is lent. Rejects with a DriverError that names the cure. */
  attach(options: StreamOptions): Promise<ByteStream> {
    return this.#step(async () => {
      options.signal.throwIfAborted();
      this.#checkNotDisposed();
      if (this.#loan === undefined) await this.#opened();
      if (options.signal.aborted) {
        await this.#closeIfUnused();
        throw options.signal.reason;
      }
      const line = this.#currentLine();
      const stream = createPortStream(line, {
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
      this.#checkNotLent();
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

  moveLines(steps: readonly LineStep[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return this.#step(async () => {
      signal.throwIfAborted();
      this.#checkNotLent();
      const open = await this.#opened();
      try {
        await this.#moveLines(open, steps);
      } finally {
        await this.#closeIfUnused();
      }
    });
  }

  /** Hold the line in a break for so many milliseconds; it is released whatever happens. */
  sendBreak(ms: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return this.#step(async () => {
      signal.throwIfAborted();
      this.#checkNotLent();
      const open = await this.#opened();
      try {
        await open.sendBreak(ms, { signal: AbortSignal.any([signal, this.#disposed.signal]) });
      } finally {
        await this.#closeIfUnused();
      }
    });
  }

  /**
   * Another rate from now on. An open port is closed and opened again under its streams: they pause, and lose nothing but what the
   * device says in between. Rejects when the port does not open with it; then it goes on as before.
   */
  setBaudRate(baudRate: number): Promise<void> {
    return this.#step(async () => {
      this.#checkNotDisposed();
      this.#checkNotLent();
      await this.#changeBaudRate(baudRate);
    });
  }

  /** The configuration's rate again. Never rejects. */
  reset(): Promise<void> {
    const { baudRate, log } = this.#options;
    return this.#step(async () => {
      // While it is lent nothing is open, and it is opened again with this rate.
      if (this.#loan !== undefined) this.#keepBaudRate(baudRate);
      else await this.#changeBaudRate(baudRate);
    }).catch((cause: unknown) => log.warning(messageOf(cause)));
  }

  borrow(reason: string, { signal }: { readonly signal: AbortSignal }): Promise<BorrowedPort> {
    return this.#step(async () => {
      signal.throwIfAborted();
      this.#checkNotLent();
      const { binding, log, reporter } = this.#options;
      this.#checkNotDisposed();
      binding.port(); // throws the sentence when there is none
      const loan: Loan = {
        reason,
        over: new AbortController(),
        wasOpen: this.#open !== undefined,
        afterwards: [],
      };
      this.#loan = loan;
      if (this.#open !== undefined && this.#line.fanOut.full) {
        log.warning(
          `a reader of ${binding.label} is behind: what the device has sent just before may be lost`,
        );
      }
      this.#line.pause(this.#lentMessage(reason));
      await this.#closePort();
      reporter.now({ lentTo: reason });
      log.info(`${binding.label} is in use for ${reason}: consoles wait`);
      return this.#borrowed(loan);
    });
  }

  /** End all streams; the port is closed unless it is to stay open. */
  closeStreams(): Promise<void> {
    return this.#step(() => this.#close());
  }

  /** Whoever has borrowed the port is told, and waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, log, binding } = this.#options;
    this.#disposed.abort(new DriverError("other", "the exporter has let go of this port"));
    await this.#step(() => this.#close());
    const loan = this.#loan;
    if (loan === undefined) return;
    try {
      await clock.sleep(REVOKE_MS, { signal: loan.over.signal });
    } catch {
      return; // given back
    }
    this.#loan = undefined;
    log.warning(`${binding.label} was not given back: it may be in use until the page is reloaded`);
  }

  async #changeBaudRate(baudRate: number): Promise<void> {
    const { binding, log } = this.#options;
    const before = this.#baudRate;
    if (baudRate === before) return;
    this.#keepBaudRate(baudRate);
    if (this.#open === undefined || this.#open.over.aborted) return;
    const line = this.#line;
    line.pause(`${binding.label} is changing its baud rate`);
    await this.#closePort();
    try {
      await this.#opened();
    } catch (cause) {
      this.#keepBaudRate(before);
      await this.#openAgain(line);
      throw new DriverError(
        "device-io",
        `${binding.label} did not open at ${baudRate} baud, so it stays at ${before}: ${messageOf(cause)}`,
        { cause },
      );
    }
    log.info(`${binding.label} is at ${baudRate} baud now`);
  }

  /** After a rate that the port does not take. A port that is gone altogether ends its streams. */
  async #openAgain(line: SharedLine): Promise<void> {
    try {
      await this.#opened();
    } catch (cause) {
      line.fail(driverErrorFromDom(cause, this.#options.binding.label));
    }
  }

  #keepBaudRate(baudRate: number): void {
    this.#baudRate = baudRate;
    this.#options.reporter.now({ baudrate: baudRate });
  }

  async #opened(): Promise<OpenPort> {
    const { binding, cps, clock, log, reporter } = this.#options;
    const baudRate = this.#baudRate;
    this.#checkNotDisposed();
    if (this.#open !== undefined) {
      if (!this.#open.over.aborted) return this.#open;
      await this.#closePort(); // lost a moment ago
    }
    const line = this.#currentLine();
    let open: OpenPort;
    try {
      open = await OpenPort.open(binding.port(), {
        baudRate,
        cps,
        label: binding.label,
        fanOut: line.fanOut,
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
        onLost: (reason) => this.#onLost(reason),
      });
    } catch (cause) {
      reporter.now({ error: messageOf(cause) });
      throw cause;
    }
    this.#open = open;
    log.debug(`${binding.label} is open at ${baudRate} baud`);
    reporter.now({ open: true, error: null });
    await this.#applyLines(open);
    line.join(open);
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

  async #moveLines(open: OpenPort, steps: readonly LineStep[]): Promise<void> {
    const { clock, reporter } = this.#options;
    for (const step of steps) {
      if ("waitMs" in step) {
        await clock.sleep(step.waitMs, { signal: this.#disposed.signal });
        continue;
      }
      this.#resettingUntil = clock.now() + RESET_MS;
      const [line, value] = "dtr" in step ? (["dtr", step.dtr] as const) : (["rts", step.rts] as const);
      try {
        await open.setSignals(signalOf(line, value));
      } catch (cause) {
        if (!(cause instanceof DriverError) || errorName(cause.cause) !== "NetworkError") throw cause;
        open.unplugged(); // it is resetting already, or its cable was pulled: it is taken up again when it comes back
        return;
      }
      // What a client has set is no longer so; what none has set is not kept either.
      if (this.#lines[line] !== undefined) this.#lines[line] = value;
      reporter.now({ [line]: value });
    }
  }

  #borrowed(loan: Loan): BorrowedPort {
    const { binding, clock } = this.#options;
    const revoked = this.#disposed.signal;
    return {
      revoked,
      get port() {
        return binding.port();
      },
      get label() {
        return binding.label;
      },
      returned: (lost, { ms, signal }) =>
        anotherPort(binding, lost, {
          ms,
          clock,
          signal: AbortSignal.any([signal, loan.over.signal, revoked]),
        }),
      afterwards: (steps) => {
        loan.afterwards = steps;
      },
      [Symbol.asyncDispose]: () => this.#step(() => this.#takeBack(loan)),
    };
  }

  async #takeBack(loan: Loan): Promise<void> {
    if (this.#loan !== loan) return;
    const { binding, log, reporter, keepOpen } = this.#options;
    this.#loan = undefined;
    loan.over.abort(new DriverError("other", `${binding.label} has been given back`));
    reporter.now({ lentTo: null });
    if (this.#disposed.signal.aborted) return;
    log.info(`${binding.label} is no longer in use for ${loan.reason}: consoles go on`);
    const present = binding.status === "present";
    const needed = this.#streams.size > 0 || (keepOpen && loan.wasOpen);
    if (!needed && !(present && loan.afterwards.length > 0)) {
      reporter.now(presence(binding));
      return;
    }
    const reopened = () => this.#reopen(loan.afterwards);
    // Whoever gives the port back does not wait for a device that may never come back.
    if (present) await reopened();
    else void this.#step(reopened);
  }

  /** Go on with the port as it is now, perhaps as another object. What cannot go on, ends with its error. */
  async #reopen(steps: readonly LineStep[], lost?: SerialPort): Promise<void> {
    const { binding, clock, log } = this.#options;
    const line = this.#line;
    try {
      await anotherPort(binding, lost, { ms: RETURN_MS, clock, signal: this.#disposed.signal });
      await this.#moveLines(await this.#opened(), steps);
    } catch (cause) {
      if (this.#disposed.signal.aborted) return;
      const error = driverErrorFromDom(cause, binding.label);
      log.warning(error.message);
      line.fail(error);
    } finally {
      await this.#closeIfUnused();
    }
  }

  #onLost(reason: DriverError): void {
    const { binding, clock, log } = this.#options;
    const lost = this.#open?.port;
    const line = this.#line;
    if (reason.code === "device-disconnected") {
      if (clock.now() < this.#resettingUntil && this.#streams.size > 0) {
        log.info(`${binding.label} went away in its reset: consoles wait for it`);
        line.pause(reason.message);
        void this.#step(async () => {
          await this.#closePort();
          // Somebody may have borrowed the port meanwhile, and will give it back.
          if (this.#loan === undefined) await this.#reopen([], lost);
        });
        return;
      }
      log.warning(reason.message);
      line.end(reason);
    } else {
      log.error(reason.message);
      line.fail(reason);
    }
    void this.#step(() => this.#closeIfLost());
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
    this.#line.end(new DriverError("connection", `${this.#options.binding.label} was closed`));
    await this.#closePort();
  }

  async #closePort(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    await open.close();
    this.#open = undefined;
    this.#options.reporter.now({ open: false });
  }

  #currentLine(): SharedLine {
    if (this.#line.over.aborted) {
      this.#line = new SharedLine(this.#options.clock);
      if (this.#loan !== undefined) this.#line.pause(this.#lentMessage(this.#loan.reason));
    }
    return this.#line;
  }

  #checkNotLent(): void {
    const loan = this.#loan;
    if (loan !== undefined) throw new DriverError("device-in-use", this.#lentMessage(loan.reason));
  }

  #lentMessage(reason: string): string {
    return `${this.#options.binding.label} is in use for ${reason}: wait until that is done`;
  }

  #checkNotDisposed(): void {
    this.#disposed.signal.throwIfAborted();
  }

  #onBinding(): void {
    const { binding, reporter } = this.#options;
    const open = this.#open;
    if (open !== undefined && (binding.status !== "present" || binding.port() !== open.port)) {
      open.unplugged();
    }
    // A device that is being flashed may come and go.
    if (this.#loan === undefined) reporter.now(presence(binding));
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
