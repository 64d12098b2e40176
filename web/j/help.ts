/**
 * Help pages and usage lines, in the layout that people know from the Python clients.
 * Above: run-j.ts. Below: wrap-text.ts, drivers/base/command.ts. Specification: click 8's help pages, 80 columns wide.
 */

import type {
  ArgumentDefinition,
  ArgumentDefinitions,
  FlagDefinition,
  OptionDefinition,
  OptionDefinitions,
  ValueKind,
} from "../../drivers/base/command.ts";
import { shortened, wrapParagraphs, wrapWords } from "./wrap-text.ts";

/** What a page is about: a command, or a group of them. */
export interface HelpPage {
  /** How it is called: `j board power`. */
  readonly path: string;
  readonly text: string;
  readonly arguments: ArgumentDefinitions;
  readonly options: OptionDefinitions;
  /** By name; undefined for a command. */
  readonly commands: ReadonlyMap<string, string> | undefined;
}

/** 80 columns less 2, whatever the terminal: a page looks the same in a log. */
const WIDTH = 78;
/** The widest first column of a list; what is longer has a line of its own. */
const MAX_TERM = 30;
/** Between the columns of a list. */
const GAP = 2;
/** The narrowest second column of a usage line; what leaves less goes on the next line. */
const MIN_USAGE = 20;

const HELP: FlagDefinition = { names: ["--help"], summary: "Show this page and exit." };

export function usageLine({ path, arguments: takes, commands }: HelpPage): string {
  const pieces = [
    "[OPTIONS]",
    ...Object.entries(takes).map(([key, definition]) => argumentTerm(key, definition)),
  ];
  if (commands !== undefined) pieces.push("COMMAND [ARGS]...");
  const start = `Usage: ${path} `;
  if (WIDTH >= start.length + MIN_USAGE) {
    return wrapWords(pieces.join(" "), WIDTH, start, " ".repeat(start.length)).join("\n");
  }
  return `${start}\n${wrapWords(pieces.join(" "), WIDTH, " ".repeat("Usage: ".length + 4)).join("\n")}`;
}

/** The whole page, with a line break at its end. */
export function helpPage(page: HelpPage): string {
  const sections = [usageLine(page)];
  const text = plainText(page.text);
  if (text !== "") sections.push(wrapParagraphs(text, WIDTH, "  "));
  const options = [...Object.values(page.options), HELP].map((option): [string, string] => [
    optionTerm(option),
    optionText(option),
  ]);
  sections.push(`Options:\n${list(options)}`);
  if (page.commands !== undefined && page.commands.size > 0) {
    const names = [...page.commands.keys()].sort();
    const room = WIDTH - 6 - Math.max(...names.map((name) => name.length));
    const rows = names.map((name): [string, string] => [
      name,
      shortened(plainText(page.commands?.get(name) ?? ""), room),
    ]);
    sections.push(`Commands:\n${list(rows)}`);
  }
  return `${sections.join("\n\n")}\n`;
}

/** How an argument is shown: PORT, [PATH], [ARGS]... */
export function argumentTerm(key: string, { value, count = "one" }: ArgumentDefinition): string {
  const name = typeof value === "object" ? kindTerm(value) : key.toUpperCase();
  if (count === "one") return name;
  const optional = name.startsWith("[") ? name : `[${name}]`;
  return count === "many" ? `${optional}...` : optional;
}

function kindTerm(kind: ValueKind): string {
  return typeof kind === "string" ? kind.toUpperCase() : `[${kind.choices.join("|")}]`;
}

function optionTerm(option: FlagDefinition | OptionDefinition): string {
  const names = [...option.names].sort((a, b) => dashes(a) - dashes(b)).join(", ");
  return "value" in option ? `${names} ${kindTerm(option.value)}` : names;
}

function dashes(name: string): number {
  return name.startsWith("--") ? 2 : 1;
}

function optionText(option: FlagDefinition | OptionDefinition): string {
  if (!("value" in option) || option.showDefault !== true || option.default === undefined)
    return option.summary;
  const { value, default: preset, summary } = option;
  // A float looks like one.
  const shown = value === "float" && Number.isInteger(preset) ? `${preset}.0` : preset;
  return `${summary}  [default: ${shown}]`;
}

function list(rows: readonly (readonly [term: string, text: string])[]): string {
  const column = Math.min(Math.max(...rows.map(([term]) => term.length)), MAX_TERM) + GAP;
  return rows
    .map(([term, text]) => {
      const [first = "", ...others] = wrapParagraphs(text, WIDTH - column - 2, "").split("\n");
      const head = `  ${term}`;
      const lines =
        term.length + GAP <= column
          ? [`${head.padEnd(column + 2)}${first}`]
          : [head, `${" ".repeat(column + 2)}${first}`];
      return [...lines, ...others.map((line) => `${" ".repeat(column + 2)}${line}`)]
        .map((line) => line.trimEnd())
        .join("\n");
    })
    .join("\n");
}

/** A text of the configuration: without the indent of its block, and without control characters. */
function plainText(text: string): string {
  const [first = "", ...others] = text.replaceAll(/[^\P{Cc}\n\t]/gu, "").split("\n");
  const indents = others
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const indent = indents.length === 0 ? 0 : Math.min(...indents);
  return [first.trimStart(), ...others.map((line) => line.slice(indent))].join("\n").trimEnd();
}
