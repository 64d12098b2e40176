import { describe, expect, it } from "vitest";
import { fillCode } from "./factory.ts";
import { FlashMemory } from "./flash-memory.ts";
import { APP_OFFSET, buildApp, buildImage, readImage } from "./image.ts";

const flashWith = (image: Uint8Array) => {
  const flash = new FlashMemory(2 ** 20);
  flash.load(APP_OFFSET, image);
  return flash;
};

describe("an image", () => {
  it("is read from flash as it was built", () => {
    const segments = [
      { address: 0x3fff_0000, data: fillCode(100, 1) },
      { address: 0x4008_0000, data: fillCode(9, 2) },
    ];
    const built = buildImage({ chipId: 5, entry: 0x4008_0004, segments });
    expect(built.length % 16).toBe(0);
    const image = readImage(flashWith(built), APP_OFFSET);
    expect(image).toEqual({
      chipId: 5,
      entry: 0x4008_0004,
      segments,
      bytes: built,
      checksumFits: true,
      app: undefined,
    });
  });

  it("says what the application is called", () => {
    const built = buildApp({ chipId: 0, project: "blink", version: "2.1", code: fillCode(5000, 3) });
    expect(readImage(flashWith(built), APP_OFFSET)?.app).toEqual({ project: "blink", version: "2.1" });
  });

  it("is found out when a byte of it is another", () => {
    const built = buildApp({ chipId: 0, project: "blink", version: "2.1", code: fillCode(5000, 3) });
    built[3000] = (built[3000] ?? 0) ^ 1;
    expect(readImage(flashWith(built), APP_OFFSET)?.checksumFits).toBe(false);
  });

  it("is none without its magic byte, without segments, or when it would end behind the flash", () => {
    const built = buildApp({ chipId: 0, project: "blink", version: "2.1", code: fillCode(5000, 3) });
    expect(readImage(new FlashMemory(2 ** 20), APP_OFFSET)).toBeUndefined();
    expect(readImage(flashWith(Uint8Array.of(0xe9, 0)), APP_OFFSET)).toBeUndefined();
    const flash = new FlashMemory(2 ** 20);
    flash.load(2 ** 20 - 4096, built.subarray(0, 4096));
    expect(readImage(flash, 2 ** 20 - 4096)).toBeUndefined();
  });
});
