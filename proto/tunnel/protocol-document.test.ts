import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, Flag, type Frame, FrameType } from "./frame.ts";
import { parseHello, parseReset } from "./heads.ts";
import {
  ACK_EVERY_BYTES,
  ACK_EVERY_MESSAGES,
  BATCH_BYTES,
  DEFAULT_TUNNEL_LIMITS,
  GRACE_MS,
  MAX_DATA_BYTES,
  MAX_HEAD_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_REPLAY_BYTES,
  MAX_RESET_TEXT_BYTES,
} from "./limits.ts";
import { CloseCode } from "./types.ts";

const text = readFileSync(new URL("../../docs/tunnel-protocol.md", import.meta.url), "utf8");

/** Lines of the `frames` block: hexadecimal, then what it says. */
const examples = (/```frames\n([\s\S]*?)```/.exec(text)?.[1] ?? "")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => {
    const [hex = "", words = ""] = line.split("#", 2);
    return { message: Buffer.from(hex.replaceAll(" ", ""), "hex"), words: words.trim() };
  });

describe("docs/tunnel-protocol.md", () => {
  it("has examples", () => expect(examples.length).toBeGreaterThan(5));

  for (const { message, words } of examples) {
    it(`says what ${words} looks like`, () => {
      const [frame] = decodeMessage(message);
      if (frame === undefined) throw new Error("the example holds no frame");
      expect(inWords(frame)).toBe(words);
      expect(Buffer.compare(encodeMessage([frame]), message)).toBe(0);
    });
  }

  it("names every frame type with its number", () => {
    for (const [name, number] of Object.entries(FrameType))
      expect(text).toContain(`| ${number} | ${name.toUpperCase()} |`);
  });

  it("names every close code", () => {
    for (const code of Object.values(CloseCode)) expect(text).toContain(`| ${code} |`);
  });

  it("shows HELLOs that are some", () => {
    const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = ""]) => json);
    const hellos = blocks.map((json) =>
      parseHello(new TextEncoder().encode(json.replaceAll("64 hex digits", "ab".repeat(32)))),
    );
    expect(hellos).toMatchObject([
      { role: "page", takeOver: true, exporter: { credentials: [{ id: "ana" }] } },
      { role: "relay" },
      { role: "page", passphrase: "…" },
    ]);
    expect(hellos[2]?.exporter).toBeUndefined();
    expect(hellos[0]?.tunnel).toBe(hellos[1]?.tunnel);
  });

  it("gives the limits that hold", () => {
    for (const [what, bytes] of [
      ["DATA payload", MAX_DATA_BYTES],
      ["other payloads", MAX_HEAD_BYTES],
      ["kept for a resume", MAX_REPLAY_BYTES],
      ["status text", MAX_RESET_TEXT_BYTES],
    ] as const) {
      expect(text).toContain(`| ${what} | ${inUnits(bytes)} |`);
    }
    expect(text).toContain(`| grace time | ${GRACE_MS / 1000} s |`);
    expect(text).toContain(`${inUnits(MAX_MESSAGE_BYTES)} accepted, ${inUnits(BATCH_BYTES)} sent`);
    expect(text).toContain(`after ${ACK_EVERY_MESSAGES} messages or ${inUnits(ACK_EVERY_BYTES)}`);
    const { streamWindowBytes, maxStreams } = DEFAULT_TUNNEL_LIMITS;
    expect(text).toContain(`| stream window, connection window | ${inUnits(streamWindowBytes)} |`);
    expect(text).toContain(`| streams of a peer at once | ${maxStreams} |`);
  });
});

function inUnits(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`;
}

const STATUS_NAMES = new Map([[1, "CANCELLED"]]);

function inWords({ type, flags, stream, payload }: Frame): string {
  const bytes = Buffer.from(payload);
  const of = stream === 0 ? "" : ` of stream ${stream}`;
  switch (type) {
    case FrameType.ping:
      return `PING ${flags === Flag.ack ? "ACK " : ""}${bytes.toString("hex")}`;
    case FrameType.window:
      return `WINDOW of ${stream === 0 ? "the connection" : `stream ${stream}`}, ${bytes.readUInt32BE()} bytes`;
    case FrameType.data: {
      const end = flags === Flag.end ? ", END" : "";
      return `DATA${of}${end}: ${bytes.length === 0 ? "nothing more" : `"${bytes.toString()}"`}`;
    }
    case FrameType.rst: {
      const { code, message } = parseReset(payload);
      return `RST${of}: status ${code} (${STATUS_NAMES.get(code)}), "${message}"`;
    }
    case FrameType.open:
    case FrameType.headers: {
      const trailers = type === FrameType.headers && (flags & Flag.trailers) !== 0 ? ", TRAILERS" : "";
      const end = (flags & Flag.end) !== 0 ? ", END" : "";
      return `${type === FrameType.open ? "OPEN" : "HEADERS"}${of}${trailers}${end}: ${bytes}`;
    }
    case FrameType.goaway:
      return `GOAWAY: ${bytes}`;
    case FrameType.ack:
      return `ACK of message ${bytes.readUInt32BE()}`;
    default:
      throw new Error(`no words for frame type ${type}`);
  }
}
