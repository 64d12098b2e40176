import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { FrameType } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import { happened } from "../testing/happened.ts";
import { ScriptedBench, UUID } from "../testing/scripted-bench.ts";
import { fetchFile, sendFile } from "./file-transfer.ts";

const HANDLE = { kind: "client_stream", uuid: "11112222-3333-4444-5555-666677778888" };

/** What Jumpstarter's own clients put into a frame. */
const FRAME_BYTES = 64 * 1024;

function takesFiles({ encoding }: { encoding?: string } = {}): ScriptedBench {
  const bench = new ScriptedBench();
  bench.streamHeaders = {
    resource: JSON.stringify(HANDLE),
    ...(encoding === undefined ? {} : { x_jmp_accept_encoding: encoding }),
  };
  return bench;
}

/** No two of its frames are the same. */
function someBytes(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) * 7) & 0xff);
}

function whole(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const sent = (bench: ScriptedBench): Uint8Array => whole(bench.typed.map(({ payload }) => payload));

const hasAll = (bench: ScriptedBench): boolean => bench.typed.at(-1)?.frameType === FrameType.GOAWAY;

const FLASH = { uuid: UUID, method: "flash", args: ["0x1000"] };

const never = (): AbortSignal => new AbortController().signal;

describe("sendFile()", () => {
  for (const size of [0, 1, FRAME_BYTES, 17 * FRAME_BYTES + 5]) {
    it(`sends ${size} bytes in their order, says where they end, and gives what the driver answers`, async () => {
      const bench = takesFiles();
      bench.result = "sum ok";
      bench.hold = (name) => (name === "call flash" ? happened(() => hasAll(bench)) : Promise.resolve());
      const file = someBytes(size);
      const result = await sendFile(bench.clients, FLASH, {
        file: new Blob([file]),
        encoding: null,
        signal: never(),
      });
      expect(result).toBe("sum ok");
      expect(Buffer.compare(sent(bench), file)).toBe(0);
      for (const { payload } of bench.typed) expect(payload.length).toBeLessThanOrEqual(FRAME_BYTES);
      expect(bench.calls).toEqual([{ uuid: UUID, method: "flash", args: [HANDLE, "0x1000"] }]);
      expect(bench.asked).toContain(
        `stream ${JSON.stringify({ kind: "resource", uuid: UUID, x_jmp_content_encoding: null })}`,
      );
    });
  }

  it("says the driver's own sentence when it refuses the file, and sends no more of it", async () => {
    const bench = takesFiles();
    bench.failures.set("call", [new ConnectError("this image is for another chip", Code.InvalidArgument)]);
    const file = new Blob([someBytes(100)]);
    await expect(sendFile(bench.clients, FLASH, { file, encoding: null, signal: never() })).rejects.toThrow(
      "this image is for another chip",
    );
  });

  it("flashes nothing when the exporter does not unpack what the file is packed with", async () => {
    const bench = takesFiles();
    const file = new Blob([someBytes(100)]);
    await expect(sendFile(bench.clients, FLASH, { file, encoding: "xz", signal: never() })).rejects.toThrow(
      "does not unpack xz",
    );
    expect(bench.calls).toEqual([]);
  });

  it("asks the exporter to unpack, where it can", async () => {
    const bench = takesFiles({ encoding: "gzip" });
    bench.hold = (name) => (name === "call flash" ? happened(() => hasAll(bench)) : Promise.resolve());
    const file = new Blob([someBytes(100)]);
    await sendFile(bench.clients, FLASH, { file, encoding: "gzip", signal: never() });
    expect(bench.asked).toContain(
      `stream ${JSON.stringify({ kind: "resource", uuid: UUID, x_jmp_content_encoding: "gzip" })}`,
    );
  });

  it("flashes nothing when it is given no handle", async () => {
    const bench = new ScriptedBench();
    const file = new Blob([someBytes(100)]);
    await expect(sendFile(bench.clients, FLASH, { file, encoding: null, signal: never() })).rejects.toThrow(
      "no handle",
    );
    expect(bench.calls).toEqual([]);
  });

  it("says why when the stream is refused", async () => {
    const bench = takesFiles();
    bench.failures.set("stream", [new ConnectError("Ben drives.", Code.FailedPrecondition)]);
    const file = new Blob([someBytes(100)]);
    await expect(sendFile(bench.clients, FLASH, { file, encoding: null, signal: never() })).rejects.toThrow(
      "Ben drives.",
    );
    expect(bench.calls).toEqual([]);
  });

  it("ends the call and the stream when its person cancels", async () => {
    const bench = takesFiles();
    const cancel = new AbortController();
    const stopped = Promise.withResolvers<void>();
    bench.hold = (name) => (name === "call flash" ? stopped.promise : Promise.resolve());
    const file = new Blob([someBytes(100)]);
    const sending = sendFile(bench.clients, FLASH, { file, encoding: null, signal: cancel.signal });
    const failed = expect(sending).rejects.toMatchObject({ code: Code.Canceled });
    await happened(() => bench.calls.length === 1);
    cancel.abort();
    await failed;
    stopped.resolve();
  });
});

describe("fetchFile()", () => {
  const DUMP = { uuid: UUID, method: "dump", args: [] };

  it("gives the file whole, in its order", async () => {
    const bench = takesFiles();
    const parts = [someBytes(10), someBytes(0), someBytes(FRAME_BYTES), someBytes(3)];
    bench.gives = parts;
    const file = await fetchFile(bench.clients, DUMP, { signal: never() });
    expect(Buffer.compare(new Uint8Array(await file.arrayBuffer()), whole(parts))).toBe(0);
    expect(bench.calls).toEqual([{ uuid: UUID, method: "dump", args: [HANDLE] }]);
  });

  it("gives no half of a file when the stream breaks", async () => {
    const bench = takesFiles();
    bench.gives = [someBytes(10)];
    bench.staysOpen = true;
    bench.hold = async (name) => {
      if (name === "call dump")
        bench.breakStreams(new ConnectError("the connection is lost", Code.Unavailable));
    };
    await expect(fetchFile(bench.clients, DUMP, { signal: never() })).rejects.toThrow(
      "the connection is lost",
    );
  });
});
