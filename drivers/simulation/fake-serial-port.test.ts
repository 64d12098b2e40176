import { describe, expect, it } from "vitest";
import { settle } from "../testing/manual-clock.ts";
import { FakeSerial } from "./fake-serial.ts";
import type { FakeSerialPort } from "./fake-serial-port.ts";
import type { SimulatedDevice, SimulatedLine } from "./simulated-device.ts";

interface Wire {
  readonly serial: FakeSerial;
  readonly port: FakeSerialPort;
  readonly line: SimulatedLine;
  readonly heard: Uint8Array[];
  readonly signals: SerialOutputSignals[];
}

function wire(options: { unkind?: boolean; receive?: SimulatedDevice["receive"] } = {}): Wire {
  const heard: Uint8Array[] = [];
  const signals: SerialOutputSignals[] = [];
  let line: SimulatedLine | undefined;
  const device: SimulatedDevice = {
    attached: (its) => {
      line = its;
    },
    receive: options.receive ?? ((bytes) => void heard.push(bytes)),
    signalsChanged: (changed) => void signals.push(changed),
  };
  const serial = new FakeSerial();
  const port = serial.plug({ device, unkind: options.unkind ?? false });
  if (line === undefined) throw new Error("a device is attached at once");
  return { serial, port, line, heard, signals };
}

const reader = (port: SerialPort) => {
  if (port.readable === null) throw new Error("not readable");
  return port.readable.getReader();
};
const writer = (port: SerialPort) => {
  if (port.writable === null) throw new Error("not writable");
  return port.writable.getWriter();
};
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a fake port's opening", () => {
  for (const [what, options] of [
    ["no baud rate", { baudRate: 0 }],
    ["a fraction of a baud", { baudRate: 9600.5 }],
    ["nine data bits", { baudRate: 9600, dataBits: 9 }],
    ["no stop bit", { baudRate: 9600, stopBits: 0 }],
    ["an unknown parity", { baudRate: 9600, parity: "mark" }],
    ["no buffer", { baudRate: 9600, bufferSize: 0 }],
    ["an unknown flow control", { baudRate: 9600, flowControl: "xonxoff" }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await expect(wire().port.open(options as SerialOptions)).rejects.toBeInstanceOf(TypeError);
    });
  }

  it("refuses a port that is open, and one that another program holds", async () => {
    const { port } = wire();
    port.heldElsewhere = true;
    await expect(port.open({ baudRate: 9600 })).rejects.toMatchObject({ name: "NetworkError" });
    port.heldElsewhere = false;
    await port.open({ baudRate: 9600 });
    await expect(port.open({ baudRate: 9600 })).rejects.toMatchObject({ name: "InvalidStateError" });
  });

  it("has streams and signals only while it is open", async () => {
    const { port } = wire();
    expect([port.readable, port.writable]).toEqual([null, null]);
    await expect(port.getSignals()).rejects.toMatchObject({ name: "InvalidStateError" });
    await expect(port.setSignals({ break: true })).rejects.toMatchObject({ name: "InvalidStateError" });
    await port.open({ baudRate: 9600 });
    expect(port.readable).toBe(port.readable);
    await port.close();
    expect([port.readable, port.writable]).toEqual([null, null]);
    await expect(port.close()).rejects.toMatchObject({ name: "InvalidStateError" });
  });

  it("does not close under a reader or a writer", async () => {
    const { port } = wire();
    await port.open({ baudRate: 9600 });
    const held = reader(port);
    await expect(port.close()).rejects.toBeInstanceOf(TypeError);
    held.releaseLock();
    await port.close();
  });
});

describe("a fake port's bytes", () => {
  it("go both ways", async () => {
    const { port, line, heard } = wire();
    await port.open({ baudRate: 9600 });
    line.send(bytes(1, 2, 3));
    expect((await reader(port).read()).value).toEqual(bytes(1, 2, 3));
    await writer(port).write(bytes(4, 5));
    expect(heard).toEqual([bytes(4, 5)]);
  });

  it("come one by one, in views of larger buffers, when it is unkind", async () => {
    const { port, line, heard } = wire({ unkind: true });
    await port.open({ baudRate: 9600 });
    line.send(bytes(1, 2));
    const read = reader(port);
    for (const byte of [1, 2]) {
      const { value } = await read.read();
      expect(value).toEqual(bytes(byte));
      expect(value?.buffer.byteLength).toBeGreaterThan(1);
      expect(value?.byteOffset).toBeGreaterThan(0);
    }
    await writer(port).write(bytes(4, 5));
    expect(heard).toEqual([bytes(4), bytes(5)]);
  });

  it("are lost while the port is closed", async () => {
    const { port, line } = wire();
    line.send(bytes(1));
    await line.sendWithFlowControl(bytes(2));
    await port.open({ baudRate: 9600 });
    line.send(bytes(3));
    expect((await reader(port).read()).value).toEqual(bytes(3));
  });

  it("overrun a full buffer: what fitted is read, then the error, then a new stream", async () => {
    const { port, line } = wire();
    await port.open({ baudRate: 9600, bufferSize: 4 });
    line.send(bytes(1, 2, 3, 4, 5));
    const first = reader(port);
    expect((await first.read()).value).toEqual(bytes(1, 2, 3, 4));
    await expect(first.read()).rejects.toMatchObject({ name: "BufferOverrunError" });
    line.send(bytes(6));
    expect((await reader(port).read()).value).toEqual(bytes(6));
  });

  it("wait for room with flow control", async () => {
    const { port, line } = wire();
    await port.open({ baudRate: 9600, bufferSize: 2 });
    const sending = line.sendWithFlowControl(bytes(1, 2, 3));
    const read = reader(port);
    expect((await read.read()).value).toEqual(bytes(1, 2));
    expect((await read.read()).value).toEqual(bytes(3));
    await sending;
  });

  it("are not sent on after an abort, and a new writable stream takes over", async () => {
    const { port, heard } = wire({ receive: () => new Promise(() => {}) });
    await port.open({ baudRate: 9600 });
    const stuck = writer(port);
    const write = stuck.write(bytes(1));
    write.catch(() => {});
    await settle();
    await stuck.abort(new Error("enough"));
    await expect(write).rejects.toThrow();
    expect(heard).toEqual([]);
    stuck.releaseLock();
    expect(port.writable?.locked).toBe(false);
    await port.close();
  });
});

describe("a fake port's signals", () => {
  it("are set one after the other and read from the device", async () => {
    const { port, line, signals } = wire();
    await port.open({ baudRate: 9600 });
    await port.setSignals({ requestToSend: true, dataTerminalReady: false });
    expect(signals).toEqual([{ dataTerminalReady: false }, { requestToSend: true }]);
    await expect(port.setSignals({})).rejects.toBeInstanceOf(TypeError);
    line.setInputSignals({ clearToSend: true });
    expect(await port.getSignals()).toMatchObject({ clearToSend: true, dataSetReady: false });
  });
});

describe("a fake cable that is pulled", () => {
  it("fails both streams for good, and tells the port and Serial, with the port as target", async () => {
    const { serial, port, line } = wire();
    const targets: unknown[] = [];
    const events = { signal: new AbortController().signal };
    port.addEventListener("disconnect", (event) => targets.push(event.target), events);
    serial.addEventListener("disconnect", (event) => targets.push(event.target), events);
    serial.ondisconnect = (event) => targets.push(event.target);
    await port.open({ baudRate: 9600 });
    const [read, write] = [reader(port), writer(port)];
    write.closed.catch(() => {});
    line.send(bytes(1));
    serial.unplug(port);
    expect(targets).toEqual([port, port, port]);
    expect(port.connected).toBe(false);
    expect((await read.read()).value).toEqual(bytes(1));
    await expect(read.read()).rejects.toMatchObject({ name: "NetworkError" });
    await expect(write.write(bytes(1))).rejects.toMatchObject({ name: "NetworkError" });
    expect([port.readable, port.writable]).toEqual([null, null]);
    await expect(port.setSignals({ break: true })).rejects.toMatchObject({ name: "NetworkError" });
    expect(await serial.getPorts()).toEqual([]);
    await port.close();
    await expect(port.open({ baudRate: 9600 })).rejects.toMatchObject({ name: "NetworkError" });
  });
});

describe("the fake chooser", () => {
  it("gives what fits the filter, else what a closed chooser gives", async () => {
    const { serial } = wire();
    const device: SimulatedDevice = { attached() {}, receive() {} };
    serial.offer({ device, info: { usbVendorId: 1, usbProductId: 2 } });
    const filters = [{ usbVendorId: 1, usbProductId: 2 }];
    await expect(serial.requestPort({ filters: [{ usbVendorId: 3 }] })).rejects.toMatchObject({
      name: "NotFoundError",
    });
    const port = await serial.requestPort({ filters });
    expect(port.getInfo()).toEqual({ usbVendorId: 1, usbProductId: 2 });
    expect(await serial.getPorts()).toContain(port);
    await port.forget();
    expect(await serial.getPorts()).not.toContain(port);
    await expect(port.open({ baudRate: 9600 })).rejects.toMatchObject({ name: "InvalidStateError" });
  });
});
