import { describe, expect, it } from "vitest";
import { settle } from "../../testing/manual-clock.ts";
import { Uart } from "./uart.ts";

const never = new AbortController().signal;

describe("a UART", () => {
  it("gives its reader what came, in its order", async () => {
    const uart = new Uart();
    const first = uart.read(never);
    await uart.receive(Uint8Array.of(1));
    await uart.receive(Uint8Array.of(2));
    expect([await first, await uart.read(never)]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
  });

  it("lets the sender wait while too much is unread", async () => {
    const uart = new Uart();
    let taken = false;
    const receiving = uart.receive(new Uint8Array(65_537)).then(() => {
      taken = true;
    });
    await settle();
    expect(taken).toBe(false);
    await uart.read(never);
    await receiving;
  });

  it("forgets what is unread, its rate and its waiting senders at a reset", async () => {
    const uart = new Uart();
    const receiving = uart.receive(new Uint8Array(100_000));
    uart.baudRate = 921_600;
    uart.reset();
    await receiving;
    expect(uart.baudRate).toBe(115_200);
    await uart.receive(Uint8Array.of(7));
    expect(await uart.read(never)).toEqual(Uint8Array.of(7));
  });

  it("lets a program go that is reset while it reads or writes", async () => {
    const uart = new Uart();
    uart.transmit = () => new Promise(() => {});
    const reset = new AbortController();
    const outcomes = Promise.allSettled([
      uart.read(reset.signal),
      uart.write(Uint8Array.of(1), reset.signal),
    ]);
    reset.abort(new Error("reset"));
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { message: "reset" } });
    await expect(uart.read(reset.signal)).rejects.toThrow("reset");
  });
});
