/**
 * What the page itself asks of a running exporter: driver calls, byte streams and a shell. It is never locked out.
 * Above: exporter-host.ts. Below: web/exporter, stream-bridge.ts, shell-bridge.ts.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { messageOf } from "../../drivers/base/dom-error.ts";
import type { Images } from "../../drivers/base/image.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { Exporter, ScriptRunner } from "../exporter/index.ts";
import type { Around, ToWorker } from "../messages.ts";
import { fileStream } from "./file-stream.ts";
import { pageCommands } from "./page-commands.ts";
import { bridgeShell } from "./shell-bridge.ts";
import { bridgeStream } from "./stream-bridge.ts";

/** 1000 items: the window's own streaming calls are readings to show, not data to keep. */
export const MAX_STREAMING_ITEMS = 1000;

/** 4 shells: each is a worker with an interpreter; a page shows one. */
export const MAX_SHELLS = 4;

export type PageRequest = Extract<
  ToWorker,
  {
    kind:
      | "call"
      | "streaming-call"
      | "open-stream"
      | "open-shell"
      | "send-file"
      | "fetch-file"
      | "cancel-transfer"
      | "verify"
      | "create-share"
      | "revoke-share"
      | "seat";
  }
>;

type Request<Kind extends PageRequest["kind"]> = Extract<PageRequest, { kind: Kind }>;

export interface PageRequestsOptions {
  readonly exporter: Exporter;
  readonly scripts: ScriptRunner;
  readonly clock: Clock;
  readonly images: Images;
  /** Clients need no passphrase: a link would keep nobody out. */
  readonly noAuth: boolean;
  /** Aborted when the exporter is stopped. */
  readonly signal: AbortSignal;
}

export class PageRequests {
  readonly #options: PageRequestsOptions;
  #shells = 0;

  constructor(options: PageRequestsOptions) {
    this.#options = options;
  }

  /** Rejects as a client's call would. */
  async answer(request: PageRequest): Promise<JsonValue> {
    const { exporter, signal } = this.#options;
    switch (request.kind) {
      case "call":
        return exporter.call(request.path, request.method, request.args, signal);
      case "streaming-call": {
        const items: JsonValue[] = [];
        for await (const item of exporter.streamingCall(request.path, request.method, request.args, signal)) {
          items.push(item);
          if (items.length >= MAX_STREAMING_ITEMS) break;
        }
        return items;
      }
      case "open-stream":
        await bridgeStream(exporter.stream(request.path, request.method), request.port, { signal });
        return null;
      case "open-shell":
        await this.#openShell(request.port);
        return null;
      case "send-file":
        return this.#sendFile(request);
      case "fetch-file":
        return this.#fetchFile(request);
      case "cancel-transfer":
        exporter.cancelTransfer(request.transfer);
        return null;
      case "verify":
        return this.#verify(request);
      case "create-share":
        return this.#createShare(request);
      case "revoke-share":
        exporter.sharing.revoke(request.share, { forget: request.forget ?? false });
        return null;
      case "seat":
        this.#seat(request);
        return null;
    }
  }

  async #createShare(request: Request<"create-share">): Promise<JsonValue> {
    if (this.#options.noAuth) {
      throw new Error(
        "everybody who reaches this relay may drive (--unsafe-no-auth): a link would keep nobody out",
      );
    }
    // A Share, as the window takes it.
    return (await this.#options.exporter.sharing.create(request)) as unknown as JsonValue;
  }

  #seat(request: Request<"seat">): void {
    const { seat } = this.#options.exporter.sharing;
    switch (request.action) {
      case "take":
        seat.take("board");
        break;
      case "free":
        seat.leave("board");
        break;
      case "grant":
        seat.grant("board", request.share);
        break;
      case "refuse":
        seat.refuse("board", request.share);
        break;
    }
  }

  async #sendFile({ path, method, args, file, encoding, around }: Request<"send-file">): Promise<JsonValue> {
    const { exporter, images, signal } = this.#options;
    using image = "sha256" in file ? await images.open(file.sha256) : undefined;
    const content =
      "sha256" in file
        ? image && { size: image.size, readable: image.stream() }
        : { size: file.size, readable: fileStream(file) };
    if (content === undefined) {
      throw new Error(`the browser no longer has ${file.name}: choose the file again`);
    }
    const name = encoding === null ? file.name : unpackedName(file.name);
    // Awaited: the image may not be evicted before the driver has read it.
    return await this.#within(path, around, () => {
      const handle = exporter.resource(path, { direction: "to-driver", ...content, name, encoding }, signal);
      return exporter.call(path, method, [handle, ...args], signal);
    });
  }

  async #fetchFile({ path, method, args, around }: Request<"fetch-file">): Promise<JsonValue> {
    const { exporter, images, signal } = this.#options;
    return this.#within(path, around, async () => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const handle = exporter.resource(path, { direction: "from-driver", writable, encoding: null }, signal);
      const received = images.receive(readable, { signal });
      received.catch(() => undefined); // it is looked at behind the call
      try {
        await exporter.call(path, method, [handle, ...args], signal);
      } catch (error) {
        // The call's own failure is the one to tell, and what came of it is nobody's.
        received.then(
          (image) => image[Symbol.dispose](),
          () => undefined,
        );
        throw error;
      }
      using image = await received;
      return { sha256: image.sha256, size: image.size };
    });
  }

  /** Work between two calls: the second comes in every outcome of it, also when the exporter stops. */
  async #within<T>(path: readonly string[], around: Around | undefined, work: () => Promise<T>): Promise<T> {
    const { exporter, signal } = this.#options;
    if (around === undefined) return work();
    const back = (): Promise<JsonValue> =>
      exporter.call(path, around.after, [], new AbortController().signal);
    await exporter.call(path, around.before, [], signal);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await back().catch((second: unknown) => {
        throw new Error(`${messageOf(error)}; and ${around.after} did not work: ${messageOf(second)}`, {
          cause: error,
        });
      });
      throw error;
    }
    await back();
    return result;
  }

  async #verify({ path, sha256, target }: Request<"verify">): Promise<JsonValue> {
    const { exporter, images, signal } = this.#options;
    using image = await images.open(sha256);
    if (image === undefined) throw new Error("the browser no longer has this image: choose the file again");
    const { matches, detail } = await exporter.verify(path, image, target, signal);
    return { matches, detail };
  }

  async #openShell(port: MessagePort): Promise<void> {
    if (this.#shells >= MAX_SHELLS) {
      throw new Error(`${MAX_SHELLS} shells are open, each with an interpreter of its own: close one`);
    }
    const { exporter, scripts, clock, signal } = this.#options;
    this.#shells += 1;
    await bridgeShell({
      scripts,
      commands: pageCommands(exporter, clock),
      port,
      signal,
      onClosed: () => {
        this.#shells -= 1;
      },
    });
  }
}

/** What is in `disk.img.gz` is `disk.img`. */
function unpackedName(name: string): string {
  return name.replace(/(?<=.)\.(?:gz|xz|bz2|zst)$/i, "");
}
