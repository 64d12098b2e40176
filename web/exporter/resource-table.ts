/**
 * The files that are there for driver calls, by their handles, and which call has which.
 * Above: exporter.ts, router-service.ts, transfers.ts. Below: resource-stream.ts, page-file.ts, presigned-file.ts, claimed-file.ts.
 * Specification: Jumpstarter's resource handles.
 *
 * A handle is good for one call on the driver instance that it was opened for. The call claims the files that its arguments name
 * before the driver sees them, and ends them when it is over; so a driver cannot forget one, and two calls cannot share one.
 *
 * Python's exporter answers a handle that it does not know with UNKNOWN, and so do we: of NOT_FOUND its clients make
 * "the driver has no such method".
 */

import type { CommandFile } from "../../drivers/base/command.ts";
import { DriverError } from "../../drivers/base/error.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { ResourceHandle, ResourceOptions, Resources } from "../../drivers/base/resource.ts";
import { ClaimedFile, type FileEvents } from "./claimed-file.ts";
import type { Codecs } from "./codecs.ts";
import { CodingSlots } from "./coding-slots.ts";
import type { HttpTransfer } from "./http-transfer.ts";
import { PageFile } from "./page-file.ts";
import { PresignedFile } from "./presigned-file.ts";
import type { ResourceFile } from "./resource-file.ts";
import { ResourceStream, type ResourceStreamOptions } from "./resource-stream.ts";

/** 64 files that are open at once: before a driver reads one, the tunnel may hold a window of 512 KiB for it, so 32 MiB for all. */
export const MAX_OPEN_FILES = 64;

export interface ResourceTableOptions {
  readonly codecs: Codecs;
  readonly http: HttpTransfer;
}

/** A file that has a handle of its own. */
interface OpenFile {
  readonly file: ResourceFile;
  /** The instance that it was opened for. */
  readonly driver: string;
  /** A call has it, or has had it. */
  claimed: boolean;
  onClaimed(): void;
  /** The call that had it is over. */
  onEnded(): void;
}

export interface ClaimOptions {
  /** What the driver gets with the call. */
  readonly signal: AbortSignal;
  readonly events: FileEvents;
}

/** The files of one call, while it runs. */
export interface Claim {
  /** As the page or a URL names the first of them. */
  readonly name: string | undefined;
  /**
   * The call has succeeded.
   *
   * @throws DriverError when one of its files is not complete: then the call has not.
   */
  complete(): void;
  /** The call has failed. */
  fail(error: unknown): void;
}

export class ResourceTable {
  readonly #options: ResourceTableOptions;
  readonly #coding = new CodingSlots();
  readonly #open = new Map<string, OpenFile>();
  /** By instance. */
  readonly #claims = new Map<string, Set<Claimed>>();

  constructor(options: ResourceTableOptions) {
    this.#options = options;
  }

  /** Files that have a handle now. */
  get size(): number {
    return this.#open.size;
  }

  /** Why no more files can be opened now: one sentence. */
  get refusal(): string | undefined {
    if (this.#open.size < MAX_OPEN_FILES) return undefined;
    return `${MAX_OPEN_FILES} files are open for calls, and no more can be: end calls and streams that nobody needs`;
  }

  /**
   * A stream with a client's file, for one call on the instance. Its handle is good until it is closed.
   *
   * @throws DriverError when there is a refusal.
   */
  openStream(driver: string, options: Pick<ResourceStreamOptions, "frames" | "clock">): ResourceStream {
    const uuid = this.#newHandle();
    const stream = new ResourceStream({ ...options, uuid, onOver: () => void this.#open.delete(uuid) });
    this.#open.set(uuid, {
      file: stream,
      driver,
      claimed: false,
      onClaimed: () => stream.claim(),
      onEnded: () => undefined, // it is known as used for as long as its stream is open
    });
    return stream;
  }

  /**
   * A file of the page's own, as a handle for one call on the instance. Its streams are ended in every case.
   *
   * @throws DriverError when there is a refusal, or the signal's reason.
   */
  add(driver: string, file: CommandFile, { signal }: { signal: AbortSignal }): JsonValue {
    const pageFile = new PageFile(file);
    let uuid: string;
    try {
      signal.throwIfAborted();
      uuid = this.#newHandle();
    } catch (error) {
      pageFile.fail(error);
      throw error;
    }
    const over = new AbortController();
    const end = (): void => {
      over.abort();
      this.#open.delete(uuid);
    };
    signal.addEventListener(
      "abort",
      () => {
        end();
        pageFile.fail(signal.reason);
      },
      { once: true, signal: over.signal },
    );
    this.#open.set(uuid, {
      file: pageFile,
      driver,
      claimed: false,
      onClaimed: () => undefined,
      onEnded: end,
    });
    return { kind: "client_stream", uuid, x_jmp_content_encoding: file.encoding };
  }

  /**
   * Give the files that the arguments name to a call on the instance. They end with it, and as soon as nobody wants it any more.
   *
   * @throws DriverError when another call has one of them.
   */
  claim(driver: string, handles: readonly ResourceHandle[], { signal, events }: ClaimOptions): Claim {
    const { codecs, http } = this.#options;
    const tools = { codecs, coding: this.#coding, events };
    const opened = new Set<OpenFile>();
    const files: ClaimedFile[] = [];
    for (const handle of handles) {
      if (handle.kind === "presigned_request") {
        const file = new PresignedFile(handle, http);
        files.push(new ClaimedFile({ key: keyOf(handle), file, encoding: null, ...tools }));
        continue;
      }
      const open = this.#open.get(handle.uuid.toLowerCase());
      // A handle that is not good is told of when the driver uses it: in another place it may be any JSON.
      if (open === undefined || open.driver !== driver || opened.has(open)) continue;
      if (open.claimed) throw usedTwice();
      opened.add(open);
      const encoding = handle.x_jmp_content_encoding || null;
      files.push(new ClaimedFile({ key: keyOf(handle), file: open.file, encoding, ...tools }));
    }
    for (const open of opened) {
      open.claimed = true;
      open.onClaimed();
    }
    const claimed: Claimed = { files, signal };
    const ofDriver = this.#claims.get(driver) ?? new Set();
    this.#claims.set(driver, ofDriver.add(claimed));
    let over = false;
    const end = (how: (file: ClaimedFile) => void): void => {
      if (over) return;
      over = true;
      signal.removeEventListener("abort", onAbort);
      ofDriver.delete(claimed);
      for (const file of files) how(file);
      for (const open of opened) open.onEnded();
    };
    const fail = (error: unknown): void => end((file) => file.fail(error));
    // Not only when the driver is done: clients end the files of calls that they give up as they end whole ones.
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    return {
      name: files.find((file) => file.name !== undefined)?.name,
      complete: () => {
        for (const file of files) file.requireComplete();
        end((file) => file.complete());
      },
      fail,
    };
  }

  /** What the driver instance gets to work with. */
  resourcesOf(driver: string): Resources {
    return {
      read: async (handle, options) => this.#claimed(driver, handle, options).read(options),
      write: async (handle, options) => this.#claimed(driver, handle, options).write(options),
    };
  }

  #claimed(driver: string, handle: ResourceHandle, { signal }: ResourceOptions): ClaimedFile {
    const key = keyOf(handle);
    const claims = [...(this.#claims.get(driver) ?? [])];
    // Two calls may name the same URL: each gets its own.
    claims.sort((a, b) => Number(b.signal === signal) - Number(a.signal === signal));
    const files = claims.flatMap((claim) => claim.files).filter((file) => file.key === key);
    const unused = files.find((file) => !file.used);
    if (unused !== undefined) return unused;
    if (files.length > 0) throw usedTwice();
    const open = handle.kind === "client_stream" ? this.#open.get(handle.uuid.toLowerCase()) : undefined;
    if (open !== undefined && open.driver !== driver) {
      throw new DriverError(
        "other",
        "the file was opened for another driver: open its stream for the driver that is called",
      );
    }
    throw new DriverError(
      "other",
      "the file's handle is unknown: it was never opened, or its stream has ended; open one, and keep it open during the call",
    );
  }

  #newHandle(): string {
    const { refusal } = this;
    if (refusal !== undefined) throw new DriverError("other", refusal);
    return crypto.randomUUID();
  }
}

interface Claimed {
  readonly signal: AbortSignal;
  readonly files: readonly ClaimedFile[];
}

function keyOf(handle: ResourceHandle): string {
  return handle.kind === "client_stream" ? handle.uuid.toLowerCase() : `${handle.method} ${handle.url}`;
}

function usedTwice(): DriverError {
  return new DriverError(
    "other",
    "the file was used already: a handle is good for one call, so open another stream",
  );
}
