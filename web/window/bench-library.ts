/**
 * The benches of this browser: finding one, and making one from what a person brings.
 * Above: page.ts. Below: web/store/. Starts nothing, and shows nothing.
 */

import type { RelayBoot } from "../../proto/boot.ts";
import type { Board } from "../boards/board.ts";
import type { DriverKind } from "../boards/fitting-drivers.ts";
import type { ConfigCheck } from "../messages.ts";
import type { BenchStore } from "../store/bench-store.ts";
import { DEFAULT_ACCESS, type SavedBench, unusedName } from "../store/saved-bench.ts";
import type { DemoKind, MovedDriver } from "../ui/model.ts";
import { followMoves } from "./follow-moves.ts";
import { withoutPlace } from "./told-places.ts";

/** Configurations to begin with. */
export interface Examples {
  demoBoardYaml(name: string): string;
  demoBoardWithHooksYaml(name: string): string;
  demoBoardWithFilesYaml(name: string): string;
}

export interface BenchLibraryOptions {
  readonly store: BenchStore;
  examples(): Promise<Examples>;
  newId(): string;
  newPassphrase(): string;
  now(): number;
}

export class BenchLibrary {
  readonly #options: BenchLibraryOptions;

  constructor(options: BenchLibraryOptions) {
    this.#options = options;
  }

  /** Throws with a sentence when another tab has deleted it. */
  async get(id: string): Promise<SavedBench> {
    const bench = await this.#options.store.get(id);
    if (bench === undefined) throw new Error("it has been deleted in another tab.");
    return bench;
  }

  async create(
    yaml: string,
    name: string,
    bindings: SavedBench["bindings"] = {},
    {
      id = this.#options.newId(),
      access = DEFAULT_ACCESS,
      files,
    }: Partial<Pick<SavedBench, "id" | "access" | "files">> = {},
  ): Promise<SavedBench> {
    const { store, newPassphrase, now } = this.#options;
    const time = now();
    const bench: SavedBench = {
      id,
      name,
      yaml,
      bindings,
      access,
      passphrase: newPassphrase(),
      createdAt: time,
      updatedAt: time,
      running: false,
      ...(files && { files }),
    };
    await store.put(bench);
    return bench;
  }

  /** The relay's own: its text and id from there, its choices and, if need be, its passphrase from here. */
  async fromRelay(told: NonNullable<RelayBoot["bench"]>, name: string | undefined): Promise<SavedBench> {
    const { store, newPassphrase, now } = this.#options;
    const saved = await store.get(told.id);
    const bench: SavedBench = {
      id: told.id,
      file: told.file,
      files: told.files ?? {},
      yaml: told.yaml,
      name: name ?? saved?.name ?? told.file,
      passphrase: told.passphrase ?? saved?.passphrase ?? newPassphrase(),
      bindings: saved?.bindings ?? {},
      access: saved?.access ?? DEFAULT_ACCESS,
      createdAt: saved?.createdAt ?? now(),
      updatedAt: now(),
      running: true,
    };
    await store.put(bench);
    return bench;
  }

  /** A demo board that is here already and not in use, else a new one. */
  async demo(heldElsewhere: ReadonlySet<string>, kind: DemoKind): Promise<SavedBench> {
    const examples = await this.#options.examples();
    const yamlFor = {
      plain: examples.demoBoardYaml,
      hooks: examples.demoBoardWithHooksYaml,
      files: examples.demoBoardWithFilesYaml,
    }[kind];
    const saved = await this.#options.store.list();
    const again = saved.find(({ id, yaml, name }) => yaml === yamlFor(name) && !heldElsewhere.has(id));
    if (again !== undefined) return again;
    const id = this.#options.newId();
    const name = exporterName(kind === "plain" ? "demo" : `demo-${kind}`, id, namesOf(saved));
    return this.create(yamlFor(name), name, {}, { id });
  }

  /** `esp32-3f2a`: a name that no bench here has, and on a busy relay hardly another one. */
  async suggestName(wanted: string): Promise<string> {
    return exporterName(wanted, this.#options.newId(), namesOf(await this.#options.store.list()));
  }

  /** A board that was just plugged in, with the drivers that the person has taken. */
  async forBoard(board: Board, drivers: ReadonlySet<DriverKind>, wantedName: string): Promise<SavedBench> {
    const { boardConfig } = await import("../boards/board-yaml.ts");
    const name = unusedName(wantedName, namesOf(await this.#options.store.list()));
    const { yaml, paths } = boardConfig(name, board, drivers);
    return this.create(
      yaml,
      name,
      Object.fromEntries(paths.map((path) => [path, withoutPlace(board.device)])),
    );
  }

  /** The same text again is the same bench, with its passphrase and its devices. */
  async forYaml(yaml: string, check: ConfigCheck): Promise<SavedBench> {
    const saved = await this.#options.store.list();
    const same = saved.find((bench) => bench.yaml === yaml && bench.file === undefined);
    return same ?? this.import(yaml, check);
  }

  /** A new bench. A name that is taken gets a number, in the text as well. */
  async import(yaml: string, check: ConfigCheck, files: SavedBench["files"] = {}): Promise<SavedBench> {
    const wanted = check.name ?? "unnamed";
    const name = unusedName(wanted, namesOf(await this.#options.store.list()));
    const text = check.name === undefined || name === wanted ? yaml : await renamed(yaml, name);
    return await this.create(text, name, {}, Object.keys(files).length === 0 ? {} : { files });
  }

  /** With `metadata.name` in its text. Throws with a sentence when the text does not allow it. */
  async rename(id: string, wanted: string): Promise<void> {
    const bench = await this.get(id);
    if (bench.file !== undefined) {
      throw new Error(
        `its name stands in ${bench.file} on the relay's machine. Make a copy, and rename that.`,
      );
    }
    const asked = wanted.trim();
    if (asked === "" || asked === bench.name) return;
    const others = (await this.#options.store.list()).filter((other) => other.id !== id);
    const name = unusedName(asked, namesOf(others));
    await this.#options.store.update(id, { name, yaml: await renamed(bench.yaml, name) });
  }

  /** Another bench with the same text and devices, and a name and a passphrase of its own. */
  async duplicate(id: string): Promise<SavedBench> {
    const bench = await this.get(id);
    const name = unusedName(bench.name, namesOf(await this.#options.store.list()));
    return await this.create(await renamed(bench.yaml, name), name, bench.bindings, withTheSame(bench));
  }

  /**
   * The bench with another text. What belongs to a file of the relay's machine is copied, never changed.
   *
   * @param moved What was renamed and moved on the way to it: choices of devices follow.
   */
  async withYaml(
    bench: SavedBench,
    yaml: string,
    check: ConfigCheck,
    moved: readonly MovedDriver[] = [],
  ): Promise<SavedBench> {
    const name = check.name ?? bench.name;
    const bindings = followMoves(bench.bindings, moved);
    if (bench.file !== undefined && bench.yaml !== yaml)
      return this.create(yaml, name, bindings, withTheSame(bench));
    return { ...bench, yaml, name, bindings, updatedAt: this.#options.now() };
  }
}

async function renamed(yaml: string, name: string): Promise<string> {
  const { setName } = await import("../config/edit-config.ts");
  const edit = setName(yaml, name);
  if (!edit.ok) throw new Error(`${edit.reason} Edit it first.`);
  return edit.text;
}

/** What a copy takes over beside text and devices. */
export function withTheSame({ access, files }: SavedBench): Pick<SavedBench, "access" | "files"> {
  return { access, ...(files && { files }) };
}

/** `demo-3f2a`: on a relay that many people use, the next one who tries a demo board is not told that the name is taken. */
function exporterName(wanted: string, id: string, taken: Iterable<string>): string {
  return unusedName(`${wanted}-${id.slice(0, 4)}`, taken);
}

function namesOf(benches: readonly SavedBench[]): readonly string[] {
  return benches.map(({ name }) => name);
}
