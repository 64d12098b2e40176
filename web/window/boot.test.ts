import { describe, expect, it } from "vitest";
import { ManualClock } from "../../drivers/testing/manual-clock.ts";
import type { RelayBoot } from "../../proto/boot.ts";
import {
  ASK_AGAIN_MS,
  ASKS_BEFORE_WITHOUT,
  askForEnd,
  askRelay,
  askUntilAnswered,
  readFragment,
  tunnelUrl,
} from "./boot.ts";

const BOOT: RelayBoot = {
  version: "0.1.0",
  endpoint: "127.0.0.1:19090",
  insecure: true,
  attachTokenRequired: false,
  noAuth: false,
};

function relay(answer: () => Response | Promise<Response>) {
  const requests: Request[] = [];
  const fetchUrl = async (...[input, init]: Parameters<typeof fetch>): Promise<Response> => {
    requests.push(new Request(input, init));
    return answer();
  };
  return { requests, fetchUrl: fetchUrl as typeof fetch };
}

describe("askUntilAnswered()", () => {
  it("asks again until the relay answers, and says each time why it did not", async () => {
    const clock = new ManualClock();
    const failures: unknown[] = [];
    let asked = 0;
    const answered = askUntilAnswered(
      async () => {
        asked += 1;
        if (asked < 3) throw new Error(`no answer ${asked}`);
        return BOOT;
      },
      { clock, onFailure: (error) => failures.push(error) },
    );
    await clock.advance(ASK_AGAIN_MS - 1);
    expect(asked).toBe(1);
    await clock.advance(1);
    await clock.advance(ASK_AGAIN_MS);
    expect(await answered).toBe(BOOT);
    expect(failures).toEqual([new Error("no answer 1"), new Error("no answer 2")]);
  });
});

describe("a page that knows its relay from before", () => {
  it("goes on without it after three questions, and not before", async () => {
    const clock = new ManualClock();
    let asked = 0;
    const answered = askUntilAnswered(
      async (): Promise<RelayBoot> => {
        asked += 1;
        throw new Error("no answer");
      },
      { clock, onFailure: () => {}, instead: BOOT },
    );
    await clock.advance(ASK_AGAIN_MS);
    expect(asked).toBe(2);
    await clock.advance(ASK_AGAIN_MS);
    expect(await answered).toBe(BOOT);
    expect(asked).toBe(ASKS_BEFORE_WITHOUT);
  });
});

describe("askForEnd()", () => {
  it("shows the bench key, and resolves with what the relay says at its end", async () => {
    const { requests, fetchUrl } = relay(() => Response.json({ hookMs: 5000 }));
    expect(await askForEnd("http://127.0.0.1:1/lab/", "secret", fetchUrl)).toEqual({ hookMs: 5000 });
    expect(requests[0]?.url).toBe("http://127.0.0.1:1/lab/api/end");
    expect(requests[0]?.headers.get("x-jumptab-bench-key")).toBe("secret");
  });

  it("is no end when the relay refuses, breaks off, or says something else", async () => {
    const broken = new Response(
      new ReadableStream({ start: (body) => body.error(new TypeError("network error")) }),
    );
    for (const answer of [
      new Response("no", { status: 404 }),
      broken,
      new Response(""),
      Response.json(null),
      Response.json({}),
      Response.json({ hookMs: "5000" }),
      Response.json({ hookMs: -1 }),
    ]) {
      await expect(
        askForEnd("http://127.0.0.1:1/", "secret", relay(() => answer).fetchUrl),
      ).rejects.toThrow();
    }
  });
});

describe("readFragment()", () => {
  it("reads both secrets, in any order", () => {
    expect(readFragment("#attach=t&bench=k")).toEqual({ benchKey: "k", attachToken: "t" });
  });

  for (const fragment of ["", "#", "#bench=", "#serial"]) {
    it(`finds none in ${JSON.stringify(fragment)}`, () => {
      expect(readFragment(fragment)).toEqual({ benchKey: undefined, attachToken: undefined });
    });
  }
});

describe("askRelay()", () => {
  it("shows the bench key in a header, beside the page", async () => {
    const { requests, fetchUrl } = relay(() => Response.json(BOOT));
    expect(await askRelay("http://127.0.0.1:1/lab/", "secret", fetchUrl)).toEqual(BOOT);
    expect(requests[0]?.url).toBe("http://127.0.0.1:1/lab/api/boot");
    expect(requests[0]?.headers.get("x-jumptab-bench-key")).toBe("secret");
  });

  it("says that the relay does not answer", async () => {
    const { fetchUrl } = relay(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(askRelay("http://127.0.0.1:1/", undefined, fetchUrl)).rejects.toThrow(
      "The relay does not answer.",
    );
  });

  it("passes on why the relay cannot tell the bench", async () => {
    const { fetchUrl } = relay(() => Response.json({ message: "bench.yaml is gone" }, { status: 500 }));
    await expect(askRelay("http://127.0.0.1:1/", "k", fetchUrl)).rejects.toThrow("bench.yaml is gone");
  });

  for (const [what, answer] of [
    ["an error page", () => new Response("no", { status: 503, statusText: "Service Unavailable" })],
    ["a page of another server", () => new Response("<!doctype html>")],
    ["JSON of another server", () => Response.json({ version: 5 })],
    ["JSON that is nothing", () => Response.json(null)],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { fetchUrl } = relay(answer);
      await expect(askRelay("http://127.0.0.1:1/", undefined, fetchUrl)).rejects.toThrow(/relay/);
    });
  }
});

describe("tunnelUrl()", () => {
  it("is beside the page, and as safe as the page", () => {
    expect(tunnelUrl("http://127.0.0.1:19090/#bench=k")).toBe("ws://127.0.0.1:19090/tunnel");
    expect(tunnelUrl("https://lab.example/relay/?x=1")).toBe("wss://lab.example/relay/tunnel");
  });
});
