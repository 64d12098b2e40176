/**
 * What a simulated board sees of its serial line. Above: FakeSerialPort. Below: a board's model.
 * Specification: a UART: bytes and levels on wires, no notion of open files.
 */

/** The far end of a serial line: a board. */
export interface SimulatedDevice {
  /** The line is there; called once, before anything else. */
  attached(line: SimulatedLine): void;
  /** Bytes from the host. A promise holds the host back, as flow control would. The bytes are the device's own. */
  receive(bytes: Uint8Array): void | Promise<void>;
  /** The host has set its output lines; only what it set is there. */
  signalsChanged?(signals: SerialOutputSignals): void;
  /** The host has opened or closed its end. A real UART cannot know; a test can. */
  opened?(options: SerialOptions): void;
  closed?(): void;
}

/** The host's end, as the board drives it. */
export interface SimulatedLine {
  /** Send. What the host's buffer does not hold is lost, and the host is told so; all of it if nobody listens. */
  send(bytes: Uint8Array): void;
  /** Send without loss, waiting for room as a board that heeds RTS does. Bytes are lost if nobody listens. */
  sendWithFlowControl(bytes: Uint8Array): Promise<void>;
  /** Something is wrong on the wire: the reader gets this error after what it was sent before. */
  fault(name: "BufferOverrunError" | "BreakError" | "FramingError" | "ParityError" | "UnknownError"): void;
  /** Levels of CTS, DSR, DCD and RI. */
  setInputSignals(signals: Partial<SerialInputSignals>): void;
}

/** A device that answers every byte with the same byte. */
export function createLoopbackDevice(): SimulatedDevice {
  let line: SimulatedLine | undefined;
  return {
    attached(its) {
      line = its;
    },
    receive: (bytes) => line?.sendWithFlowControl(bytes),
  };
}
