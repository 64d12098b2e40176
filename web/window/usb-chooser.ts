/**
 * The browser's chooser for USB devices: a person grants a device with a click.
 * Above: page.ts. Below: `navigator.usb` of the window, by constructor. The worker then finds the device by itself.
 */

import type { RememberedPort, UsbRequest } from "../../drivers/base/devices.ts";

export class UsbChooser {
  readonly #usb: Pick<USB, "requestDevice">;

  constructor(usb: Pick<USB, "requestDevice">) {
    this.#usb = usb;
  }

  /**
   * Call it in the click itself. Undefined when the person closed the chooser without a choice.
   *
   * @see https://wicg.github.io/webusb/#dom-usb-requestdevice
   */
  async choose(request: UsbRequest): Promise<RememberedPort | undefined> {
    try {
      const device = await this.#usb.requestDevice({
        filters: request.filters.map((filter) => ({ ...filter })),
      });
      const { vendorId, productId, serialNumber } = device;
      return {
        usbVendorId: vendorId,
        usbProductId: productId,
        // An empty one says nothing.
        ...(serialNumber ? { usbSerialNumber: serialNumber } : {}),
      };
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      if (name === "NotFoundError") return undefined;
      if (name === "SecurityError") {
        throw new Error(
          "This browser does not let the page use USB devices: a site setting or the relay's host forbids it. Allow USB devices for this site in its settings.",
          { cause: error },
        );
      }
      throw error;
    }
  }
}
