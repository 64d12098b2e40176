import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRACE_MS, MAX_DATA_BYTES } from "./limits.ts";
import { BadNetwork } from "./testing/bad-network.ts";
import { fuzzSettings, fuzzTimeoutMs } from "./testing/fuzz.ts";
import { GrpcStatus, StreamReset, type TunnelStream } from "./types.ts";

/** Some milliseconds each. More of them: JUMPTAB_FUZZ_RUNS=70. */
const RUNS = 300;

type Action =
  | { readonly do: "call" }
  | { readonly do: "write"; readonly call: number; readonly size: number }
  | { readonly do: "end"; readonly call: number }
  | { readonly do: "deliver"; readonly to: "page" | "relay"; readonly back: number; readonly count: number }
  | { readonly do: "dial" }
  | { readonly do: "cut" }
  /** A cut that is repaired at once. */
  | { readonly do: "reconnect" }
  | { readonly do: "notice"; readonly side: "page" | "relay"; readonly back: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "flush" }
  /** Everything moves a little on the newest connection. */
  | { readonly do: "work"; readonly rounds: number };

const side = fc.constantFrom("page", "relay");
/** Which connection: the newest, or one before it. */
const back = fc.integer({ min: 0, max: 2 });

function actions(longestWaitMs: number, { waits = 1, cuts = 1 } = {}): fc.Arbitrary<Action[]> {
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant("call" as const) }) },
      {
        weight: 10,
        arbitrary: fc.record({
          do: fc.constant("write" as const),
          call: fc.nat(5),
          size: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 3 * MAX_DATA_BYTES })),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("end" as const), call: fc.nat(5) }) },
      {
        weight: 10,
        arbitrary: fc.record({
          do: fc.constant("deliver" as const),
          to: side,
          back,
          count: fc.integer({ min: 1, max: 4 }),
        }),
      },
      { weight: 8, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
      {
        weight: 8,
        arbitrary: fc.record({ do: fc.constant("work" as const), rounds: fc.integer({ min: 1, max: 4 }) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("dial" as const) }) },
      { weight: cuts, arbitrary: fc.record({ do: fc.constant("cut" as const) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("reconnect" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("notice" as const), side, back }) },
      {
        weight: waits,
        arbitrary: fc.record({
          do: fc.constant("wait" as const),
          ms: fc.integer({ min: 1, max: longestWaitMs }),
        }),
      },
    ),
    { minLength: 20, maxLength: 120 },
  );
}

/** A call whose page sends back what it gets, and all that was written and came back. */
class Call {
  readonly stream: TunnelStream;
  readonly sent: number[] = [];
  readonly echoed: number[] = [];
  ended = false;
  outcome: "open" | "done" | StreamReset = "open";

  constructor(stream: TunnelStream) {
    this.stream = stream;
    void this.#collect();
  }

  write(size: number): void {
    if (this.ended) return;
    const start = this.sent.length;
    const bytes = Uint8Array.from({ length: size }, (_, index) => ((start + index) * 31) & 0xff);
    for (const byte of bytes) this.sent.push(byte);
    void this.stream.write(bytes);
  }

  end(): void {
    this.ended = true;
    this.stream.end();
  }

  async #collect(): Promise<void> {
    try {
      for await (const chunk of this.stream.body) for (const byte of chunk) this.echoed.push(byte);
      this.outcome = "done";
    } catch (error) {
      if (!(error instanceof StreamReset)) throw error;
      this.outcome = error;
    }
  }
}

async function echo(stream: TunnelStream): Promise<void> {
  stream.respond({ status: 200, h: [] });
  try {
    for await (const chunk of stream.body) await stream.write(chunk.slice());
    stream.end();
  } catch (error) {
    if (!(error instanceof StreamReset)) throw error; // its tunnel is over: nobody is left to tell
  }
}

async function run(steps: readonly Action[]): Promise<{ network: BadNetwork; calls: Call[] }> {
  // Small windows, so that they matter, and so that acknowledgements and grants are lost as well.
  const network = new BadNetwork({
    streamWindowBytes: MAX_DATA_BYTES,
    connectionWindowBytes: MAX_DATA_BYTES,
  });
  const calls: Call[] = [];
  const answered = new Set<TunnelStream>();
  network.dial();
  const turn = async (): Promise<void> => {
    for (const stream of network.asked.values()) {
      if (answered.has(stream)) continue;
      answered.add(stream);
      void echo(stream);
    }
    for (let round = 0; round < 10; round += 1) await Promise.resolve();
  };
  for (const step of [{ do: "reconnect" } as const, ...steps]) {
    const connection = network.connections.at("back" in step ? -1 - step.back : -1);
    switch (step.do) {
      case "call":
        if (network.relayTunnel?.isOpen) {
          calls.push(new Call(network.relayTunnel.open({ method: "POST", path: `/${calls.length}`, h: [] })));
        }
        break;
      case "write":
        calls.at(step.call % Math.max(1, calls.length))?.write(step.size);
        break;
      case "end":
        calls.at(step.call % Math.max(1, calls.length))?.end();
        break;
      case "deliver":
        if (connection !== undefined) {
          for (let count = 0; count < step.count; count += 1) network.deliver(connection, step.to, 1);
        }
        break;
      case "dial":
        network.dial();
        break;
      case "cut":
        if (connection !== undefined) network.cut(connection);
        break;
      case "reconnect": {
        if (connection !== undefined) network.cut(connection);
        network.dial();
        const fresh = network.connections.at(-1);
        if (fresh === undefined) break;
        network.deliver(fresh, "relay", 1);
        network.deliver(fresh, "page", 1);
        break;
      }
      case "notice":
        if (connection !== undefined) network.notice(connection, step.side);
        break;
      case "wait":
        network.timers.advance(step.ms);
        break;
      case "flush":
        network.flush();
        break;
      case "work":
        for (let round = 0; round < step.rounds && connection !== undefined; round += 1) {
          network.flush();
          network.deliver(connection, "relay", 1);
          network.deliver(connection, "page", 1);
          await turn();
        }
        break;
    }
    await turn();
  }
  await network.heal();
  for (const call of calls) call.end();
  // New streams may have reached the page only now.
  for (let round = 0; round < 3; round += 1) {
    await turn();
    await network.heal();
  }
  return { network, calls };
}

describe("a tunnel over a network that cuts, delays and repeats", () => {
  it("is the same to its streams as one that never breaks", { timeout: fuzzTimeoutMs() }, async () => {
    const settings = fuzzSettings(RUNS);
    let resumed = 0;
    let replayed = 0;
    let neverBegun = 0;
    let total = 0;
    await fc.assert(
      // 120 such waits are still less than the grace time.
      fc.asyncProperty(actions(250), async (steps) => {
        const { network, calls } = await run(steps);
        for (const { stream, sent, echoed, outcome } of calls) {
          if (outcome instanceof StreamReset && !network.asked.has(stream.request.path)) {
            // The page never learned the tunnel's name: its first HELLO was lost on its way back. Nothing was begun.
            neverBegun += 1;
            continue;
          }
          expect(outcome).toBe("done");
          expect(Buffer.compare(Buffer.from(echoed), Buffer.from(sent))).toBe(0);
        }
        expect(network.relayTunnel?.stats.streams).toBe(0);
        total += calls.length;
        resumed += network.resumed;
        replayed += network.replayedMessages;
      }),
      settings,
    );
    // A model that never meets what it is about proves nothing.
    const { numRuns, seed } = settings;
    expect(resumed, `seed ${seed}`).toBeGreaterThan(numRuns);
    expect(replayed, `seed ${seed}`).toBeGreaterThan(numRuns);
    expect(neverBegun, `seed ${seed}`).toBeLessThan(total / 10);
    expect(total, `seed ${seed}`).toBeGreaterThan(numRuns);
  });

  it("ends streams with UNAVAILABLE once it was away too long, and never lies about what came", {
    timeout: fuzzTimeoutMs(),
  }, async () => {
    const settings = fuzzSettings(RUNS);
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(actions(GRACE_MS, { waits: 6, cuts: 4 }), async (steps) => {
        const { calls } = await run(steps);
        for (const { sent, echoed, outcome } of calls) {
          expect(Buffer.compare(Buffer.from(echoed), Buffer.from(sent.slice(0, echoed.length)))).toBe(0);
          if (outcome === "done") expect(echoed.length).toBe(sent.length);
          else {
            expect(outcome).toMatchObject({ code: GrpcStatus.unavailable });
            ended += 1;
          }
        }
      }),
      settings,
    );
    expect(ended, `seed ${settings.seed}`).toBeGreaterThan(3);
  });
});
