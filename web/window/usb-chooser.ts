/**
 * The browser's chooser for USB devices: a person grants a device with a click. And those that were granted before.
 * Above: page.ts. Below: `navigator.usb` of the window, by constructor. The worker then finds the device by itself.
 */

import type { RememberedPort, UsbRequest } from "../../drivers/base/devices.ts";
import { rememberableUsb } from "../../drivers/base/remember-device.ts";

export class UsbChooser {
  readonly #usb: Pick<USB, "requestDevice" | "getDevices">;

  constructor(usb: Pick<USB, "requestDevice" | "getDevices">) {
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
      return rememberableUsb(device);
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

  /** What is granted and plugged in. Rejects when the site may not know. */
  async granted(): Promise<readonly { readonly device: RememberedPort; readonly productName?: string }[]> {
    const devices = await this.#usb.getDevices();
    return devices.map((device) => ({
      device: rememberableUsb(device),
      ...(device.productName ? { productName: device.productName } : {}),
    }));
  }
}
