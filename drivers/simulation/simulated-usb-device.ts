/**
 * What a simulated USB device is to whoever plays its host: descriptors, and answers to transfers.
 * Above: FakeUsbDevice, which is WebUSB in front of it; an emulated USB port (usbredir, usbip) can stand there as well.
 * Below: a device's model.
 * Specification: USB 2.0, chapters 5, 8 and 9. The host's side answers what every device answers alike (descriptors, SET_CONFIGURATION,
 * SET_INTERFACE), so a model sees class and vendor requests, and the bytes of its endpoints.
 */

export interface SimulatedUsbDevice {
  readonly descriptors: UsbDescriptors;
  /**
   * A class or vendor request on endpoint 0. `data`: what the host sends with it, empty for requests that ask.
   * @returns what the device answers, empty for requests that tell; null: STALL.
   */
  control(setup: UsbSetup, data: Uint8Array): Promise<Uint8Array | null>;
  /**
   * Bytes for an OUT endpoint: one transfer, perhaps of no bytes. They are the device's own. A device that is busy takes its time (NAK).
   * Transfers of one endpoint come one after the other. Rejects with the signal's reason when the host gives up first.
   */
  out(endpoint: number, bytes: Uint8Array, options: UsbTransferOptions): Promise<"ok" | "stall">;
  /**
   * The host asks an IN endpoint for up to `length` bytes. The answer waits until the device has something: an empty one is a packet of no
   * bytes that the device means. More than `length` is a babble.
   * Transfers of one endpoint come one after the other. Rejects with the signal's reason, and keeps the bytes, when the host gives up first.
   *
   * @returns null: STALL.
   */
  in(endpoint: number, length: number, options: UsbTransferOptions): Promise<Uint8Array | null>;
  /** CLEAR_FEATURE(ENDPOINT_HALT). */
  clearHalt?(direction: "in" | "out", endpoint: number): void;
  /** The bus was reset, or the device was unplugged: whatever it was in the middle of is over. */
  busReset?(): void;
}

export interface UsbTransferOptions {
  readonly signal: AbortSignal;
}

/** The eight bytes that begin a control transfer, but for the length. */
export interface UsbSetup {
  readonly direction: "in" | "out";
  readonly type: "standard" | "class" | "vendor";
  readonly recipient: "device" | "interface" | "endpoint" | "other";
  readonly request: number;
  readonly value: number;
  readonly index: number;
  /** Bytes: of the data, or asked for. */
  readonly length: number;
}

export interface UsbDescriptors {
  readonly vendorId: number;
  readonly productId: number;
  /** Major, minor, subminor. */
  readonly usbVersion?: readonly [number, number, number];
  readonly deviceVersion?: readonly [number, number, number];
  /** Class, subclass, protocol; nothing: the interfaces say. */
  readonly deviceClass?: readonly [number, number, number];
  readonly manufacturerName?: string;
  readonly productName?: string;
  readonly serialNumber?: string;
  readonly configurations: readonly UsbConfigurationDescriptor[];
}

export interface UsbConfigurationDescriptor {
  readonly value: number;
  readonly name?: string;
  readonly interfaces: readonly UsbInterfaceDescriptor[];
}

export interface UsbInterfaceDescriptor {
  readonly number: number;
  /** The first is alternate setting 0, and so on. */
  readonly alternates: readonly [UsbAlternateDescriptor, ...UsbAlternateDescriptor[]];
}

export interface UsbAlternateDescriptor {
  /** Class, subclass, protocol. */
  readonly class: readonly [number, number, number];
  readonly name?: string;
  readonly endpoints: readonly UsbEndpointDescriptor[];
}

export interface UsbEndpointDescriptor {
  /** 1 to 15. */
  readonly number: number;
  readonly direction: "in" | "out";
  readonly type: "bulk" | "interrupt";
  /** Bytes. */
  readonly packetSize: number;
}
