import { describe, expect, it } from "vitest";
import { PAGE_WITHIN_MS, Shell } from "./shell.ts";

const SCOPE = "http://127.0.0.1:19090/lab/";
const HASHED = "assets/index-Ab12_-cd.js";

/** Caches of one origin, as the platform keeps them. */
class Caches {
  readonly #all = new Map<string, Map<string, Response>>();

  async open(name: string): Promise<Cache> {
    const kept = this.#all.get(name) ?? new Map<string, Response>();
    this.#all.set(name, kept);
    const cache: Pick<Cache, "match" | "put"> = {
      match: async (url) => kept.get(String(url))?.clone(),
      put: async (url, response) => void kept.set(String(url), response),
    };
    return cache as Cache;
  }

  async keys(): Promise<string[]> {
    return [...this.#all.keys()];
  }

  async delete(name: string): Promise<boolean> {
    return this.#all.delete(name);
  }
}

function shell({ version = "1", files = ["", HASHED, "icon-ok.svg"] } = {}, caches = new Caches()) {
  const asked: string[] = [];
  const sleeps: { ms: number; end(): void }[] = [];
  const relay = { answer: async (url: string): Promise<Response> => new Response(`relay: ${url}`) };
  const made = new Shell({
    shell: { version, files },
    scope: SCOPE,
    caches,
    fetch: (request) => {
      asked.push(request.url);
      return relay.answer(request.url);
    },
    sleep: (ms) => new Promise((resolve) => sleeps.push({ ms, end: resolve })),
  });
  return { shell: made, asked, sleeps, relay, caches };
}

/** As a browser asks for a page; a Request of mode "navigate" cannot be made by hand. */
function visit(path = ""): Request {
  return Object.defineProperty(new Request(SCOPE + path), "mode", { value: "navigate" });
}

const get = (path: string): Request => new Request(SCOPE + path);

const text = async (answer: Promise<Response> | undefined): Promise<string | undefined> =>
  (await answer)?.text();

describe("what the shell answers", () => {
  const { shell: made } = shell();

  it("is the page, under all its names", () => {
    expect(made.route(visit())).toBe("page");
    expect(made.route(visit("index.html?from=app"))).toBe("page");
  });

  it("is files of the build, and nothing that only looks like one", () => {
    expect(made.route(get(HASHED))).toBe("hashed");
    expect(made.route(get("icon-ok.svg"))).toBe("file");
    expect(made.route(get("assets/other-Ab12_-cd.js"))).toBe("network");
  });

  it.each([
    ["the relay's answers", get("api/boot")],
    ["its figures", visit("metrics")],
    ["its health", get("healthz")],
    ["calls", new Request(`${SCOPE}jumpstarter.v1.ExporterService/GetReport`, { method: "POST" })],
    ["a form's target", new Request(SCOPE, { method: "POST" })],
    ["another origin", new Request(`http://127.0.0.1:1/lab/${HASHED}`)],
    ["what is above the page", new Request("http://127.0.0.1:19090/icon-ok.svg")],
  ])("is never %s", (_, request) => {
    expect(made.route(request)).toBe("network");
    expect(made.answer(request)).toBeUndefined();
  });
});

describe("the page", () => {
  it("is the relay's while that answers, whatever it answers", async () => {
    const { shell: made, relay } = shell();
    await made.install();
    relay.answer = async () => new Response("newer", { status: 503 });
    expect(await text(made.answer(visit()))).toBe("newer");
  });

  it("is the stored one when the relay is gone, with its headers", async () => {
    const { shell: made, relay } = shell();
    relay.answer = async (url) => new Response(`stored: ${url}`, { headers: { "x-policy": "strict" } });
    await made.install();
    relay.answer = () => Promise.reject(new TypeError("Failed to fetch"));
    const answer = await made.answer(visit("?x"));
    expect(await answer?.text()).toBe(`stored: ${SCOPE}`);
    expect(answer?.headers.get("x-policy")).toBe("strict");
    expect(await text(made.answer(get("icon-ok.svg")))).toBe(`stored: ${SCOPE}icon-ok.svg`);
  });

  it("is the stored one when the relay says nothing for long", async () => {
    const { shell: made, relay, sleeps } = shell();
    await made.install();
    relay.answer = () => new Promise(() => {});
    const answer = text(made.answer(visit()));
    expect(sleeps.map(({ ms }) => ms)).toEqual([PAGE_WITHIN_MS]);
    sleeps[0]?.end();
    expect(await answer).toBe(`relay: ${SCOPE}`);
  });

  it("fails as without us while nothing is stored", async () => {
    const { shell: made, relay } = shell();
    relay.answer = () => Promise.reject(new TypeError("Failed to fetch"));
    await expect(made.answer(visit())).rejects.toThrow("Failed to fetch");
  });
});

describe("hashed files", () => {
  it("are not asked for again", async () => {
    const { shell: made, asked } = shell();
    await made.install();
    const before = asked.length;
    expect(await text(made.answer(get(HASHED)))).toBe(`relay: ${SCOPE}${HASHED}`);
    expect(asked).toHaveLength(before);
  });

  it("come from the relay when the browser has thrown them away", async () => {
    const { shell: made, asked } = shell();
    expect(await text(made.answer(get(HASHED)))).toBe(`relay: ${SCOPE}${HASHED}`);
    expect(asked).toEqual([SCOPE + HASHED]);
  });
});

describe("install()", () => {
  it("is whole or not at all", async () => {
    const { shell: made, relay } = shell();
    relay.answer = async (url) => new Response("", { status: url.endsWith(".svg") ? 404 : 200 });
    await expect(made.install()).rejects.toThrow("icon-ok.svg is not to be had: HTTP 404");
  });

  it("leaves out what is too much, the last first", async () => {
    const files = ["", "assets/a-12345678.js", "assets/b-12345678.js", "assets/c-12345678.js"];
    const { shell: made, relay, asked } = shell({ files });
    const large = new Uint8Array(10 * 1024 * 1024);
    relay.answer = async () => new Response(large);
    await made.install();
    expect(asked).not.toContain(`${SCOPE}assets/c-12345678.js`);
  });
});

describe("tidy()", () => {
  it("throws away other builds, and nothing that is not ours", async () => {
    const caches = new Caches();
    await shell({ version: "1" }, caches).shell.install();
    await caches.open("somebody else's");
    const next = shell({ version: "2" }, caches).shell;
    await next.install();
    await next.tidy();
    expect(await caches.keys()).toEqual(["somebody else's", "jumptab-shell-2"]);
  });
});
