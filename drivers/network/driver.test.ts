import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import { settle } from "../testing/manual-clock.ts";
import { StreamClient } from "../testing/stream-client.ts";
import { createTestContext } from "../testing/test-context.ts";
import { definition } from "./driver.ts";

const echo = async () => {
  const driver = await definition.create(createTestContext(), parse(definition.config, {}));
  return { driver, client: await StreamClient.open(driver) };
};

describe("EchoNetwork", () => {
  it("gives back the very chunks it was given", async () => {
    const { client } = await echo();
    const large = new Uint8Array(100);
    const view = large.subarray(10, 20);
    await client.write(view);
    await client.write(Uint8Array.of(1));
    expect(await client.chunk()).toBe(view);
    expect(await client.chunk()).toEqual(Uint8Array.of(1));
  });

  it("ends after the echo when the client has ended", async () => {
    const { client } = await echo();
    await client.write("last words");
    await client.end();
    expect(await client.until("words")).toBe("last words");
    expect(await client.chunk()).toBeUndefined();
  });

  it("holds a writer back that does not read, at 32 chunks", async () => {
    const { client } = await echo();
    let written = 0;
    const writes = Array.from({ length: 40 }, (_, n) =>
      client.write(Uint8Array.of(n)).then(() => {
        written += 1;
      }),
    );
    await settle();
    expect(written).toBe(31);
    expect(await client.bytes(40)).toEqual(Uint8Array.from({ length: 40 }, (_, n) => n));
    await Promise.all(writes);
  });

  it("lets a client go that neither reads nor waits", async () => {
    const { client } = await echo();
    const writes = Array.from({ length: 40 }, (_, n) => client.write(Uint8Array.of(n)));
    await client.vanish();
    await Promise.all(writes);
  });

  it("keeps its connections apart", async () => {
    const { driver, client } = await echo();
    const other = await StreamClient.open(driver);
    await client.write("a");
    await other.write("b");
    expect(await client.until("a")).toBe("a");
    expect(await other.until("b")).toBe("b");
  });
});
