/**
 * Devices as drivers see them: a driver says what it needs, the page says which granted device that is.
 * Above: drivers that open hardware. Below: serial-devices.ts and usb-devices.ts over the platform.
 * A configuration written for a Linux host names files (`/dev/ttyUSB0`) that a browser never sees; binding is the answer.
 */

/** The kinds of hardware a driver can ask for. A kind is undefined where the browser lacks it. */
export interface Devices {
  readonly serial: SerialDevices | undefined;
  readonly usb: UsbDevices | undefined;
}

/** What a driver instance asks for. */
export type SerialRequest =
  /** A USB adapter by its ids, as in `hwgrep://0403:6001`. */
  | { readonly kind: "usb"; readonly vendorId: number; readonly productId: number }
  /** Some port; `hint` is how the configuration names it, for people. */
  | { readonly kind: "any"; readonly hint: string };

/** What a page remembers of a choice made by hand. Absent ids: a port that is not on USB. */
export interface RememberedPort {
  readonly usbVendorId?: number;
  readonly usbProductId?: number;
  /** Web USB tells it, Web Serial does not. */
  readonly usbSerialNumber?: string;
  /** Which one of several that nothing else tells apart. */
  readonly place?: DevicePlace;
}

/**
 * A device among identical ones, by the order in which the browser lists them: good until one of them is unplugged, or the browser
 * is started again, so it outlives a reload of the page and no more.
 */
export interface DevicePlace {
  /** From 0. */
  readonly index: number;
  /** How many there were: with another number nothing is known. */
  readonly of: number;
}

/** Where devices that nothing tells apart stand with a person, who can tell. */
export type TwinState =
  /** There are others like it, and nobody has said whose this one is. */
  | "guess"
  /** The person is asked to unplug the one that belongs here. */
  | "unplug"
  /** It was unplugged, and is to be plugged in again. */
  | "plug"
  /** The person has said so. */
  | "told";

/** What a person says of devices that nothing tells apart. */
export type TwinAnswer =
  /** Ask me: I will unplug the one that belongs here. */
  | "ask"
  /** The guess is right. */
  | "right"
  /** Do not ask any more. */
  | "cancel";

/** Whether a driver instance has its device. */
export type BindingStatus =
  /** Bound, and plugged in. */
  | "present"
  /** Bound or asked for by ids, and not plugged in, or no longer granted. */
  | "missing"
  /** Nobody has said which device it is. */
  | "unbound";

/** One driver instance's claim on one serial port. */
export interface SerialBinding extends Disposable {
  readonly status: BindingStatus;
  /** For people: "FTDI FT232R 0403:6001", "a serial port". */
  readonly label: string;
  /** The port, for this instance alone. Throws DriverError `device-not-bound` or `device-missing`, with the cure. */
  port(): SerialPort;
  /** Called after each change of `status` or of the port behind it (a replug gives a new object). */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

export interface SerialDevices {
  /** Claim a port for the driver instance at `path`. One claim a path. */
  bind(path: readonly string[], request: SerialRequest): SerialBinding;
}

/** What a driver instance asks for on USB: a device that fits one of the filters. */
export interface UsbRequest {
  readonly filters: readonly UsbFilter[];
  /** What is meant, for people: "a Raspberry Pi Pico in BOOTSEL mode". */
  readonly hint: string;
}

export interface UsbFilter {
  readonly vendorId: number;
  readonly productId?: number;
  readonly classCode?: number;
  readonly subclassCode?: number;
  readonly protocolCode?: number;
}

/** One driver instance's claim on one USB device. A device that comes back with other ids (a boot loader) is still its own. */
export interface UsbBinding extends Disposable {
  readonly status: BindingStatus;
  /** For people: "Raspberry Pi RP2 Boot 2e8a:0003", or what is asked for. */
  readonly label: string;
  /** The device, for this instance alone. Throws DriverError `device-not-bound` or `device-missing`, with the cure. */
  device(): USBDevice;
  /**
   * Resolves with the device as soon as there is one: at once, or when it is plugged in. Who waits for a device gets one that comes before
   * others who would take it too. Rejects with the signal's reason, and with DriverError `other` when the claim is given back.
   */
  arrived(options: { readonly signal: AbortSignal }): Promise<USBDevice>;
  /** Called after each change of `status` or of the device behind it (a replug gives a new object). */
  onChange(listener: () => void, options: { signal: AbortSignal }): void;
}

export interface UsbDevices {
  /** Claim a device for the driver instance at `path`. One claim a path. */
  bind(path: readonly string[], request: UsbRequest): UsbBinding;
}
