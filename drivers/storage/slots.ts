/**
 * Named places that hold one image each, as a pretended board's partitions do.
 * Above: driver.ts. Below: drivers/base: images, and resources to and from clients.
 * An image stays in the browser as long as a slot holds it. A write that fails leaves what was there before.
 */

import type { DriverContext, Verification } from "../base/driver.ts";
import { DriverError } from "../base/error.ts";
import type { Image, ImageInfo } from "../base/image.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallOptions, WorkReport } from "../base/methods.ts";
import { receiveImage } from "../base/receive-image.ts";
import type { ResourceHandle } from "../base/resource.ts";

/** Partitions: a disk of today has at most 128, and each keeps an image in the browser. */
const MAX_SLOTS = 128;

/** Characters of a name: those of a GPT partition are 36; a page shows them. */
const MAX_NAME_LENGTH = 128;

export interface SlotsOptions {
  /** Called after each change, with what is in each slot. */
  show(slots: JsonObject): void;
  /** What is said of a slot that was never written. Undefined: it is empty. */
  readonly missing: ((name: string) => string) | undefined;
}

interface Held {
  readonly image: Image;
  /** Milliseconds since 1970. */
  readonly time: number;
}

type SlotsContext = Pick<DriverContext, "resources" | "storage" | "clock" | "log">;

export class Slots {
  readonly #context: SlotsContext;
  readonly #options: SlotsOptions;
  readonly #held = new Map<string, Held>();
  #disposed = false;

  constructor(context: SlotsContext, options: SlotsOptions) {
    this.#context = context;
    this.#options = options;
    this.#show();
  }

  async store(name: string, from: ResourceHandle, options: CallOptions): Promise<void> {
    const { clock, log } = this.#context;
    this.#checkName(name);
    const image = await receiveImage(this.#context, from, options);
    if (this.#disposed) {
      image[Symbol.dispose]();
      throw new DriverError("other", "the exporter was stopped meanwhile: start it and flash again");
    }
    this.#held.get(name)?.image[Symbol.dispose]();
    this.#held.set(name, { image, time: clock.now() });
    log.info(`${image.size} bytes stored in ${name}, sha256 ${image.sha256}`);
    this.#show();
  }

  async load(name: string, to: ResourceHandle, { signal, report }: CallOptions): Promise<void> {
    const image = this.#held.get(name)?.image;
    if (image === undefined && this.#options.missing !== undefined) {
      throw new DriverError("file-not-found", this.#options.missing(name));
    }
    const writable = await this.#context.resources.write(to, { signal });
    if (image === undefined) {
      await writable.close();
      return;
    }
    // It may be replaced while it is read: until then it has to stay.
    using held = (await this.#context.storage.images.open(image.sha256)) ?? gone(name);
    await held
      .stream()
      .pipeThrough(reportedAs("reading", held, report), { signal })
      .pipeTo(writable, { signal });
  }

  /** Read what is there and compare it with the image. */
  async verify(name: string, image: Image, { signal, report }: CallOptions): Promise<Verification> {
    const there = this.#held.get(name)?.image;
    if (there === undefined) return { matches: false, detail: `nothing was flashed to ${name} yet` };
    if (there.size !== image.size) {
      return {
        matches: false,
        detail: `${name} holds ${there.size} bytes, the image has ${image.size}`,
      };
    }
    using held = (await this.#context.storage.images.open(there.sha256)) ?? gone(name);
    const at = await firstDifference(
      held.stream().pipeThrough(reportedAs("verifying", held, report), { signal }),
      image.stream(),
    );
    return at === undefined
      ? { matches: true, detail: `all ${image.size} bytes of ${name} are those of the image` }
      : { matches: false, detail: `${name} differs from the image at byte ${at}` };
  }

  dispose(): void {
    this.#disposed = true;
    for (const { image } of this.#held.values()) image[Symbol.dispose]();
    this.#held.clear();
  }

  #checkName(name: string): void {
    if (name.length > MAX_NAME_LENGTH) {
      throw new DriverError(
        "invalid-argument",
        `the partition's name has ${name.length} characters, and at most ${MAX_NAME_LENGTH} are taken: choose a shorter one`,
      );
    }
    if (!this.#held.has(name) && this.#held.size >= MAX_SLOTS) {
      throw new DriverError(
        "invalid-argument",
        `there are ${MAX_SLOTS} partitions already, and no more: flash one of them`,
      );
    }
  }

  #show(): void {
    this.#options.show(
      Object.fromEntries(
        Array.from(this.#held, ([name, { image, time }]) => [
          name,
          { size: image.size, sha256: image.sha256, time },
        ]),
      ),
    );
  }
}

function gone(name: string): never {
  throw new DriverError(
    "file-not-found",
    `the browser no longer has what was flashed to ${name}: flash it again`,
  );
}

function reportedAs(
  phase: string,
  { size }: ImageInfo,
  report: WorkReport | undefined,
): TransformStream<Uint8Array, Uint8Array> {
  let done = 0;
  return new TransformStream({
    transform(chunk, controller) {
      done += chunk.length;
      report?.step({ phase, done, total: size });
      controller.enqueue(chunk);
    },
  });
}

/** Of two streams of the same length: where they differ first. */
async function firstDifference(
  a: ReadableStream<Uint8Array>,
  b: ReadableStream<Uint8Array>,
): Promise<number | undefined> {
  const other = b.getReader();
  let rest = new Uint8Array() as Uint8Array;
  let at = 0;
  try {
    for await (let chunk of a) {
      while (chunk.length > 0) {
        if (rest.length === 0) {
          const { done, value } = await other.read();
          if (done) return at;
          rest = value;
          continue;
        }
        const length = Math.min(chunk.length, rest.length);
        for (let index = 0; index < length; index += 1) {
          if (chunk[index] !== rest[index]) return at + index;
        }
        at += length;
        chunk = chunk.subarray(length);
        rest = rest.subarray(length);
      }
    }
    return undefined;
  } finally {
    await other.cancel();
  }
}
