import { Agent, request } from "node:http";
import { describe, expect, it } from "vitest";
import type { HeaderList } from "../proto/tunnel/index.ts";
import { ClientNames } from "./client-names.ts";
import { bystander, OTHER_ADDRESS } from "./testing/bystander.ts";
import { GrpcClient } from "./testing/grpc-call.ts";
import { startTestRelay } from "./testing/start-test-relay.ts";
import type { TestPage } from "./testing/test-page.ts";

const PATH = "/jumpstarter.v1.ExporterService/DriverCall";
const NAME = /^(\S+) ([0-9a-z]+)$/;

/** What the page was told of the callers, in order. */
function told(page: TestPage): (string | undefined)[] {
  return page.streams.map(({ request: { h } }) => valueIn(h, "x-jumptab-client"));
}

/** Undefined, too, when it is there twice. */
function valueIn(headers: HeaderList, name: string): string | undefined {
  const values = headers.filter(([each]) => each === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}

/** A call over HTTP/1.1; an agent keeps its connection for the next. */
function callHttp1(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/grpc-web+proto", "x-jumpstarter-passphrase": "secret" };
    const call = request(
      { host: "127.0.0.1", port, agent, path: PATH, method: "POST", headers },
      (response) => response.resume().once("end", resolve),
    );
    call.once("error", reject);
    call.end(Buffer.alloc(5));
  });
}

describe("the header that says who is calling", () => {
  it("names the client's address and its connection: the same for its calls, another for another one", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const [one, two, elsewhere] = [new GrpcClient(test.origin), new GrpcClient(test.origin), bystander(test)];
    for (const client of [one, one, two, elsewhere]) await client.call();
    const [first, again, second, far] = told(page);
    expect(first).toMatch(NAME);
    expect(NAME.exec(first ?? "")?.[1]).toBe("127.0.0.1");
    expect(again).toBe(first);
    expect(second).toMatch(NAME);
    expect(second).not.toBe(first);
    expect(NAME.exec(far ?? "")?.[1]).toBe(OTHER_ADDRESS);
    expect(new Set([first, second, far].map((name) => NAME.exec(name ?? "")?.[2])).size).toBe(3);
    for (const client of [one, two, elsewhere]) await client.close();
  });

  it("is there for calls over HTTP/1.1 as well", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const [kept, other] = [new Agent({ keepAlive: true, maxSockets: 1 }), new Agent()];
    await callHttp1(test.port, kept);
    await callHttp1(test.port, kept);
    await callHttp1(test.port, other);
    const [first, again, second] = told(page);
    expect(first).toMatch(NAME);
    expect(again).toBe(first);
    expect(second).toMatch(NAME);
    expect(second).not.toBe(first);
    kept.destroy();
    other.destroy();
  });

  it("is the relay's alone: what clients send under the relay's names does not arrive", async () => {
    await using test = await startTestRelay();
    const page = await test.page();
    const client = new GrpcClient(test.origin);
    const headers = {
      "x-jumpstarter-passphrase": "secret",
      "x-jumptab-client": "10.0.0.1 99",
      "x-jumptab-anything": "else",
      "x-jumpstarter-other": "stays",
      "x-forwarded-for": "10.0.0.1",
    };
    await client.call({ headers });
    const [name] = told(page);
    expect(name).toMatch(/^127\.0\.0\.1 /);
    const arrived = page.streams[0]?.request.h ?? [];
    expect(valueIn(arrived, "x-jumptab-anything")).toBeUndefined();
    expect(valueIn(arrived, "x-jumpstarter-other")).toBe("stays");
    await client.close();
  });
});

describe("ClientNames", () => {
  it("asks for a connection's address once, and counts in short texts", () => {
    const names = new ClientNames();
    const [one, two] = [{}, {}];
    expect(names.of(one, () => "::ffff:10.1.2.3")).toEqual({ address: "10.1.2.3", name: "10.1.2.3 1" });
    expect(names.of(two, () => "2001:db8:0:1::5").name).toBe("2001:db8:0:1::/64 2");
    const gone = () => {
      throw new Error("there is no socket any more");
    };
    expect(names.of(one, gone).name).toBe("10.1.2.3 1");
    for (let count = 0; count < 33; count += 1) names.of({}, () => undefined);
    expect(names.of({}, () => undefined).name).toBe("unknown 10");
  });
});
