/**
 * What can be remembered of a device: nothing else of it survives a reload.
 * Above: serial-devices.ts, usb-devices.ts, and the choosers of the page. Below: the platform's objects, which are only read.
 */

import type { RememberedPort } from "./devices.ts";

export function rememberable(port: Pick<SerialPort, "getInfo">): RememberedPort {
  const { usbVendorId, usbProductId } = port.getInfo();
  return {
    ...(usbVendorId === undefined ? {} : { usbVendorId }),
    ...(usbProductId === undefined ? {} : { usbProductId }),
  };
}

export function rememberableUsb({ vendorId, productId, serialNumber }: USBDevice): RememberedPort {
  return {
    usbVendorId: vendorId,
    usbProductId: productId,
    // An empty one says as little as none.
    ...(serialNumber ? { usbSerialNumber: serialNumber } : {}),
  };
}
