/**
 * What a person does on a colleague's page, over the wire: the same verbs that the driver cards have beside the board.
 * Above: guest-page.ts. Below: Jumpstarter's own services; console-stream.ts, file-transfer.ts.
 */

import type { Client } from "@connectrpc/connect";
import type { JsonValue } from "../../../drivers/base/json.ts";
import type { ExporterService } from "../../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts";
import type { RouterService } from "../../../proto/gen/jumpstarter/v1/router_pb.ts";
import type { BenchService } from "../../../proto/gen/jumptab/v1/bench_pb.ts";
import type { Around, DriverSnapshot, TransferSnapshot } from "../../messages.ts";
import type { CardActions, PageActions, Remembered } from "../../ui/model.ts";
import { openConsole } from "./console-stream.ts";
import { fromValue, toValue } from "./driver-values.ts";
import { fetchFile, sendFile } from "./file-transfer.ts";
import { findDriver } from "./find-driver.ts";
import { sentenceOf } from "./link-error.ts";

/** 1000 items of a streaming call: a card shows the last of a few. */
const MAX_STREAMED_ITEMS = 1000;

export interface GuestClients {
  readonly exporter: Client<typeof ExporterService>;
  readonly router: Client<typeof RouterService>;
  readonly bench: Client<typeof BenchService>;
}

export interface GuestActionsHost {
  /** As the link's secret is now. */
  clients(): GuestClients;
  drivers(): readonly DriverSnapshot[];
  /** Resolves when this person may act, which takes the seat where it is free; rejects with why not. */
  act(): Promise<void>;
  /** True: the bench had been out of reach. */
  untilBack(failures: number, options: { signal: AbortSignal }): Promise<boolean>;
  notify(tone: "info" | "warning" | "error", text: string): void;
  /** A transfer of this page begins; what is returned ends it. */
  transferBegins(transfer: { path: readonly string[]; method: string; name: string }): () => void;
  /** This person has ended it. */
  transferCancelled(id: string): void;
  copy(text: string): Promise<void>;
  saveFile(name: string, content: string | Blob): void;
  recall(what: Remembered): string | undefined;
  remember(what: Remembered, text: string): void;
  clearLog(): void;
}

/** What a colleague's page gives to the elements that it shares with the page beside the board. */
export type GuestVerbs = CardActions & Pick<PageActions, "clearLog">;

export function createGuestActions(host: GuestActionsHost): GuestVerbs {
  /** Transfers of this page that run: how to end each. */
  const running = new Map<AbortController, { readonly path: string; readonly method: string }>();

  const call = async (
    path: readonly string[],
    method: string,
    args: readonly JsonValue[] = [],
  ): Promise<JsonValue> => {
    const { uuid } = findDriver(host.drivers(), path);
    await said(host.act());
    const { result } = await said(
      host.clients().exporter.driverCall({ uuid, method, args: args.map(toValue) }),
    );
    return fromValue(result);
  };

  /** A transfer with what goes around it, which somebody may end. */
  const transfer = async <T>(
    { path, method, around, name }: TransferRequest,
    run: (call: { uuid: string; method: string }, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const driver = findDriver(host.drivers(), path);
    const own = driver.refOf ?? driver.path;
    const leave = new AbortController();
    await said(host.act());
    running.set(leave, { path: own.join("\0"), method });
    const ended = host.transferBegins({ path: own, method, name });
    try {
      if (around !== undefined) await call(path, around.before);
      try {
        return await said(run({ uuid: driver.uuid, method }, leave.signal));
      } finally {
        if (around !== undefined) await call(path, around.after);
      }
    } catch (error) {
      throw leave.signal.aborted ? new Error("it was cancelled.") : error;
    } finally {
      running.delete(leave);
      ended();
    }
  };

  return {
    call,
    streamingCall: async (path, method) => {
      const { uuid } = findDriver(host.drivers(), path);
      await said(host.act());
      const leave = new AbortController();
      const items: JsonValue[] = [];
      const answers = host.clients().exporter.streamingDriverCall({ uuid, method }, { signal: leave.signal });
      try {
        await said(
          (async () => {
            for await (const { result } of answers) {
              items.push(fromValue(result));
              if (items.length >= MAX_STREAMED_ITEMS) return;
            }
          })(),
        );
      } finally {
        leave.abort();
      }
      return items;
    },
    openStream: async (path, method) => {
      const { uuid } = findDriver(host.drivers(), path);
      return openConsole({
        clients: host.clients,
        uuid,
        method,
        act: host.act,
        untilBack: host.untilBack,
        onRefused: (sentence) => host.notify("warning", `Nothing was typed: ${sentence}`),
      });
    },
    sendFile: async ({ path, method, args, file, encoding, around }) => {
      if (!(file instanceof Blob)) throw new Error("this browser has no copy of that file: choose it again.");
      await transfer({ path, method, around, name: file.name }, (named, signal) =>
        sendFile(host.clients(), { ...named, args }, { file, encoding, signal }),
      );
    },
    fetchFile: async ({ path, method, args, around, name }) => {
      const content = await transfer({ path, method, around, name }, (named, signal) =>
        fetchFile(host.clients(), { ...named, args }, { signal }),
      );
      host.saveFile(name, content);
    },
    cancelTransfer: ({ id, path, method }: TransferSnapshot) => {
      const key = path.join("\0");
      const own = [...running].find(([, one]) => one.path === key && one.method === method);
      if (own !== undefined) {
        host.transferCancelled(id);
        own[0].abort();
      } else {
        host.notify(
          "info",
          "Somebody else has begun this transfer: they can cancel it, or the person at the board.",
        );
      }
    },
    copy: async (text) => {
      try {
        await host.copy(text);
        return true;
      } catch (error) {
        host.notify(
          "error",
          `Nothing was copied: ${sentenceOf(error)}. Select the text and copy it by hand.`,
        );
        return false;
      }
    },
    saveFile: (name, content) => host.saveFile(name, content),
    recall: (what) => host.recall(what),
    remember: (what, text) => host.remember(what, text),
    clearLog: () => host.clearLog(),
  };
}

interface TransferRequest {
  readonly path: readonly string[];
  readonly method: string;
  readonly around: Around | undefined;
  readonly name: string;
}

/** What went wrong, in the words of the driver or the exporter alone. */
async function said<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(sentenceOf(error), { cause: error });
  }
}
