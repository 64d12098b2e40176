/**
 * The browser's chooser for serial ports: a person grants a port with a click.
 * Above: page.ts. Below: `navigator.serial` of the window, by constructor. The worker then finds the port by itself.
 */

import type { RememberedPort, SerialRequest } from "../../drivers/base/devices.ts";

export class SerialChooser {
  readonly #serial: Pick<Serial, "requestPort">;

  constructor(serial: Pick<Serial, "requestPort">) {
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
      const { usbVendorId, usbProductId } = port.getInfo();
      return {
        ...(usbVendorId === undefined ? {} : { usbVendorId }),
        ...(usbProductId === undefined ? {} : { usbProductId }),
      };
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
}
