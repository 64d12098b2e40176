/**
 * The browser's chooser for serial ports: a person grants a port with a click. And those that were granted before.
 * Above: page.ts. Below: `navigator.serial` of the window, by constructor. The worker then finds the port by itself.
 */

import type { RememberedPort, SerialRequest } from "../../drivers/base/devices.ts";
import { rememberable } from "../../drivers/base/remember-device.ts";

export class SerialChooser {
  readonly #serial: Pick<Serial, "requestPort" | "getPorts">;

  constructor(serial: Pick<Serial, "requestPort" | "getPorts">) {
    this.#serial = serial;
  }

  /**
   * Call it in the click itself. Undefined when the person closed the chooser without a choice.
   *
   * @see https://wicg.github.io/serial/#requestport-method
   */
  async choose(request?: SerialRequest): Promise<RememberedPort | undefined> {
    const filters =
      request?.kind === "usb" ? [{ usbVendorId: request.vendorId, usbProductId: request.productId }] : [];
    try {
      const port = await this.#serial.requestPort({ filters });
      return remembered(port, await this.#plugged());
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      if (name === "NotFoundError") return undefined;
      if (name === "SecurityError") {
        throw new Error(
          "This browser does not let the page use serial ports: a site setting or the relay's host forbids it. Allow serial ports for this site in its settings.",
          { cause: error },
        );
      }
      throw error;
    }
  }

  /** What is granted and plugged in. Rejects when the site may not know. */
  async granted(): Promise<readonly { readonly device: RememberedPort }[]> {
    const ports = await this.#plugged();
    return ports.map((port) => ({ device: remembered(port, ports) }));
  }

  async #plugged(): Promise<readonly SerialPort[]> {
    const ports = await this.#serial.getPorts();
    // Undefined in browsers that list only what is plugged in.
    return ports.filter(({ connected }) => connected !== false);
  }
}

/** With its place among those that nothing else tells it from: the worker has other objects of the same ports. */
function remembered(port: SerialPort, all: readonly SerialPort[]): RememberedPort {
  const device = rememberable(port);
  const twins = all.filter((other) => {
    const { usbVendorId, usbProductId } = rememberable(other);
    return usbVendorId === device.usbVendorId && usbProductId === device.usbProductId;
  });
  const index = twins.indexOf(port);
  return twins.length < 2 || index < 0 ? device : { ...device, place: { index, of: twins.length } };
}
