import { describe, expect, it, vi } from "vitest";
import type { FromWorker, ToWorker } from "../messages.ts";
import { IDLE } from "../ui/model.ts";
import { REPLY_WITHIN_MS, WorkerClient, type WorkerEvents, type WorkerPort } from "./worker-client.ts";

class FakeWorker implements WorkerPort {
  readonly sent: ToWorker[] = [];
  readonly #listeners = new Map<string, (event: never) => void>();

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener);
  }

  say(message: FromWorker): void {
    this.#listeners.get("message")?.({ data: message } as never);
  }

  crash(message: string): void {
    this.#listeners.get("error")?.({ message } as never);
  }
}

function setup() {
  const worker = new FakeWorker();
  const events = { snapshot: vi.fn(), log: vi.fn(), lost: vi.fn(), shares: vi.fn() } satisfies WorkerEvents;
  return { worker, events, client: new WorkerClient(worker, events) };
}

describe("WorkerClient", () => {
  it("gives each request its own reply, in whatever order they come", async () => {
    const { worker, client } = setup();
    const first = client.call(["power"], "on", []);
    const second = client.call(["power"], "read", []);
    worker.say({ kind: "reply", id: 2, result: { ok: true, value: 5 } });
    worker.say({ kind: "reply", id: 1, result: { ok: true, value: null } });
    expect(await second).toBe(5);
    expect(await first).toBeNull();
  });

  it("rejects with the worker's own sentence", async () => {
    const { worker, client } = setup();
    const call = client.call(["serial"], "set_dtr", [true]);
    worker.say({
      kind: "reply",
      id: 1,
      result: { ok: false, message: "the port is in use: close it there" },
    });
    await expect(call).rejects.toThrow("the port is in use: close it there");
  });

  it("ignores a reply to nothing", () => {
    const { worker } = setup();
    expect(() => worker.say({ kind: "reply", id: 99, result: { ok: true, value: null } })).not.toThrow();
  });

  it("does not wait for ever", async () => {
    vi.useFakeTimers();
    try {
      const { client } = setup();
      const stop = client.stop();
      const outcome = expect(stop).rejects.toThrow(`No answer within ${REPLY_WITHIN_MS.stop / 1000} s`);
      await vi.advanceTimersByTimeAsync(REPLY_WITHIN_MS.stop);
      await outcome;
    } finally {
      vi.useRealTimers();
    }
  });

  it("sends a second stop while the first one waits for its hook", async () => {
    const { worker, client } = setup();
    const first = client.stop();
    const second = client.stop();
    expect(worker.sent.map(({ kind }) => kind)).toEqual(["stop", "stop"]);
    worker.say({ kind: "reply", id: 2, result: { ok: true, value: null } });
    worker.say({ kind: "reply", id: 1, result: { ok: true, value: null } });
    await Promise.all([first, second]);
  });

  it("ends the session, or says why there is no next one", async () => {
    const { worker, client } = setup();
    const ended = client.endSession();
    expect(worker.sent[0]).toMatchObject({ kind: "end-session" });
    worker.say({ kind: "reply", id: 1, result: { ok: false, message: "beforeLease hook failed" } });
    await expect(ended).rejects.toThrow("beforeLease hook failed");
  });

  it("opens a shell over a port of its own", async () => {
    const { worker, client } = setup();
    const opening = client.openShell({ output: () => {}, closed: () => {} });
    const [asked] = worker.sent;
    if (asked?.kind !== "open-shell") throw new Error("the worker was not asked for a shell");
    asked.port.onmessage = () => asked.port.postMessage({ kind: "done", exitCode: 0, cwd: "/tmp" });
    worker.say({ kind: "reply", id: 1, result: { ok: true, value: null } });
    const shell = await opening;
    expect(await shell.run("cd /tmp")).toEqual({ exitCode: 0, cwd: "/tmp" });
    shell.close();
  });

  it("gives a port back when there is no shell", async () => {
    const { worker, client } = setup();
    const opening = client.openShell({ output: () => {}, closed: () => {} });
    const [asked] = worker.sent;
    if (asked?.kind !== "open-shell") throw new Error("the worker was not asked for a shell");
    const told = new Promise((resolve) => {
      asked.port.onmessage = ({ data }) => resolve(data);
    });
    worker.say({ kind: "reply", id: 1, result: { ok: false, message: "the exporter is not running" } });
    await expect(opening).rejects.toThrow("the exporter is not running");
    expect(await told).toEqual({ kind: "close" });
    asked.port.close();
  });

  it("lets everything go when the worker crashes, and says so once", async () => {
    const { worker, client, events } = setup();
    const call = client.call(["power"], "on", []);
    worker.crash("out of memory");
    worker.crash("again");
    await expect(call).rejects.toThrow("The exporter has stopped working: out of memory. Reload the page.");
    await expect(client.stop()).rejects.toThrow("Reload the page.");
    expect(events.lost).toHaveBeenCalledExactlyOnceWith("out of memory");
  });

  it("refuses to pile up requests without a bound", async () => {
    const { worker, client } = setup();
    const calls = Array.from({ length: 256 }, () => client.call([], "x", []).catch(() => {}));
    await expect(client.call([], "x", [])).rejects.toThrow("Reload the page");
    worker.crash("end of the test");
    await Promise.all(calls);
  });

  it("passes snapshots and log lines on", () => {
    const { worker, events } = setup();
    worker.say({ kind: "snapshot", snapshot: IDLE });
    worker.say({ kind: "log", records: [] });
    expect(events.snapshot).toHaveBeenCalledWith(IDLE);
    expect(events.log).toHaveBeenCalledWith([]);
  });
});
