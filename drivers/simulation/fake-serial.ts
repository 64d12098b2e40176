/**
 * `navigator.serial` with simulated ports: grants, the chooser, and cables that are pulled and plugged.
 * Above: drivers/base/serial-devices.ts, which cannot tell it from the real one; unit tests, and the demo board that
 * ships in the page. Below: FakeSerialPort.
 * Specification: https://wicg.github.io/serial/#serial-interface
 */

import { FakeSerialPort, type FakeSerialPortOptions } from "./fake-serial-port.ts";

export class FakeSerial extends EventTarget implements Serial {
  onconnect: ((this: Serial, ev: Event) => void) | null = null;
  ondisconnect: ((this: Serial, ev: Event) => void) | null = null;
  /** As if the site's settings forbade serial ports. */
  forbidden = false;

  readonly #granted: FakeSerialPort[] = [];
  /** What the chooser offers. */
  readonly #offered: FakeSerialPort[] = [];

  async getPorts(): Promise<FakeSerialPort[]> {
    this.#checkAllowed();
    return [...this.#granted];
  }

  /** A person who takes the first port that fits; NotFoundError: who closes the chooser. */
  async requestPort({ filters = [] }: SerialPortRequestOptions = {}): Promise<FakeSerialPort> {
    this.#checkAllowed();
    const chosen = this.#offered.find(
      (port) => filters.length === 0 || filters.some((filter) => fits(port, filter)),
    );
    if (chosen === undefined) throw new DOMException("No port selected by the user.", "NotFoundError");
    this.#offered.splice(this.#offered.indexOf(chosen), 1);
    this.#granted.push(chosen);
    return chosen;
  }

  /** A port that is plugged in and granted: a new object each time, as a replugged port is in browsers. */
  plug(options: FakeSerialPortOptions): FakeSerialPort {
    const port = this.#newPort(options);
    this.#granted.push(port);
    this.#dispatch("connect", port);
    return port;
  }

  /** A port that is plugged in and not granted yet. */
  offer(options: FakeSerialPortOptions): FakeSerialPort {
    const port = this.#newPort(options);
    this.#offered.push(port);
    return port;
  }

  /** Pull the cable. */
  unplug(port: FakeSerialPort): void {
    const index = this.#granted.indexOf(port);
    if (index < 0) throw new Error("this port is not plugged in");
    this.#granted.splice(index, 1);
    port.unplug();
    this.#dispatch("disconnect", port);
  }

  #newPort(options: FakeSerialPortOptions): FakeSerialPort {
    const port = new FakeSerialPort(options);
    port.whenForgotten(() => {
      const index = this.#granted.indexOf(port);
      if (index >= 0) this.#granted.splice(index, 1);
    });
    return port;
  }

  #checkAllowed(): void {
    if (this.forbidden) throw new DOMException("Access to the feature is disallowed.", "SecurityError");
  }

  /** The event happens at the port and bubbles to `Serial`, with the port as its target. */
  #dispatch(type: "connect" | "disconnect", port: FakeSerialPort): void {
    const atPort = new Event(type, { bubbles: true });
    port.dispatchEvent(atPort);
    const handler = type === "connect" ? "onconnect" : "ondisconnect";
    port[handler]?.(atPort);
    const atSerial = new Event(type, { bubbles: true });
    // An EventTarget outside the DOM has no parent to bubble to.
    Object.defineProperty(atSerial, "target", { value: port });
    this.dispatchEvent(atSerial);
    this[handler]?.(atSerial);
  }
}

function fits(port: FakeSerialPort, { usbVendorId, usbProductId }: SerialPortFilter): boolean {
  const info = port.getInfo();
  return (
    info.usbVendorId === usbVendorId && (usbProductId === undefined || info.usbProductId === usbProductId)
  );
}
