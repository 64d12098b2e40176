/**
 * Driver calls that files go with: each has its files while it runs and ends them after it, and the page sees how far it is.
 * Above: services.ts, exporter.ts (the page's own calls and those of hooks). Below: transfer.ts, resource-table.ts.
 * Specification: Jumpstarter's resource handles.
 */

import type { JsonValue } from "../../drivers/base/json.ts";
import type { CallOptions } from "../../drivers/base/methods.ts";
import type { ResourceHandle } from "../../drivers/base/resource.ts";
import type { TransferSnapshot } from "../messages.ts";
import type { DriverInstance } from "./driver-instance.ts";
import { handlesIn } from "./handles-in.ts";
import type { Claim, ResourceTable } from "./resource-table.ts";
import { Transfer, type TransferOptions, type TransferWork } from "./transfer.ts";
import { untilAborted } from "./until-aborted.ts";

/** 50 transfers that have ended: a page shows a few of them, and keeps elsewhere what it wants for longer. */
export const MAX_TRANSFERS = 50;

export interface TransfersOptions extends TransferOptions {
  readonly resources: ResourceTable;
}

/** A driver call, before it runs. */
export interface TransferCall {
  readonly instance: DriverInstance;
  readonly method: string;
  readonly args: readonly JsonValue[];
  readonly by: TransferSnapshot["by"];
  /** Aborted when whoever calls has gone, and when the session ends. */
  readonly signal: AbortSignal;
}

export class Transfers {
  readonly #options: TransfersOptions;
  /** Oldest first. */
  #transfers: Transfer[] = [];

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** Newest first: all that run, and the last MAX_TRANSFERS that have ended. */
  get snapshots(): readonly TransferSnapshot[] {
    return this.#transfers.map((transfer) => transfer.snapshot).reverse();
  }

  /** Its call fails with a sentence that says so. One that has ended stays as it is. */
  cancel(id: string): void {
    this.#transfers.find((transfer) => transfer.id === id)?.cancel();
  }

  /** Run a call, with the files that its arguments name. When it settles they have ended, in every outcome. */
  async call<T>(call: TransferCall, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const handles = handlesIn(call.args);
    if (handles.length === 0) return run({ signal: call.signal });
    return this.work(workOf(call, handles), async (_, transfer) => {
      const claim = this.#claim(transfer, call, handles);
      try {
        const result = await Promise.race([run(transfer.options), transfer.cancelled]);
        claim.complete();
        return result;
      } catch (error) {
        claim.fail(error);
        throw error;
      }
    });
  }

  /** The same for a streaming call, which has ended well also when its reader leaves it. */
  async *streamingCall<T>(
    call: TransferCall,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const handles = handlesIn(call.args);
    if (handles.length === 0) {
      yield* run({ signal: call.signal });
      return;
    }
    const transfer = this.#begin(workOf(call, handles));
    let claim: Claim | undefined;
    try {
      claim = this.#claim(transfer, call, handles);
      yield* untilAborted(run(transfer.options), transfer.options);
      claim.complete();
      this.#done(transfer);
    } catch (error) {
      claim?.fail(error);
      this.#failed(transfer, error);
      throw error;
    } finally {
      if (transfer.running) this.#left(transfer, claim);
    }
  }

  /** Show work that has no files: it can be cancelled, and says how far it is. */
  async work<T>(
    work: TransferWork,
    run: (options: CallOptions, transfer: Transfer) => Promise<T>,
  ): Promise<T> {
    const transfer = this.#begin(work);
    try {
      const result = await Promise.race([run(transfer.options, transfer), transfer.cancelled]);
      this.#done(transfer);
      return result;
    } catch (error) {
      this.#failed(transfer, error);
      throw error;
    }
  }

  #begin(work: TransferWork): Transfer {
    const transfer = new Transfer(work, this.#options);
    this.#transfers.push(transfer);
    this.#options.onChange();
    return transfer;
  }

  #claim(transfer: Transfer, { instance }: TransferCall, handles: readonly ResourceHandle[]): Claim {
    const claim = this.#options.resources.claim(instance.uuid, handles, {
      signal: transfer.options.signal,
      events: transfer,
    });
    transfer.named(claim.name);
    return claim;
  }

  /** The reader of a streaming call has left it. */
  #left(transfer: Transfer, claim: Claim | undefined): void {
    try {
      claim?.complete();
      this.#done(transfer);
    } catch (error) {
      claim?.fail(error);
      this.#failed(transfer, error);
    }
  }

  #done(transfer: Transfer): void {
    transfer.done();
    this.#forgetOldest();
  }

  #failed(transfer: Transfer, error: unknown): void {
    transfer.failed(error);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    let surplus = this.#transfers.filter((transfer) => !transfer.running).length - MAX_TRANSFERS;
    if (surplus <= 0) return;
    this.#transfers = this.#transfers.filter((transfer) => transfer.running || surplus-- <= 0);
  }
}

function workOf(
  { instance, method, args, by, signal }: TransferCall,
  handles: readonly ResourceHandle[],
): TransferWork {
  const writes = handles.some((handle) => handle.kind === "presigned_request" && handle.method === "PUT");
  const target = args.find((arg) => typeof arg === "string" || typeof arg === "number");
  return {
    path: instance.path,
    method,
    target: target === undefined ? undefined : String(target),
    by,
    signal,
    // Handles do not say which way their bytes will go; the driver does, when it opens one.
    direction: writes ? "from-device" : "to-device",
  };
}
