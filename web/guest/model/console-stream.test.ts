import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { settle } from "../../../drivers/testing/manual-clock.ts";
import { FrameType } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { PageStreamItem } from "../../ui/model.ts";
import { happened } from "../testing/happened.ts";
import { ScriptedBench, UUID } from "../testing/scripted-bench.ts";
import { type ConsoleOptions, MAX_FAILURES, openConsole } from "./console-stream.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function open(bench: ScriptedBench, change: Partial<ConsoleOptions> = {}) {
  const refusals: string[] = [];
  const stream = openConsole({
    clients: () => bench.clients,
    uuid: UUID,
    method: "connect",
    act: async () => undefined,
    untilBack: async () => false,
    onRefused: (sentence) => refusals.push(sentence),
    ...change,
  });
  const items: PageStreamItem[] = [];
  const over = (async () => {
    for await (const item of stream.items) items.push(item);
  })();
  const said = (): string =>
    items
      .map((item) => (item.kind === "data" ? new TextDecoder().decode(item.bytes) : `[${item.kind}]`))
      .join("");
  return { stream, items, said, over, refusals };
}

describe("openConsole()", () => {
  it("listens, and says how much was left out", async () => {
    const bench = new ScriptedBench();
    const { said, stream, over, items } = open(bench);
    await happened(() => bench.listeners.length === 1);
    bench.listeners[0]?.push({ payload: "boot " });
    bench.listeners[0]?.push({ payload: "done", skipped: 12_000n });
    await happened(() => said() === "boot [skipped]done");
    expect(items[1]).toEqual({ kind: "skipped", bytes: 12_000 });
    stream.close();
    await over;
    expect(bench.asked).toEqual(["listen"]);
  });

  it("opens a stream of bytes with the first key, and everything goes through it in order", async () => {
    const bench = new ScriptedBench();
    const { stream, over } = open(bench);
    for (const key of ["r", "o", "o", "t", "\r"]) await stream.write(encode(key));
    await happened(() => bench.text === "root\r");
    expect(bench.asked.filter((name) => name.startsWith("stream"))).toEqual([
      `stream ${JSON.stringify({ kind: "driver", uuid: UUID, method: "connect" })}`,
    ]);
    stream.close();
    await over;
    await happened(() => bench.typed.at(-1)?.frameType === FrameType.GOAWAY);
  });

  it("waits until its person may act, and what was typed meanwhile is sent", async () => {
    const bench = new ScriptedBench();
    const may = Promise.withResolvers<void>();
    const { stream, over } = open(bench, { act: () => may.promise });
    const written = stream.write(encode("ls\r"));
    await settle();
    expect(bench.text).toBe("");
    may.resolve();
    await written;
    await happened(() => bench.text === "ls\r");
    stream.close();
    await over;
  });

  it("says why keys go nowhere, and tries anew with the next one", async () => {
    const bench = new ScriptedBench();
    let locked = true;
    const { stream, over, refusals } = open(bench, {
      act: async () => {
        if (locked) throw new Error("Ben drives.");
      },
    });
    await stream.write(encode("lost"));
    await happened(() => refusals.length === 1);
    expect(refusals).toEqual(["Ben drives."]);
    locked = false;
    await stream.write(encode("sent"));
    await happened(() => bench.text === "sent");
    stream.close();
    await over;
  });

  it("goes on listening after a break, and says so; what was typed before is not sent again", async () => {
    const bench = new ScriptedBench();
    const back = Promise.withResolvers<boolean>();
    const { said, stream, over } = open(bench, { untilBack: () => back.promise });
    await stream.write(encode("once"));
    await happened(() => bench.listeners.length === 1 && bench.text === "once");
    bench.listeners[0]?.end(new ConnectError("the tunnel is lost", Code.Unavailable));
    await happened(() => said() === "[remark]");
    back.resolve(true);
    await happened(() => bench.listeners.length === 2);
    bench.listeners[1]?.push({ payload: "again" });
    await happened(() => said() === "[remark][remark]again");
    expect(bench.text).toBe("once");
    stream.close();
    await over;
  });

  for (const { answered, says } of [
    { answered: false, says: "the connection is lost; what was typed last may not have arrived" },
    { answered: true, says: "the connection is lost" },
  ]) {
    it(`says what may have become of the last keys when the stream breaks and the board has ${answered ? "answered" : "said nothing since"}`, async () => {
      const bench = new ScriptedBench();
      bench.echoes = answered;
      const { stream, items, over } = open(bench);
      await stream.write(encode("reboot\r"));
      await happened(() => bench.text === "reboot\r");
      bench.breakStreams(new ConnectError("the connection is lost", Code.Unavailable));
      await happened(() => items.length > 0);
      expect(items).toEqual([{ kind: "remark", text: says }]);
      stream.close();
      await over;
    });
  }

  it("ends with the exporter's sentence when it is refused", async () => {
    const bench = new ScriptedBench();
    bench.failures.set("listen", [new ConnectError("the port is not there", Code.Internal)]);
    await expect(open(bench).over).rejects.toThrow("the port is not there");
  });

  it("gives up a stream that does not open while the bench is in reach", async () => {
    const bench = new ScriptedBench();
    const failures = Array.from(
      { length: 20 },
      () => new ConnectError("no route to the device", Code.Unavailable),
    );
    bench.failures.set("listen", failures);
    await expect(open(bench).over).rejects.toThrow("no route to the device");
    expect(bench.asked).toHaveLength(MAX_FAILURES + 1);
  });
});
