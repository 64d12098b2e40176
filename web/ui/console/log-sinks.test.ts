import { describe, expect, it } from "vitest";
import { chooseFile, memorySink } from "./log-sinks.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A file as browsers have them: what is written is there when the stream was closed. */
function setup() {
  let file = "";
  const handle = {
    name: "chosen.log",
    async createWritable({ keepExistingData = false } = {}) {
      let content = keepExistingData ? file : "";
      let at = 0;
      return {
        async write(bytes: Uint8Array) {
          const text = new TextDecoder().decode(bytes);
          content = content.slice(0, at) + text + content.slice(at + text.length);
          at += text.length;
        },
        async seek(position: number) {
          at = position;
        },
        async close() {
          file = content;
        },
      };
    },
  };
  const picker = { showSaveFilePicker: async () => handle as unknown as FileSystemFileHandle };
  return { picker, file: () => file };
}

describe("a log in a file of the person's", () => {
  it("is there when it is closed, and as far as it is when it is flushed", async () => {
    const { picker, file } = setup();
    const chosen = await chooseFile(picker, "console.log");
    expect(chosen?.name).toBe("chosen.log");
    await chosen?.sink.write(utf8("one "));
    expect(file()).toBe("");
    await chosen?.sink.flush();
    expect(file()).toBe("one ");
    await chosen?.sink.write(utf8("two "));
    await chosen?.sink.flush();
    await chosen?.sink.write(utf8("three"));
    await chosen?.sink.close();
    expect(file()).toBe("one two three");
  });

  it("is none when the person closes the chooser, and a failure when the browser forbids it", async () => {
    const refuse = (name: string) => ({
      showSaveFilePicker: () => Promise.reject(new DOMException("no", name)),
    });
    expect(await chooseFile(refuse("AbortError"), "a.log")).toBeUndefined();
    await expect(chooseFile(refuse("SecurityError"), "a.log")).rejects.toThrow("no");
  });
});

describe("a log in memory", () => {
  it("is a download when it is closed", async () => {
    const saved: Blob[] = [];
    const sink = memorySink((content) => void saved.push(content));
    await sink.write(utf8("one "));
    await sink.write(utf8("two"));
    await sink.close();
    expect(await saved[0]?.text()).toBe("one two");
  });

  it("refuses what is too much with a sentence, and keeps what it has", async () => {
    const saved: Blob[] = [];
    const sink = memorySink((content) => void saved.push(content), 1024 * 1024);
    await sink.write(new Uint8Array(1024 * 1024));
    await expect(sink.write(utf8("x"))).rejects.toThrow(/1 MiB are full/);
    await sink.close();
    expect(saved[0]?.size).toBe(1024 * 1024);
  });
});
