/**
 * What was typed, sorted into options and the rest; nothing is understood yet.
 * Above: run-j.ts. Below: drivers/base/command.ts, web/config/did-you-mean.ts.
 * Specification: click 8's parser: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-abc`, and `--` ends the options.
 */

import {
  type FlagDefinition,
  type OptionDefinition,
  type OptionDefinitions,
  UsageError,
} from "../../drivers/base/command.ts";
import { nearest } from "../config/did-you-mean.ts";
import { quoted, shown } from "./quoted.ts";

export interface Scanned {
  /** By key; true for a flag. In the order in which they came first. */
  readonly options: ReadonlyMap<string, string | true>;
  /** All values of an option, by key: for those that may be given several times. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly help: boolean;
  readonly rest: readonly string[];
}

type Found = { readonly key: string; readonly option: FlagDefinition | OptionDefinition };

/** What `--help` is found as: no key of a definition. */
const HELP: Found = { key: "--help", option: { names: ["--help"], summary: "" } };

/**
 * @param mixed Whether options may follow what is none. In a group they may not: those are its command's.
 * @throws UsageError for an option that there is not, and one whose value is missing or too much.
 */
export function scanArguments(
  args: readonly string[],
  definitions: OptionDefinitions,
  mixed: boolean,
): Scanned {
  const byName = new Map<string, Found>([["--help", HELP]]);
  for (const [key, option] of Object.entries(definitions)) {
    for (const name of option.names) byName.set(name, { key, option });
  }
  const options = new Map<string, string | true>();
  const values = new Map<string, readonly string[]>();
  const rest: string[] = [];
  let help = false;
  let at = 0;

  const take = (name: string, { key, option }: Found, attached: string | undefined): void => {
    let value: string | true = true;
    if ("value" in option) {
      const given = attached ?? args[at++];
      if (given === undefined) throw new UsageError(`Option ${quoted(name)} requires an argument.`);
      value = given;
    } else if (attached !== undefined) {
      throw new UsageError(`Option ${quoted(name)} does not take a value.`);
    }
    if (key === HELP.key) help = true;
    else options.set(key, value);
    if (value !== true) values.set(key, [...(values.get(key) ?? []), value]);
  };

  /** `-abc`: flags together, the last one may take a value, with or without a space. */
  const takeShort = (cluster: string): void => {
    let left = cluster.slice(1);
    while (left !== "") {
      const [letter = ""] = left;
      left = left.slice(letter.length);
      const name = `-${letter}`;
      const found = byName.get(name);
      if (found === undefined) throw new UsageError(`No such option ${quoted(name)}.`);
      const hasValue = "value" in found.option && left !== "";
      take(name, found, hasValue ? left : undefined);
      if (hasValue) return;
    }
  };

  while (at < args.length) {
    const arg = args[at++] ?? "";
    if (arg === "--") break;
    if (arg.startsWith("--")) {
      const [, name = "", attached] = /^([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
      const found = byName.get(name);
      if (found === undefined) throw new UsageError(noSuch("option", name, byName.keys()));
      take(name, found, attached);
    } else if (arg.startsWith("-") && arg.length > 1) {
      takeShort(arg);
    } else if (mixed) {
      rest.push(arg);
    } else {
      at -= 1;
      break;
    }
  }
  return { options, values, help, rest: [...rest, ...args.slice(at)] };
}

/** `No such command 'powre'. Did you mean 'power'?` */
export function noSuch(what: "option" | "command", name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  const hint = meant === undefined || name === "" ? "" : ` Did you mean '${shown(meant)}'?`;
  return `No such ${what} ${quoted(name)}.${hint}`;
}
