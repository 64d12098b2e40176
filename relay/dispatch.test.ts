import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { createAddressLimits } from "./address-limits.ts";
import { Dispatch, type DispatchOptions } from "./dispatch.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { createLogger } from "./logging.ts";
import { GrpcClient, result } from "./testing/grpc-call.ts";
import { startTestRelay } from "./testing/start-test-relay.ts";

describe("the tunnel's address", () => {
  it("says what to do to who asks for it without a WebSocket, over HTTP/1.1 and HTTP/2", async () => {
    await using test = await startTestRelay();
    const asked = httpRequest(`${test.origin}/tunnel`, { agent: false }).end();
    const [response] = await once(asked, "response");
    expect([response.statusCode, response.headers.upgrade]).toEqual([426, "websocket"]);
    response.resume();
    const client = new GrpcClient(test.origin);
    const { head, body } = await result(client.session.request({ ":path": "/tunnel" }));
    expect(head[":status"]).toBe(501);
    expect(body.toString()).toContain("connect with a WebSocket, over HTTP/1.1");
    await client.close();
  });
});

it("one request that fails is cut and logged, and ends nothing else", () => {
  const lines: string[] = [];
  let aborted = 0;
  const options: Partial<DispatchOptions> = {
    limits: createAddressLimits(),
    log: createLogger({ level: "debug", format: "text", write: (line) => lines.push(line) }),
    noAuth: false,
    hostNames: [],
  };
  const exchange: Partial<HttpExchange> = {
    method: "GET",
    path: "/",
    authority: "of-somebody-else.example",
    header: () => undefined,
    respond: () => {
      throw new TypeError("a header is not allowed");
    },
    abort: () => {
      aborted += 1;
    },
  };
  const dispatch = new Dispatch(options as DispatchOptions);
  dispatch.request(exchange as HttpExchange);
  expect(aborted).toBe(1);
  expect(lines.join()).toMatch(/ERROR +a request failed.*a header is not allowed/);
});
