import { describe, expect, it } from "vitest";
import { SessionCalls } from "./session-calls.ts";

describe("SessionCalls", () => {
  it("ends what runs, and not what comes after", async () => {
    const calls = new SessionCalls();
    const client = new AbortController();
    const first = calls.join(client.signal);
    const reason = new Error("the session has ended");
    calls.end(reason);
    const second = calls.join(client.signal);
    expect(first.signal.reason).toBe(reason);
    await expect(first.ended).rejects.toBe(reason);
    expect(second.signal.aborted).toBe(false);
    expect(calls.size).toBe(1);
  });

  it("ends a call with its client, also one whose client has gone before", () => {
    const calls = new SessionCalls();
    const client = new AbortController();
    const call = calls.join(client.signal);
    client.abort(new Error("gone"));
    expect(call.signal.aborted).toBe(true);
    expect(calls.join(client.signal).signal.aborted).toBe(true);
  });

  it("forgets a call that has left: neither its client nor the session ends it any more", () => {
    const calls = new SessionCalls();
    const client = new AbortController();
    const call = calls.join(client.signal);
    call.leave();
    expect(calls.size).toBe(0);
    client.abort();
    calls.end(new Error("over"));
    expect(call.signal.aborted).toBe(false);
  });
});
