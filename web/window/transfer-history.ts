/**
 * The open bench's transfers that have ended, kept over reloads, and which of their images the browser still has.
 * Above: page.ts. Below: web/store/transfer-store.ts, image-files.ts.
 */

import type { ImageInfo } from "../../drivers/base/image.ts";
import type { TransferSnapshot } from "../messages.ts";
import { MAX_TRANSFERS_OF_BENCH, type TransferStore, transferKey } from "../store/transfer-store.ts";
import type { ImageFiles } from "./image-files.ts";

export interface TransferHistoryOptions {
  readonly store: TransferStore;
  readonly images: Pick<ImageFiles, "kept">;
  now(): number;
  /** `transfers` or `kept` has changed. */
  onChange(): void;
  /** What could not be kept or read. */
  onFailure(error: unknown): void;
}

/** A file that has come from a device: its name and content, which the transfer itself does not say. */
export interface Fetched {
  readonly path: readonly string[];
  readonly method: string;
  readonly name: string;
  readonly image: ImageInfo;
}

export class TransferHistory {
  readonly #options: TransferHistoryOptions;
  #bench: string | undefined;
  #transfers: readonly TransferSnapshot[] = [];
  #kept: ReadonlySet<string> = new Set();
  /** Those that ran when they were last heard of. */
  #running = new Map<string, TransferSnapshot>();
  /** Those that had ended by then: told again, they are no news, also when they have been forgotten. */
  #ended: ReadonlySet<string> = new Set();
  /** Files that came before their transfer was told to have ended. */
  #fetched: readonly Fetched[] = [];
  /** Writes to the store, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: TransferHistoryOptions) {
    this.#options = options;
  }

  /** Those that have ended, newest first. */
  get transfers(): readonly TransferSnapshot[] {
    return this.#transfers;
  }

  /** Images that the browser has, by their hash. */
  get kept(): ReadonlySet<string> {
    return this.#kept;
  }

  /** Another bench is in front, or none: its history is read. Resolves when all is as it was asked for. */
  follow(bench: string | undefined): Promise<void> {
    if (bench === this.#bench) return this.#turn;
    this.#bench = bench;
    this.#running.clear();
    this.#ended = new Set();
    this.#fetched = [];
    this.#set([]);
    if (bench === undefined) return this.#turn;
    return this.#inTurn(async () => {
      const before = await this.#options.store.list(bench);
      // Images first: an entry must not say for a moment that its image is gone.
      await this.#lookForImages().finally(() => {
        // What ended while it was read is newer.
        if (this.#bench === bench) this.#set(newestFirst([...this.#transfers, ...before]));
      });
    });
  }

  /** What the exporter says of its transfers now. */
  receive(transfers: readonly TransferSnapshot[]): void {
    const ended = transfers.filter(({ state }) => state !== "running").filter(isKept);
    const told = new Set(transfers.map(keyText));
    // An exporter that is stopped takes its transfers along without a word.
    const lost = [...this.#running.values()].filter(
      (transfer) => isKept(transfer) && !told.has(keyText(transfer)),
    );
    this.#running = new Map(
      transfers
        .filter(({ state }) => state === "running")
        .map((transfer) => [keyText(transfer), transfer] as const),
    );
    const news = ended.filter((transfer) => !this.#ended.has(keyText(transfer)));
    this.#ended = new Set(ended.map(keyText));
    const added = [...news, ...lost.map((transfer) => this.#stopped(transfer))];
    if (added.length > 0) this.#add(added.map((transfer) => this.#withFile(transfer)));
  }

  /** A file has come from a device: the history says which. */
  fetched(file: Fetched): void {
    const index = this.#transfers.findIndex((transfer) => isOf(file, transfer));
    const transfer = this.#transfers[index];
    if (transfer === undefined) this.#fetched = [...this.#fetched, file];
    else this.#add([withFile(transfer, file)]);
  }

  /** Take entries out. Rejects when the store does not. */
  async forget(transfers: readonly TransferSnapshot[]): Promise<void> {
    const bench = this.#bench;
    const gone = new Set(transfers.map(keyText));
    this.#set(this.#transfers.filter((transfer) => !gone.has(keyText(transfer))));
    if (bench === undefined) return;
    for (const transfer of transfers) await this.#options.store.delete(bench, transfer);
  }

  #stopped(transfer: TransferSnapshot): TransferSnapshot {
    return { ...transfer, state: "failed", endedAt: this.#options.now(), message: STOPPED };
  }

  #withFile(transfer: TransferSnapshot): TransferSnapshot {
    const file = this.#fetched.find((candidate) => isOf(candidate, transfer));
    if (file === undefined) return transfer;
    this.#fetched = this.#fetched.filter((other) => other !== file);
    return withFile(transfer, file);
  }

  #add(transfers: readonly TransferSnapshot[]): void {
    const bench = this.#bench;
    if (bench === undefined) return;
    // What has just been stored is there; whether it had to make room for the next one is looked up.
    this.#kept = new Set([...this.#kept, ...transfers.flatMap(({ image }) => image?.sha256 ?? [])]);
    this.#set(newestFirst([...transfers, ...this.#transfers]));
    void this.#inTurn(async () => {
      for (const transfer of transfers) await this.#options.store.put(bench, transfer);
      await this.#lookForImages();
    });
  }

  /** Images come and go with transfers: the oldest make room for new ones. */
  async #lookForImages(): Promise<void> {
    this.#kept = await this.#options.images.kept();
    this.#options.onChange();
  }

  #set(transfers: readonly TransferSnapshot[]): void {
    this.#transfers = transfers;
    this.#options.onChange();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => this.#options.onFailure(error));
    return this.#turn;
  }
}

const STOPPED = "The exporter was stopped before it was done.";

/** To compare is work that runs as a transfer does, and moves nothing. */
function isKept({ method }: TransferSnapshot): boolean {
  return method !== "verify";
}

/** The same one twice is one: the one that comes first. */
function newestFirst(transfers: readonly TransferSnapshot[]): readonly TransferSnapshot[] {
  const byKey = new Map<string, TransferSnapshot>();
  for (const transfer of transfers) {
    if (!byKey.has(keyText(transfer))) byKey.set(keyText(transfer), transfer);
  }
  return [...byKey.values()]
    .sort((left, right) => right.startedAt - left.startedAt)
    .slice(0, MAX_TRANSFERS_OF_BENCH);
}

function keyText(transfer: TransferSnapshot): string {
  return transferKey(transfer).join(" ");
}

/** Whether the file came with this transfer, and it does not say so yet. */
function isOf({ path, method }: Fetched, transfer: TransferSnapshot): boolean {
  return (
    transfer.by === "page" &&
    transfer.direction === "from-device" &&
    transfer.state === "done" &&
    transfer.name === undefined &&
    transfer.method === method &&
    transfer.path.join("\0") === path.join("\0")
  );
}

function withFile(transfer: TransferSnapshot, { name, image }: Fetched): TransferSnapshot {
  return { ...transfer, name, image: { sha256: image.sha256, size: image.size } };
}
