import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../testing/test-context.ts";
import type { ImageInfo } from "./image.ts";
import type { WorkStep } from "./methods.ts";
import { receiveImage } from "./receive-image.ts";
import { type ResourceHandle, resourceArgument } from "./resource.ts";

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index);

const handleTo = ({ resources }: TestContext): ResourceHandle =>
  parse(resourceArgument, resources.toDriver(bytes));

function listen() {
  const steps: WorkStep[] = [];
  const images: ImageInfo[] = [];
  const report = {
    step: (step: WorkStep) => void steps.push(step),
    image: (image: ImageInfo) => void images.push(image),
  };
  return { steps, images, options: { signal: new AbortController().signal, report } };
}

describe("receiving an image", () => {
  it("tells how much has come, and then what it was", async () => {
    const context = createTestContext();
    const { steps, images, options } = listen();
    using image = await receiveImage(context, handleTo(context), options);
    expect(await image.bytes()).toEqual(bytes);
    expect(steps.at(-1)).toMatchObject({ phase: "receiving", done: 1000 });
    expect(images).toEqual([image]);
  });

  it("takes as much as the device holds, and not a byte more; what is refused is no image", async () => {
    const context = createTestContext();
    const { images, options } = listen();
    const receive = (maxBytes: number) => receiveImage(context, handleTo(context), { ...options, maxBytes });
    await expect(receive(999)).rejects.toMatchObject({ code: "invalid-argument" });
    expect(images).toEqual([]);
    using image = await receive(1000);
    expect(image.size).toBe(1000);
  });

  it("ends with the caller", async () => {
    const context = createTestContext();
    const { images, options } = listen();
    const signal = AbortSignal.abort(new Error("the client has gone"));
    await expect(receiveImage(context, handleTo(context), { ...options, signal })).rejects.toThrow(
      "the client has gone",
    );
    expect(images).toEqual([]);
  });
});
