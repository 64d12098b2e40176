import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BENCH_KEY_HEADER } from "../proto/boot.ts";
import { openBench, uuidFromText } from "./bench.ts";
import { clientEndpoint, tellEverybody } from "./boot.ts";
import { VERSION } from "./relay.ts";
import { safePath } from "./static-files.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { startTestRelay } from "./testing/start-test-relay.ts";
import { StartError } from "./usage-error.ts";

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "jumptab-bench-test-"));
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  const asked = request({ port, path, headers, method, agent: false });
  asked.end();
  const [response] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

describe("the page's files", () => {
  it("come with types, caching and the headers that protect them", async () => {
    await using test = await startTestRelay();
    mkdirSync(join(test.directory, "assets"));
    writeFileSync(join(test.directory, "assets/main-Ab3_x9Zq.js"), "export {};");
    const index = await get(test.port, "/");
    expect(index).toMatchObject({ status: 200, body: expect.stringContaining("jumptab") });
    expect(index.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(index.headers["permissions-policy"]).toContain("serial=(self)");
    expect(index.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    const script = await get(test.port, "/assets/main-Ab3_x9Zq.js?x");
    expect(script.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(script.headers["cache-control"]).toContain("immutable");
  });

  it("may speak to their relay alone, but for the exporter's worker, which gets files by URL", async () => {
    await using test = await startTestRelay();
    mkdirSync(join(test.directory, "assets"));
    const names = ["worker-CflOOoCo.js", "script-worker-CflOOoCo.js", "index-CflOOoCo.js", "worker.js"];
    const sources: Record<string, string | undefined> = {};
    for (const name of names) {
      writeFileSync(join(test.directory, "assets", name), "export {};");
      const { headers } = await get(test.port, `/assets/${name}`);
      sources[name] = /connect-src ([^;]*)/.exec(String(headers["content-security-policy"]))?.[1];
    }
    const own = "'self' ws: wss:";
    expect(sources).toEqual({
      "worker-CflOOoCo.js": `${own} https:`,
      "script-worker-CflOOoCo.js": own,
      "index-CflOOoCo.js": own,
      "worker.js": own,
    });
    expect((await get(test.port, "/")).headers["content-security-policy"]).toContain(`connect-src ${own};`);
  });

  it("can be those of an app: its manifest, its icons, and a service worker that is asked for anew each time", async () => {
    await using test = await startTestRelay();
    for (const [name, type] of [
      ["app.webmanifest", "application/manifest+json"],
      ["icon-192.png", "image/png"],
      ["sw.js", "text/javascript; charset=utf-8"],
    ] as const) {
      writeFileSync(join(test.directory, name), "x");
      const { headers } = await get(test.port, `/${name}`);
      expect(headers).toMatchObject({ "content-type": type, "cache-control": "no-cache" });
    }
    const policy = String((await get(test.port, "/")).headers["content-security-policy"]);
    expect(policy).toContain("manifest-src 'self';");
    expect(policy).toContain("worker-src 'self' blob:;");
  });

  it("are not sent again to who has them, and not at all for HEAD", async () => {
    await using test = await startTestRelay();
    const { headers } = await get(test.port, "/");
    const again = await get(test.port, "/", { "if-none-match": headers.etag ?? "" });
    expect(again).toMatchObject({ status: 304, body: "" });
    const head = await get(test.port, "/", {}, "HEAD");
    expect(head.headers["content-length"]).toBe(headers["content-length"]);
    expect(head.body).toBe("");
    expect((await get(test.port, "/", {}, "DELETE")).status).toBe(405);
  });

  it("arrive whole over HTTP/2, also large ones", async () => {
    await using test = await startTestRelay();
    const large = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    writeFileSync(join(test.directory, "large.bin"), large);
    const client = new GrpcClient(test.origin);
    const { body, head } = await result(client.session.request({ ":path": "/large.bin" }));
    expect(head["content-length"]).toBe("3000000");
    expect(body.equals(large)).toBe(true);
    await client.close();
  });

  it("never come from outside the directory", async () => {
    await using test = await startTestRelay();
    writeFileSync(join(test.directory, ".secret"), "secret");
    symlinkSync("/etc", join(test.directory, "etc"));
    for (const path of [
      "/../etc/passwd",
      "/%2e%2e/etc/passwd",
      "/..%2fetc/passwd",
      "/etc/passwd",
      "/.secret",
      "/%",
      "/a\\b",
      "//etc/passwd",
      "/index.html%00",
      "/assets",
    ]) {
      expect((await get(test.port, path)).status, path).toBe(404);
    }
    expect(safePath("/")).toBe("index.html");
    expect(safePath("/a/b.js?x#y")).toBe("a/b.js");
    expect(safePath("nothing")).toBeUndefined();
  });

  it("say how to build them when they are missing", async () => {
    await using test = await startTestRelay({ pageDirectory: "/nonexistent/dist" });
    expect(await get(test.port, "/")).toMatchObject({
      status: 503,
      body: expect.stringContaining("npm run build"),
    });
  });

  it("are for those who know the relay by its own name", async () => {
    await using test = await startTestRelay({ allowHosts: ["Lab.example"] });
    expect((await get(test.port, "/", { host: "evil.example" })).status).toBe(421);
    expect((await get(test.port, "/healthz", { host: "evil.example" })).status).toBe(421);
    expect((await get(test.port, "/", { host: `lab.example:${test.port}` })).status).toBe(200);
  });
});

describe("GET /api/boot", () => {
  const yaml = "kind: ExporterConfig\nmetadata: {name: ü}\n";
  function benchFile(): string {
    const path = join(scratch, "bench.yaml");
    writeFileSync(path, yaml);
    return path;
  }

  it("tells everybody of the relay, and only the holder of the key of the bench", async () => {
    const path = benchFile();
    const file = openBench(path);
    await using test = await startTestRelay({ bench: { file, passphrase: "hush" }, unattended: true });
    const key = test.relay.pageFragment().replace("#bench=", "");
    const everybody = {
      version: expect.any(String),
      endpoint: `127.0.0.1:${test.port}`,
      insecure: true,
      attachTokenRequired: false,
      noAuth: false,
    };
    expect(JSON.parse((await get(test.port, "/api/boot")).body)).toEqual(everybody);
    expect(JSON.parse((await get(test.port, "/api/boot", { [BENCH_KEY_HEADER]: `${key}x` })).body)).toEqual(
      everybody,
    );
    const told = await get(test.port, "/api/boot", { [BENCH_KEY_HEADER]: key });
    expect(told.headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(told.body)).toEqual({
      ...everybody,
      bench: { id: file.id, yaml, unattended: true, files: {}, file: "bench.yaml", passphrase: "hush" },
    });
    test.relay.pageFragment({ newKey: true });
    expect(JSON.parse((await get(test.port, "/api/boot", { [BENCH_KEY_HEADER]: key })).body)).toEqual(
      everybody,
    );
    rmSync(path);
  });

  it("gives the file as it is now, and says when it is gone", async () => {
    const path = benchFile();
    await using test = await startTestRelay({ bench: { file: openBench(path) } });
    const headers = { [BENCH_KEY_HEADER]: test.relay.pageFragment().replace("#bench=", "") };
    writeFileSync(path, "edited: true\n");
    const { bench } = JSON.parse((await get(test.port, "/api/boot", headers)).body);
    expect(bench).toMatchObject({ yaml: "edited: true\n", unattended: false });
    expect(bench.passphrase).toBeUndefined();
    rmSync(path);
    expect(await get(test.port, "/api/boot", headers)).toMatchObject({
      status: 500,
      body: expect.stringContaining("cannot read bench.yaml any more: there is no such file"),
    });
  });

  it("is for pages of this relay only", async () => {
    await using test = await startTestRelay();
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      expect((await get(test.port, "/api/boot", headers as Record<string, string>)).status).toBe(403);
    }
    const own = { origin: test.origin, "sec-fetch-site": "same-origin" };
    expect((await get(test.port, "/api/boot", own)).status).toBe(200);
  });

  it("puts the attach token into the printed address, and does not tell it", async () => {
    await using test = await startTestRelay({ attachToken: "a b&c" });
    expect(test.relay.pageFragment()).toBe("#attach=a%20b%26c");
    const { body } = await get(test.port, "/api/boot");
    expect(JSON.parse(body)).toMatchObject({ attachTokenRequired: true });
    expect(body).not.toContain("a b&c");
  });

  it("names other addresses of its machine, where the relay listens on all of them", async () => {
    const eth0 = [
      { address: "192.168.7.20", family: "IPv4" as const, internal: false, netmask: "", mac: "", cidr: null },
    ];
    const networkInterfaces = () => ({ eth0 });
    await using test = await startTestRelay({ networkInterfaces });
    expect(JSON.parse((await get(test.port, "/api/boot")).body)).not.toHaveProperty("addresses");
    const options = { version: VERSION, insecure: true, attachTokenRequired: false, noAuth: false };
    const told = tellEverybody(
      "localhost:80",
      { ...options, networkInterfaces, covers: undefined },
      { host: "0.0.0.0", port: 19090 },
    );
    expect(told).toMatchObject({ endpoint: "localhost:19090", addresses: ["192.168.7.20:19090"] });
  });

  it("names the listener, or the reader's own host when that is every address", () => {
    expect(clientEndpoint("whatever:1", { host: "192.168.0.2", port: 5 })).toBe("192.168.0.2:5");
    expect(clientEndpoint("lab.example:80", { host: "0.0.0.0", port: 5 })).toBe("lab.example:5");
    expect(clientEndpoint("[fe80::1]:80", { host: "::", port: 5 })).toBe("[fe80::1]:5");
  });
});

describe("openBench()", () => {
  it("makes the id of the place, by RFC 9562", () => {
    // Checked against Python: uuid.uuid5(uuid.NAMESPACE_URL, "file:///lab/bench.yaml")
    expect(uuidFromText("/lab/bench.yaml")).toBe("cdd65f91-d610-5a0a-b53c-6594b198fd56");
  });

  it("says why a file cannot be read", () => {
    expect(() => openBench("/nonexistent.yaml")).toThrow(StartError);
    expect(() => openBench("/nonexistent.yaml")).toThrow("there is no such file");
    expect(() => openBench(tmpdir())).toThrow("it is a directory");
  });

  it("takes text in UTF-8 only, and not too much of it", () => {
    const path = join(scratch, "bench.yaml");
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
    expect(() => openBench(path)).toThrow("it is not text in UTF-8");
    writeFileSync(path, Buffer.alloc(1024 * 1024 + 1, 0x20));
    expect(() => openBench(path)).toThrow("1048576 are allowed");
  });
});

describe("/healthz", () => {
  it("counts what is open, and names nobody", async () => {
    await using test = await startTestRelay();
    await test.page({ name: "secret-board" });
    const { body } = await get(test.port, "/healthz");
    expect(JSON.parse(body)).toEqual({
      status: "ok",
      version: VERSION,
      uptimeSeconds: expect.any(Number),
      sockets: 2,
      http2Sessions: 0,
      tunnels: 1,
      fetches: 0,
      streams: 0,
      clientTunnels: 0,
      clientStreams: 0,
      calls: 0,
      waiting: 0,
      exporters: 1,
    });
  });
});
