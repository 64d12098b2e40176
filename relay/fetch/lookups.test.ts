import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { MAX_FETCH_LOOKUPS } from "../limits.ts";
import { Lookups, systemResolve } from "./lookups.ts";

const HERE: readonly LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];

/** A resolver that answers when it is told to. */
function byHand() {
  const asked: { host: string; answer(): void; fail(error: Error): void }[] = [];
  const resolve = (host: string): Promise<readonly LookupAddress[]> => {
    const { promise, resolve: settle, reject } = Promise.withResolvers<readonly LookupAddress[]>();
    asked.push({ host, answer: () => settle(HERE), fail: reject });
    return promise;
  };
  return { asked, lookups: new Lookups(resolve) };
}

const patient = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

describe("addressesOf()", () => {
  it("asks nobody for an address", async () => {
    const { asked, lookups } = byHand();
    expect(await lookups.addressesOf("10.0.0.5", patient())).toEqual([{ address: "10.0.0.5", family: 4 }]);
    expect(await lookups.addressesOf("::1", patient())).toEqual([{ address: "::1", family: 6 }]);
    expect(asked).toEqual([]);
  });

  it("knows this computer by the system's resolver", async () => {
    const addresses = await new Lookups(systemResolve).addressesOf("localhost", patient());
    expect(addresses.map(({ address }) => address)).toContainEqual(
      expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
    );
  });

  it("asks for few names at once, the others in turn, also after a failure", async () => {
    const { asked, lookups } = byHand();
    const names = ["a", "b", "c", "d"];
    const found = names.map((name) => lookups.addressesOf(name, patient()));
    expect(asked.map(({ host }) => host)).toEqual(names.slice(0, MAX_FETCH_LOOKUPS));
    const failed = expect(found[0]).rejects.toThrow("no such name");
    asked[0]?.fail(new Error("no such name"));
    await failed;
    asked[1]?.answer();
    await found[1];
    await expect.poll(() => asked.length).toBe(4);
    asked[2]?.answer();
    asked[3]?.answer();
    expect(await Promise.all(found.slice(1))).toEqual([HERE, HERE, HERE]);
  });

  it("does not wait for a name longer than it is wanted, and keeps the resolver's place until it is done", async () => {
    const { asked, lookups } = byHand();
    const leaving = new AbortController();
    const slow = ["a", "b"].map((name) => lookups.addressesOf(name, { signal: leaving.signal }));
    const waiting = lookups.addressesOf("c", { signal: leaving.signal });
    const patiently = lookups.addressesOf("d", patient());
    const all = Promise.allSettled([...slow, waiting]);
    leaving.abort(new Error("gone"));
    for (const each of await all)
      expect(each).toMatchObject({ status: "rejected", reason: { message: "gone" } });
    expect(asked.map(({ host }) => host)).toEqual(["a", "b"]);
    asked[0]?.answer();
    await expect.poll(() => asked.length).toBe(3);
    asked[2]?.answer();
    expect(await patiently).toEqual(HERE);
    await expect(lookups.addressesOf("e", { signal: leaving.signal })).rejects.toThrow("gone");
  });
});
