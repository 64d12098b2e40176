import { describe, expect, it } from "vitest";
import { type FeedTerminal, TerminalFeed } from "./terminal-feed.ts";
import { Transcript } from "./transcript.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A terminal that draws when the test lets it. */
function setup(look = { echo: false, controls: false }, bounds = { bytes: 1000, pieces: 100 }) {
  const transcript = new Transcript(bounds);
  const drawn: string[] = [];
  let hold: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  const terminal: FeedTerminal = {
    muted: false,
    async write(bytes, at) {
      drawn.push(`${terminal.muted ? "again " : ""}${at}:${new TextDecoder().decode(bytes)}`);
      wake?.();
      await hold;
    },
    async remark(text) {
      drawn.push(`(${text})`);
      wake?.();
    },
    reset: () => void drawn.push("reset"),
  };
  return {
    transcript,
    drawn,
    look,
    feed: () => new TerminalFeed(transcript, terminal, () => look),
    holdUntil: (promise: Promise<void>) => (hold = promise),
    async until(count: number) {
      while (drawn.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return drawn;
    },
  };
}

describe("TerminalFeed", () => {
  it("draws what comes as it comes, and what is missing", async () => {
    const { transcript, feed, until } = setup();
    using _feed = feed();
    transcript.add("in", utf8("one"), 1);
    expect(await until(1)).toEqual(["1:one"]);
    transcript.add("out", utf8("typed"), 10);
    transcript.lost(1234, 20);
    transcript.remark("closed", 30);
    expect((await until(3)).slice(1)).toEqual([
      "(1,234 bytes are missing here: the page was too slow for them)",
      "(closed)",
    ]);
  });

  it("draws again what there was before, without answering it again", async () => {
    const { transcript, feed, until } = setup();
    transcript.add("in", utf8("before"), 1);
    using _feed = feed();
    await until(1);
    transcript.add("in", utf8("after"), 10);
    expect(await until(2)).toEqual(["again 1:before", "10:after"]);
  });

  it("shows what was typed, and control characters, once that is wanted", async () => {
    const { transcript, feed, until, look } = setup();
    using its = feed();
    transcript.add("in", utf8("a\x07"), 1);
    transcript.add("out", utf8("b\r"), 2);
    await until(1);
    look.echo = true;
    its.redraw();
    expect((await until(4)).slice(1)).toEqual(["reset", "again 1:a\x07", "again 2:b\r\n"]);
    look.controls = true;
    its.redraw();
    expect((await until(7)).slice(4)).toEqual([
      "reset",
      "again 1:a\x1b[7m^G\x1b[27m",
      "again 2:b\x1b[7m^M\x1b[27m",
    ]);
  });

  it("goes on with what is still kept when it was too slow, and says how much it left out", async () => {
    const { transcript, feed, until, holdUntil, drawn } = setup(undefined, { bytes: 8, pieces: 100 });
    const slow = Promise.withResolvers<void>();
    holdUntil(slow.promise);
    using _feed = feed();
    transcript.add("in", utf8("first"), 1);
    await until(1);
    for (let n = 1; n <= 5; n += 1) transcript.add("in", utf8(`${n}${n}${n}${n}`), n * 100);
    expect(drawn).toHaveLength(1);
    slow.resolve();
    expect((await until(4)).slice(1)).toEqual([
      "(12 bytes more than could be drawn; a log has them)",
      "400:4444",
      "500:5555",
    ]);
  });

  it("draws nothing of what was cleared", async () => {
    const { transcript, feed, until, holdUntil } = setup();
    const slow = Promise.withResolvers<void>();
    holdUntil(slow.promise);
    using its = feed();
    transcript.add("in", utf8("first"), 1);
    await until(1);
    transcript.add("in", utf8("second"), 100);
    transcript.clear();
    its.skip();
    transcript.add("in", utf8("third"), 200);
    slow.resolve();
    expect(await until(2)).toEqual(["1:first", "200:third"]);
  });
});
