/**
 * Boards on the first face of the page: which are plugged in and allowed, which bench has them already, and a new bench for one.
 * Above: page.ts. Below: serial-chooser.ts, usb-chooser.ts (what the browser has), web/boards (what it is), bench-library.ts (makes).
 * The window looks for itself: the worker has devices only while an exporter runs.
 */

import type { RememberedPort } from "../../drivers/base/devices.ts";
import type { Board } from "../boards/board.ts";
import type { Via } from "../boards/fitting-drivers.ts";
import type { BenchStore } from "../store/bench-store.ts";
import type { BoardOffer, StartBoard } from "../ui/model.ts";
import type { BenchDesk } from "./bench-desk.ts";
import type { BenchLibrary } from "./bench-library.ts";
import type { BenchLocks } from "./bench-locks.ts";
import { matchBenches } from "./match-benches.ts";
import type { PageStore } from "./page-store.ts";
import type { ToldPlaces } from "./told-places.ts";

/** A device that the page may use, and that is plugged in. */
export interface GrantedDevice {
  readonly device: RememberedPort;
  /** How it calls itself, where the browser tells. */
  readonly productName?: string;
}

export interface BoardDeskOptions {
  readonly page: PageStore;
  readonly store: Pick<BenchStore, "list">;
  readonly locks: Pick<BenchLocks, "heldElsewhere">;
  readonly library: Pick<BenchLibrary, "forBoard" | "suggestName">;
  readonly desk: Pick<BenchDesk, "openAndStart">;
  readonly places: Pick<ToldPlaces, "set">;
  /** What is granted and plugged in, for each kind that the browser has. Rejects when the site may not know. */
  readonly granted: Readonly<Partial<Record<Via, () => Promise<readonly GrantedDevice[]>>>>;
  /** What is known of devices, loaded when there is one. */
  boards(): Promise<{ boardOf(via: Via, device: RememberedPort, productName?: string): Board }>;
}

export class BoardDesk {
  readonly #options: BoardDeskOptions;
  /** Counts looks, for the last one counts. */
  #looks = 0;

  constructor(options: BoardDeskOptions) {
    this.#options = options;
  }

  /** Look again at what is plugged in. Rejects never: who may not use devices is told when they press the button. */
  async look(): Promise<void> {
    const look = ++this.#looks;
    const devices = await this.#devices();
    const offers = devices.length === 0 ? [] : await this.#offers(devices);
    if (look !== this.#looks) return;
    const { chosen, offers: before } = this.#options.page.state;
    if (offers.length === 0 && before.length === 0) return;
    // What was taken from the list, and pulled out again, is not there to be started.
    const gone =
      chosen !== undefined &&
      before.some(({ board }) => isSame(board, chosen.board)) &&
      !offers.some(({ board }) => isSame(board, chosen.board));
    this.#options.page.set({ offers, ...(gone ? { chosen: undefined } : {}) });
  }

  /** A device that was just taken in the browser's chooser; undefined: it was closed without a choice. */
  async take(via: Via, device: RememberedPort | undefined): Promise<void> {
    if (device === undefined) {
      this.#options.page.set({ chooserClosed: via });
      return;
    }
    const { boardOf } = await this.#options.boards();
    await this.#choose(boardOf(via, device));
    await this.look();
  }

  /** One of the offers: no chooser is needed. */
  async use(id: string): Promise<void> {
    const offer = this.#options.page.state.offers.find((candidate) => candidate.id === id);
    if (offer !== undefined) await this.#choose(offer.board);
  }

  async #choose(board: Board): Promise<void> {
    const benchName = await this.#options.library.suggestName(board.benchName);
    this.#options.page.set({ chosen: { board, benchName }, chooserClosed: undefined });
  }

  putBack(): void {
    this.#options.page.set({ chosen: undefined });
  }

  async start({ benchName, drivers }: StartBoard): Promise<void> {
    const { chosen } = this.#options.page.state;
    if (chosen === undefined) return;
    const { library, places } = this.#options;
    const bench = await library.forBoard(chosen.board, new Set(drivers), benchName);
    // The chooser has told it from its twins.
    const { device } = chosen.board;
    places.set(bench.id, Object.fromEntries(Object.keys(bench.bindings).map((path) => [path, device])));
    this.#options.page.set({ chosen: undefined });
    await this.#options.desk.openAndStart(bench);
  }

  async #devices(): Promise<readonly { readonly via: Via; readonly granted: GrantedDevice }[]> {
    const kinds = Object.entries(this.#options.granted) as [Via, () => Promise<readonly GrantedDevice[]>][];
    const found = await Promise.allSettled(
      kinds.map(async ([via, granted]) => (await granted()).map((device) => ({ via, granted: device }))),
    );
    return found.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  }

  async #offers(
    devices: readonly { readonly via: Via; readonly granted: GrantedDevice }[],
  ): Promise<readonly BoardOffer[]> {
    const { boards, store, locks } = this.#options;
    const [{ boardOf }, benches, elsewhere] = await Promise.all([
      boards(),
      store.list(),
      locks.heldElsewhere(),
    ]);
    const all = devices
      .map(({ via, granted }) => boardOf(via, granted.device, granted.productName))
      .filter(({ drivers }) => drivers.length > 0);
    return matchBenches(all, benches).flatMap(({ board, bench }, index): BoardOffer[] =>
      bench !== undefined && elsewhere.has(bench.id)
        ? []
        : [
            {
              id: `${index}-${board.via}-${board.usbId ?? ""}`,
              board,
              bench: bench && { id: bench.id, name: bench.name },
            },
          ],
    );
  }
}

function isSame(a: Board, b: Board): boolean {
  return a.via === b.via && a.usbId === b.usbId && a.device.usbSerialNumber === b.device.usbSerialNumber;
}
