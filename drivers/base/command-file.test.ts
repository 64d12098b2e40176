import { describe, expect, it } from "vitest";
import type { CommandFile, DriverHandle } from "./command.ts";
import {
  type FileContext,
  MAX_COMMAND_FILE_BYTES,
  withFileFromDriver,
  withFileToDriver,
} from "./command-file.ts";

const HANDLE = { kind: "client_stream", uuid: "1" };

/** Where a command runs: its files, and what it hands to the driver. */
function bench(content: Readonly<Record<string, Uint8Array>> = {}) {
  const files = new Map(Object.entries(content));
  const handed: CommandFile[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error("this driver is never called");
  };
  const driver: DriverHandle = {
    call: refuse,
    streamingCall: () => {
      throw new Error("this driver is never called");
    },
    stream: refuse,
    resource: async (file) => {
      handed.push(file);
      return HANDLE;
    },
  };
  const context: FileContext = {
    driver,
    signal: new AbortController().signal,
    files: {
      read: async (path) => {
        const bytes = files.get(path);
        if (bytes === undefined) throw new Error(`there is no file ${path}`);
        return bytes;
      },
      write: async (path, bytes) => void files.set(path, bytes),
    },
  };
  return { context, files, handed };
}

describe("withFileToDriver()", () => {
  it("hands on a file with its name and size, in chunks whose memory may be given away", async () => {
    const bytes = Uint8Array.from({ length: 150_000 }, (_, at) => at % 251);
    const { context, handed } = bench({ "dir/image.bin.gz": bytes });
    const file = { path: "dir/image.bin.gz", encoding: "gzip" } as const;
    await withFileToDriver(context, file, async (handle) => expect(handle).toEqual(HANDLE));

    const [given] = handed;
    if (given?.direction !== "to-driver") throw new Error("the file goes to the driver");
    expect(given).toMatchObject({ name: "image.bin.gz", size: 150_000, encoding: "gzip" });
    const chunks: Uint8Array[] = [];
    for await (const chunk of given.readable) {
      chunks.push(new Uint8Array(structuredClone(chunk.buffer, { transfer: [chunk.buffer] })));
    }
    expect(chunks.map(({ length }) => length)).toEqual([65_536, 65_536, 18_928]);
    expect(chunks.flatMap((chunk) => [...chunk])).toEqual([...bytes]);
  });

  it("leaves a URL to the exporter", async () => {
    const { context, handed } = bench();
    const file = { path: "https://example.org/a.bin?sig=1", encoding: undefined };
    await withFileToDriver(context, file, async (handle) =>
      expect(handle).toEqual({ kind: "presigned_request", headers: {}, url: file.path, method: "GET" }),
    );
    await expect(
      withFileToDriver(context, { ...file, encoding: "xz" }, async () => undefined),
    ).rejects.toThrow("--compression does not go with a URL");
    expect(handed).toEqual([]);
  });
});

describe("withFileFromDriver()", () => {
  const write = async (handed: readonly CommandFile[], ...chunks: Uint8Array[]): Promise<void> => {
    const [given] = handed;
    if (given?.direction !== "from-driver") throw new Error("the file comes from the driver");
    const writer = given.writable.getWriter();
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  };

  it("writes the file when it is complete", async () => {
    const { context, handed, files } = bench();
    await withFileFromDriver(context, { path: "out.bin", encoding: undefined }, () =>
      write(handed, Uint8Array.of(1, 2), Uint8Array.of(3)),
    );
    expect(files.get("out.bin")).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("writes nothing when the call fails, whatever has come", async () => {
    const { context, handed, files } = bench();
    const failure = new Error("the chip is gone");
    const dump = withFileFromDriver(context, { path: "out.bin", encoding: undefined }, async () => {
      await write(handed, Uint8Array.of(1));
      throw failure;
    });
    await expect(dump).rejects.toBe(failure);
    expect(files.size).toBe(0);
  });

  it("refuses more than fits, at the first byte", async () => {
    const { context, handed, files } = bench();
    const half = new Uint8Array(MAX_COMMAND_FILE_BYTES / 2);
    const dump = withFileFromDriver(context, { path: "out.bin", encoding: undefined }, () =>
      write(handed, half, half, Uint8Array.of(1)),
    );
    await expect(dump).rejects.toThrow(
      "the file is larger than 67108864 bytes, the most that fits here: dump it to a URL, or from a computer with jmp",
    );
    expect(files.size).toBe(0);
  });

  it("leaves a URL to the exporter", async () => {
    const { context } = bench();
    const file = { path: "http://127.0.0.1/a.bin", encoding: undefined };
    await withFileFromDriver(context, file, async (handle) =>
      expect(handle).toEqual({ kind: "presigned_request", headers: {}, url: file.path, method: "PUT" }),
    );
  });
});
