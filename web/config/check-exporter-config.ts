/**
 * An ExporterConfig from YAML text to a checked object: what is wrong is said at its line with the cure, what cannot run here is
 * left out with the reason, and the rest runs.
 * Above: web/worker.ts (to start), the page's editor (to underline). Below: the other checks in this folder, in the order of the file.
 * Specification: Jumpstarter's ExporterConfig, `jumpstarter.dev/v1alpha1`. What Jumpstarter refuses is an error here too; what it
 * swallows silently (an unknown key, an instance with a wrong field) is said.
 */

import type { Catalogue } from "../../drivers/base/catalogue.ts";
import type { ConfigNode, DriverNode, ExporterConfig } from "../exporter/config.ts";
import type { ConfigProblem } from "../messages.ts";
import { type CheckedConfigs, checkDrivers } from "./check-drivers.ts";
import { checkHooks, NO_HOOKS } from "./check-hooks.ts";
import { COMPOSITE, type Draft, type DriverDraft, readDrafts } from "./drafts.ts";
import { isNull, optionalText, unknownKey, unknownKeys } from "./fields.ts";
import { type Place, Problems } from "./problems.ts";
import { checkCircles, resolveRefs, type Targets } from "./resolve-refs.ts";
import { describe, valuePlace, type YamlEntry, type YamlMap, type YamlNode } from "./yaml-node.ts";
import { readYaml } from "./yaml-tree.ts";

export interface CheckedExporterConfig {
  /** Undefined unless `startable`. */
  readonly config: ExporterConfig | undefined;
  /** `metadata.name`, also when other things are wrong. */
  readonly name: string | undefined;
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /** No problem is an error. */
  readonly startable: boolean;
}

const API_VERSION = "jumpstarter.dev/v1alpha1";
const KIND = "ExporterConfig";

/** Characters of an exporter's name: what the tunnel carries to the relay, as long as a name in Kubernetes may be. */
const MAX_NAME_LENGTH = 253;

/** Keys that say something only to a Jumpstarter controller or to the process of `jmp run`: what they are, and what holds here. */
const NOT_USED_HERE: ReadonlyMap<string, readonly [what: string, instead: string]> = new Map([
  ["endpoint", ["the address of a Jumpstarter controller", "clients reach this exporter through its relay"]],
  [
    "token",
    [
      "a credential for a Jumpstarter controller",
      "clients show the passphrase instead, so remove it if the file is shared",
    ],
  ],
  [
    "tls",
    ["about the connection to a Jumpstarter controller", "TLS towards clients is a setting of the relay"],
  ],
  ["grpcOptions", ["for the connection to a Jumpstarter controller", "the relay has settings of its own"]],
  ["failureDetection", ["for a Python exporter's process", "a page has no process to start again"]],
  ["exitOnLeaseEnd", ["for leases of a Jumpstarter controller", "the page goes on when a client has left"]],
]);

/** Where people expect something, and Jumpstarter has nothing. */
const KNOWN_MISTAKES: ReadonlyMap<string, string> = new Map([
  ["grpcConfig", 'Jumpstarter ignores it too: its name is "grpcOptions", and it means nothing in a page'],
  ["env", 'an ExporterConfig has no environment: write values where they are used, below "config:"'],
]);

const TOP_KEYS = [
  "apiVersion",
  "kind",
  "metadata",
  "description",
  "motd",
  "export",
  "hooks",
  ...NOT_USED_HERE.keys(),
];

/** Of Jumpstarter's own bookkeeping, taken from the file's name there. */
const INTERNAL_KEYS = ["alias", "path"];

/**
 * Never rejects for what stands in the text. Loads the code of the drivers that the text names.
 *
 * @param files Files that the text may name (hook scripts), by the name that it gives them.
 */
export async function checkExporterConfig(
  yaml: string,
  catalogue: Catalogue,
  files: Readonly<Record<string, string>> = {},
): Promise<CheckedExporterConfig> {
  const problems = new Problems();
  const root = readYaml(yaml, problems);
  const top = root === undefined ? undefined : topMap(root, problems);
  if (top === undefined)
    return { config: undefined, name: undefined, problems: problems.list(), startable: false };

  checkTop(top, problems);
  const hooks = top.entries.get("hooks");
  const checkedHooks = hooks === undefined ? NO_HOOKS : checkHooks(hooks, files, problems);
  const metadata = checkMetadata(top, problems);
  const description = optionalText(top, "description", `"description"`, problems);
  const motd = optionalText(top, "motd", `"motd"`, problems);
  const children = await checkExport(top, catalogue, problems);

  const { name } = metadata;
  const startable = !problems.hasErrors && name !== undefined && children !== undefined;
  const config: ExporterConfig | undefined =
    !startable || description === "wrong" || motd === "wrong"
      ? undefined
      : {
          name,
          namespace: metadata.namespace,
          description,
          motd,
          children,
          hooks: checkedHooks,
        };
  return { config, name, problems: problems.list(), startable: config !== undefined };
}

function topMap(root: YamlNode, problems: Problems): YamlMap | undefined {
  if (root.kind === "map") return root;
  problems.error(
    root.place,
    isNull(root)
      ? `The configuration is empty: write an ExporterConfig that begins with "apiVersion: ${API_VERSION}".`
      : `An ExporterConfig is a map, and this is ${describe(root)}: begin with "apiVersion: ${API_VERSION}".`,
  );
  return undefined;
}

function checkTop(top: YamlMap, problems: Problems): void {
  expectValue(top, "apiVersion", API_VERSION, problems);
  expectValue(top, "kind", KIND, problems);
  for (const [key, [what, instead]] of NOT_USED_HERE) {
    const entry = top.entries.get(key);
    if (entry !== undefined && saysSomething(entry.value)) {
      problems.info(entry.keyPlace, `"${key}", ${what}, is not used here: ${instead}.`);
    }
  }
  for (const entry of unknownKeys(top, [...TOP_KEYS, ...INTERNAL_KEYS])) {
    const mistake = KNOWN_MISTAKES.get(entry.key);
    problems.warning(
      entry.keyPlace,
      mistake === undefined
        ? `${unknownKey(entry, "an ExporterConfig", TOP_KEYS)}: it is ignored; correct or remove it.`
        : `"${entry.key}" is ignored; ${mistake}.`,
    );
  }
}

function expectValue(top: YamlMap, key: string, expected: string, problems: Problems): void {
  const entry = top.entries.get(key);
  // Left out, it is the expected one; that is Jumpstarter's rule.
  if (entry === undefined || (entry.value.kind === "scalar" && entry.value.value === expected)) return;
  problems.error(valuePlace(entry), `"${key}" is ${describe(entry.value)}: write "${key}: ${expected}".`);
}

/** `jmp` writes out defaults; a sentence for each would be noise. */
function saysSomething(node: YamlNode): boolean {
  if (node.kind === "list") return node.items.length > 0;
  if (node.kind === "map") return [...node.entries.values()].some((entry) => saysSomething(entry.value));
  return node.value !== null && node.value !== "" && node.value !== false;
}

function checkMetadata(
  top: YamlMap,
  problems: Problems,
): { name: string | undefined; namespace: string | undefined } {
  const entry = top.entries.get("metadata");
  const none = { name: undefined, namespace: undefined };
  if (entry === undefined) {
    problems.error(firstLine(top), `"metadata" is missing: add "metadata: {name: my-board}".`);
    return none;
  }
  if (entry.value.kind !== "map") {
    problems.error(
      valuePlace(entry),
      `"metadata" must be a map with "name", and is ${describe(entry.value)}: write "metadata: {name: my-board}".`,
    );
    return none;
  }
  const metadata = entry.value;
  for (const unknown of unknownKeys(metadata, ["name", "namespace"])) {
    problems.error(
      unknown.keyPlace,
      `${unknownKey(unknown, '"metadata"', ["name", "namespace"])}: remove it, only "name" and "namespace" may stand here.`,
    );
  }
  const namespace = optionalText(metadata, "namespace", `"namespace" in "metadata"`, problems);
  const name = optionalText(metadata, "name", `"name" in "metadata"`, problems);
  const wrong = name === "wrong" ? undefined : nameProblem(name, metadata.entries.has("name"));
  if (wrong !== undefined) {
    const nameEntry = metadata.entries.get("name");
    const place = nameEntry === undefined ? entry.keyPlace : valuePlace(nameEntry);
    problems.error(place, `"name" in "metadata" ${wrong}.`);
  }
  return {
    name: name === "wrong" || wrong !== undefined ? undefined : name,
    namespace: namespace === "wrong" ? undefined : namespace,
  };
}

const GIVE_A_NAME = 'give the exporter a name, for example "name: my-board"';

/** What to say behind `"name" in "metadata"`; the relay would refuse such a name in words of its own, at a later time. */
function nameProblem(name: string | undefined, there: boolean): string | undefined {
  if (name === undefined) return `is ${there ? "empty" : "missing"}: ${GIVE_A_NAME}`;
  if (name.trim() === "") return `is ${name === "" ? "empty" : "blank"}: ${GIVE_A_NAME}`;
  if (/\p{Cc}/u.test(name)) return "has a line break, tab or other control character: write it without";
  if (name.length > MAX_NAME_LENGTH)
    return `has ${name.length} characters: shorten it to at most ${MAX_NAME_LENGTH}`;
  return undefined;
}

function firstLine(map: YamlMap): Place {
  const [first] = map.entries.values();
  return first?.keyPlace ?? map.place;
}

const ADD_A_DRIVER = `add at least one driver, for example "export: {power: {type: jumpstarter_driver_power.driver.MockPower}}"`;

async function checkExport(
  top: YamlMap,
  catalogue: Catalogue,
  problems: Problems,
): Promise<readonly ConfigNode[] | undefined> {
  const entry = top.entries.get("export");
  if (entry === undefined) {
    problems.error(firstLine(top), `"export" is missing: ${ADD_A_DRIVER}.`);
    return undefined;
  }
  if (entry.value.kind !== "map") {
    const is = isNull(entry.value) ? "is empty" : `must be a map of drivers, and is ${describe(entry.value)}`;
    problems.error(valuePlace(entry), `"export" ${is}: ${ADD_A_DRIVER}.`);
    return undefined;
  }
  if (entry.value.entries.size === 0) {
    problems.error(entry.value.place, `"export" is empty: ${ADD_A_DRIVER}.`);
    return undefined;
  }
  const drafts = readDrafts(entry.value, problems);
  const configs = await checkDrivers(drafts, catalogue, problems);
  const targets = resolveRefs(drafts, problems);
  checkCircles(drafts, targets, entry.keyPlace, problems);
  if (problems.hasErrors) return undefined;
  return buildNodes(entry, drafts, configs, targets, problems);
}

function buildNodes(
  entry: YamlEntry,
  drafts: ReadonlyMap<string, Draft>,
  configs: CheckedConfigs,
  targets: Targets,
  problems: Problems,
): readonly ConfigNode[] | undefined {
  const nodes = [...drafts.values()].flatMap((draft) => toNode(draft, configs, targets));
  if (!nodes.some(holdsDriver)) {
    const why = [...drafts.values()].some((draft) => draft.absent !== undefined)
      ? 'Nothing of "export" can run here'
      : 'There are only empty groups in "export"';
    problems.error(entry.keyPlace, `${why}: ${ADD_A_DRIVER}.`);
    return undefined;
  }
  return nodes;
}

function toNode(draft: Draft, configs: CheckedConfigs, targets: Targets): readonly ConfigNode[] {
  if (draft.absent !== undefined) return [];
  if (draft.kind === "driver") {
    const checked = configs.get(draft);
    return checked === undefined ? [] : [driverNode(draft, checked, configs, targets)];
  }
  const target = targets.get(draft);
  if (target === undefined) return [];
  return [{ kind: "proxy", name: draft.name, target: target.path, line: draft.keyPlace.line }];
}

function driverNode(
  draft: DriverDraft,
  checked: Omit<
    DriverNode,
    "kind" | "name" | "type" | "children" | "line" | "description" | "methodsDescription"
  >,
  configs: CheckedConfigs,
  targets: Targets,
): DriverNode {
  return {
    kind: "driver",
    name: draft.name,
    type: draft.type,
    ...checked,
    description: draft.description,
    methodsDescription: draft.methodsDescription,
    children: [...draft.children.values()].flatMap((child) => toNode(child, configs, targets)),
    line: draft.keyPlace.line,
  };
}

/** A group alone shows nothing, and a proxy has its target elsewhere in the tree. */
function holdsDriver(node: ConfigNode): boolean {
  if (node.kind === "proxy") return false;
  return node.type !== COMPOSITE || node.children.some(holdsDriver);
}
