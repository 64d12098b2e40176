import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger, silentLogger } from "../logging.ts";
import type { Browser, BrowserExit } from "./browser.ts";
import { flags } from "./browser.ts";
import { Supervisor } from "./supervisor.ts";

/** A supervisor over browsers that a test holds in its hand. */
class World {
  readonly log: string[] = [];
  readonly browsers: { exit(exit?: Partial<BrowserExit>): void; stopped: boolean }[] = [];
  attachedCalls = 0;
  failStarts = 0;
  #attached = false;
  readonly #listeners = new Set<() => void>();
  readonly supervisor: Supervisor;

  constructor() {
    this.supervisor = new Supervisor({
      start: () => this.#start(),
      isAttached: () => this.#attached,
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      onAttached: () => {
        this.attachedCalls += 1;
      },
      log: createLogger({
        level: "debug",
        format: "json",
        write: (line) => this.log.push(JSON.parse(line).message),
      }),
    });
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  set attached(attached: boolean) {
    this.#attached = attached;
    for (const listener of [...this.#listeners]) listener();
  }

  async #start(): Promise<Browser> {
    if (this.failStarts > 0) {
      this.failStarts -= 1;
      throw new Error("no space left on device");
    }
    const { promise, resolve } = Promise.withResolvers<BrowserExit>();
    const entry = {
      stopped: false,
      exit: (exit: Partial<BrowserExit> = {}) => {
        this.attached = false;
        resolve({ code: null, signal: null, ...exit });
      },
    };
    this.browsers.push(entry);
    return {
      exited: promise,
      stop: async () => {
        entry.stopped = true;
        entry.exit({ signal: "SIGTERM" });
      },
      kill: () => {
        entry.stopped = true;
        entry.exit({ signal: "SIGKILL" });
      },
    };
  }
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the supervisor", () => {
  it("starts a fallen browser again with growing pauses, up to a minute", async () => {
    const world = new World();
    world.supervisor.start();
    await settle();
    for (const [index, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000].entries()) {
      world.browsers[index]?.exit({ signal: "SIGSEGV" });
      await vi.advanceTimersByTimeAsync(pauseMs - 1);
      expect(world.browsers).toHaveLength(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(world.browsers).toHaveLength(index + 2);
    }
    expect(world.log[0]).toBe("the browser was ended by SIGSEGV; starting it again in 1 s");
    await world.supervisor.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(world.listeners).toBe(0);
  });

  it("begins with the short pause anew after a minute that went well", async () => {
    const world = new World();
    world.supervisor.start();
    await settle();
    world.browsers[0]?.exit({ code: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    world.attached = true;
    await vi.advanceTimersByTimeAsync(60_000);
    world.browsers[1]?.exit({ code: 1 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.browsers).toHaveLength(3);
    expect(world.log.at(-1)).toBe("the browser ended with exit code 1; starting it again in 1 s");
    await world.supervisor.stop();
  });

  it("tries again when a browser cannot even be started", async () => {
    const world = new World();
    world.failStarts = 1;
    world.supervisor.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.browsers).toHaveLength(1);
    expect(world.log[0]).toContain("could not be started: no space left on device");
    await world.supervisor.stop();
  });

  it("says when the page does not attach, and leaves it running", async () => {
    const world = new World();
    world.supervisor.start();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(world.log).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.log).toEqual([expect.stringContaining("has not attached its exporter within 30 s")]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(world.browsers).toHaveLength(1);
    await world.supervisor.stop();
  });

  it("starts the browser anew when its page is gone for good, and not when it comes back", async () => {
    const world = new World();
    world.supervisor.start();
    await settle();
    world.attached = true;
    expect(world.attachedCalls).toBe(1);
    world.attached = false;
    await vi.advanceTimersByTimeAsync(44_000);
    world.attached = true;
    await vi.advanceTimersByTimeAsync(100_000);
    expect(world.browsers[0]?.stopped).toBe(false);
    world.attached = false;
    await vi.advanceTimersByTimeAsync(45_000);
    expect(world.browsers[0]?.stopped).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(world.browsers).toHaveLength(2);
    expect(world.log.at(-1)).toContain("the page has been gone for 45 s");
    await world.supervisor.stop();
  });

  it("ends the browser and starts no other when it is stopped, in whatever state", async () => {
    for (const ms of [0, 500]) {
      const world = new World();
      world.supervisor.start();
      await settle();
      if (ms > 0) world.browsers[0]?.exit({ code: 0 });
      await vi.advanceTimersByTimeAsync(ms);
      await world.supervisor.stop();
      await vi.advanceTimersByTimeAsync(120_000);
      expect(world.browsers).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe("a supervisor in a hurry", () => {
  it("kills the browser and starts no other", async () => {
    const world = new World();
    world.supervisor.start();
    await settle();
    world.supervisor.kill();
    await world.supervisor.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(world.browsers).toHaveLength(1);
    expect(world.browsers[0]?.stopped).toBe(true);
  });
});

describe("a supervisor in a hurry whose browser still starts", () => {
  it("kills it as soon as it is there, without asking it first", async () => {
    const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
    const { promise: exited, resolve: exit } = Promise.withResolvers<BrowserExit>();
    const asked: string[] = [];
    const end = (how: string): void => {
      asked.push(how);
      exit({ code: null, signal: how });
    };
    const supervisor = new Supervisor({
      start: async () => {
        await started;
        return { exited, stop: async () => end("SIGTERM"), kill: () => end("SIGKILL") };
      },
      isAttached: () => false,
      onChange: () => () => undefined,
      onAttached: () => undefined,
      log: silentLogger,
    });
    supervisor.start();
    supervisor.kill();
    const stopped = supervisor.stop();
    hasStarted();
    await stopped;
    expect(asked).toEqual(["SIGKILL"]);
  });
});

describe("the browser", () => {
  it("is told to trust one key, or one plaintext origin, only where it has to", () => {
    const plain = flags({ trustedKeyHash: undefined, secureOrigin: undefined }, "/tmp/x");
    expect(plain).toContain("--headless");
    expect(plain).toContain("--user-data-dir=/tmp/x/profile");
    expect(plain.join(" ")).not.toMatch(/spki|insecure-origin|remote-debugging/);
    const special = flags({ trustedKeyHash: "abc=", secureOrigin: "http://10.0.0.1:1" }, "/tmp/x");
    expect(special).toContain("--ignore-certificate-errors-spki-list=abc=");
    expect(special).toContain("--unsafely-treat-insecure-origin-as-secure=http://10.0.0.1:1");
  });
});
