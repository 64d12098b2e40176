/**
 * Who may import whom, as one table, and the judgement of one import by it.
 * Above: check-imports.ts. Below: nothing.
 * A new library needs a line here: that is where its reason is asked for.
 */

import { matchesGlob, posix } from "node:path";
import type { Import } from "./read-imports.ts";

export interface Zone {
  /** Files that it is about; the first zone that matches counts. */
  readonly files: string;
  /** Leading names of a file's path that make its own folder, which it may always import. 0: it has none. */
  readonly own: number;
  /** Other files of this repository that it may import. */
  readonly may: readonly string[];
  /** Those of which it may import types only. */
  readonly types?: readonly string[];
  /** Those that its unit tests may import too. */
  readonly tests?: readonly string[];
  /** Packages, `node:*` for Node's own, `@scope/*` for all of a scope. */
  readonly packages: readonly string[];
  /** Globals of a platform that it must not touch. */
  readonly not?: readonly string[];
  /** The rule in words. */
  readonly rule: string;
}

const PAGE = ["navigator", "document", "localStorage"];
const LIT = ["lit", "@lit/*", "@xterm/*", "@codemirror/*", "@lezer/*"];

export const ZONES: readonly Zone[] = [
  {
    files: "proto/gen/**",
    own: 2,
    may: [],
    packages: ["@bufbuild/protobuf"],
    rule: "generated code imports protobuf alone",
  },
  {
    files: "proto/tunnel/testing/**",
    own: 2,
    may: [],
    packages: ["fast-check"],
    rule: "tools for tests of the tunnel import it, and fast-check",
  },
  {
    files: "proto/tunnel/**",
    own: 2,
    may: ["proto/credentials.ts"],
    packages: [],
    not: PAGE,
    rule: "proto/tunnel is pure: both ends of the tunnel run it, and it imports itself and what is in its HELLO",
  },
  {
    files: "proto/*.ts",
    own: 0,
    may: ["proto/*.ts"],
    packages: [],
    rule: "what relay and page agree on imports nothing else",
  },
  {
    files: "drivers/*.ts",
    own: 0,
    may: ["drivers/**"],
    packages: [],
    rule: "the catalogue of drivers knows all drivers, and nothing above them",
  },
  {
    files: "drivers/base/**",
    own: 2,
    may: [],
    packages: ["valibot"],
    not: PAGE,
    rule: "drivers/base knows no driver, no protobuf, no tunnel and no page",
  },
  {
    files: "drivers/demo-board/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**"],
    // Its console is a PySerial of the catalogue, and only together they show that it boots.
    tests: ["drivers/pyserial/driver.ts"],
    packages: ["valibot"],
    not: PAGE,
    rule: "a simulated board imports drivers/base and drivers/simulation",
  },
  {
    files: "drivers/probe-board/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**"],
    tests: ["drivers/cmsis-dap/probe-rs.ts"],
    packages: ["valibot"],
    not: PAGE,
    rule: "a simulated board imports drivers/base and drivers/simulation",
  },
  {
    files: "drivers/pico-board/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**"],
    // Its children are drivers of the catalogue, and only together they show that it flashes.
    tests: ["drivers/pyserial/driver.ts", "drivers/pi-pico/driver.ts"],
    packages: ["valibot"],
    not: PAGE,
    rule: "a simulated board imports drivers/base and drivers/simulation",
  },
  {
    files: "drivers/pi-pico/testing/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**", "drivers/testing/**"],
    packages: ["valibot"],
    rule: "tools for tests of a driver put a simulated device before it",
  },
  {
    files: "drivers/pi-pico/**",
    own: 2,
    may: ["drivers/base/**"],
    // It touches the port of a PySerial, which lends it.
    tests: ["drivers/pyserial/driver.ts"],
    packages: ["valibot"],
    not: PAGE,
    rule: "the flasher of Picos imports drivers/base",
  },
  {
    files: "drivers/cmsis-dap/testing/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**", "drivers/testing/**"],
    packages: [],
    rule: "tools for tests of a driver put a simulated device before it",
  },
  {
    files: "drivers/cmsis-dap/**",
    own: 2,
    may: ["drivers/base/**"],
    packages: ["dapjs", "valibot"],
    not: PAGE,
    rule: "the driver of debug probes imports drivers/base and dapjs",
  },
  {
    files: "drivers/esp32-board/**",
    own: 2,
    may: ["drivers/base/**", "drivers/simulation/**"],
    // Its children are drivers of the catalogue, and only together they show that it flashes.
    tests: ["drivers/pyserial/driver.ts", "drivers/esp32/driver.ts"],
    packages: ["valibot"],
    not: PAGE,
    rule: "a simulated board imports drivers/base and drivers/simulation",
  },
  {
    files: "drivers/esp32/**",
    own: 2,
    may: ["drivers/base/**"],
    // The chip's boot loader; MD5, by which it tells what its flash holds; how much of an image is in a compressed block.
    packages: ["valibot", "esptool-js", "hash-wasm", "pako"],
    // It flashes over the port of a PySerial, which lends it.
    tests: ["drivers/pyserial/driver.ts"],
    not: PAGE,
    rule: "the flasher of ESP chips imports drivers/base, esptool-js and what goes with it",
  },
  {
    files: "drivers/simulation/esp32/*.test.ts",
    own: 2,
    may: ["drivers/base/**", "drivers/testing/**"],
    // The library that the simulated chip is made for: that it gets along with it is what it promises.
    packages: ["esptool-js"],
    rule: "tests of the simulated ESP32 flash it with the library that flashes real ones",
  },
  {
    files: "drivers/opendal/**",
    own: 2,
    may: ["drivers/base/**"],
    packages: ["valibot", "hash-wasm"],
    not: PAGE,
    rule: "a file system imports drivers/base, and hashes what it keeps",
  },
  {
    files: "drivers/*/**",
    own: 2,
    may: ["drivers/base/**"],
    packages: ["valibot"],
    not: PAGE,
    rule: "a driver imports drivers/base and its own libraries: no other driver (children come by configuration), no wire format, no page",
  },
  {
    files: "web/exporter/testing/**",
    own: 2,
    may: ["drivers/base/**", "drivers/testing/**", "proto/**", "web/messages.ts"],
    packages: ["@connectrpc/connect", "valibot"],
    rule: "tools for tests of the exporter bring drivers, a client and a clock",
  },
  {
    files: "web/exporter/**",
    own: 2,
    may: ["drivers/base/**", "proto/**", "web/messages.ts"],
    packages: ["@connectrpc/connect", "@bufbuild/protobuf", "valibot"],
    not: PAGE,
    rule: "web/exporter knows drivers by drivers/base alone, speaks proto, and touches no page and no storage",
  },
  {
    files: "web/j/testing/**",
    own: 2,
    may: [
      "drivers/base/**",
      "drivers/testing/**",
      "drivers/registry.ts",
      "drivers/commands.ts",
      "web/exporter/**",
    ],
    packages: ["valibot"],
    rule: "tools for tests of j make a tree of the drivers there are",
  },
  {
    files: "web/j/**",
    own: 2,
    may: [
      "drivers/base/**",
      "web/exporter/driver-instance.ts",
      "web/exporter/script-runner.ts",
      "web/config/did-you-mean.ts",
    ],
    // Every command there is has a help page.
    tests: ["drivers/commands.ts"],
    packages: ["@connectrpc/connect"],
    not: PAGE,
    rule: "web/j knows commands by drivers/base and drivers by their handles: neither a single driver nor the page",
  },
  {
    files: "web/hooks/testing/**",
    own: 2,
    may: ["drivers/base/clock.ts"],
    packages: ["node:*"],
    rule: "tests run the interpreter in threads of Node, where a page has workers",
  },
  {
    files: "web/hooks/**",
    own: 2,
    may: [
      "web/exporter/script-runner.ts",
      "drivers/base/clock.ts",
      "drivers/base/command.ts",
      "drivers/base/dom-error.ts",
    ],
    packages: ["just-bash"],
    not: PAGE,
    rule: "web/hooks runs scripts: it knows the interpreter, and of the exporter only what it asks of one",
  },
  {
    files: "web/encodings/**",
    own: 2,
    may: ["web/exporter/codecs.ts", "drivers/base/resource.ts", "drivers/base/error.ts"],
    packages: ["pako", "fzstd", "xz-decompress", "hash-wasm"],
    not: PAGE,
    rule: "web/encodings turns bytes into bytes: it knows of the exporter only what that asks of a codec",
  },
  {
    files: "web/images/**",
    own: 2,
    may: ["drivers/base/**"],
    packages: ["hash-wasm", "valibot"],
    rule: "web/images keeps files in the browser: it knows drivers/base alone",
  },
  {
    files: "web/http/**",
    own: 2,
    may: ["web/exporter/http-transfer.ts", "drivers/base/**", "proto/*.ts", "proto/tunnel/**"],
    packages: [],
    not: PAGE,
    rule: "web/http does a client's HTTP requests: it knows the tunnel, and of the exporter only what it asks",
  },
  {
    files: "web/tunnel/**",
    own: 2,
    may: ["proto/*.ts", "proto/tunnel/**", "web/messages.ts", "drivers/base/clock.ts"],
    packages: ["@connectrpc/connect"],
    not: PAGE,
    rule: "web/tunnel carries requests: it knows neither drivers nor Jumpstarter's messages",
  },
  {
    files: "web/config/**",
    own: 2,
    may: ["drivers/base/**", "web/exporter/config.ts", "web/messages.ts"],
    // The configurations that the page writes have to fit the drivers there are.
    tests: ["drivers/registry.ts"],
    packages: ["yaml", "valibot"],
    not: PAGE,
    rule: "web/config checks a text against the catalogue: it knows neither a single driver nor the wire nor the page",
  },
  {
    files: "web/boards/**",
    own: 2,
    may: ["drivers/base/**", "web/config/yaml-text.ts"],
    // What the page writes has to start, and what it offers has to have a driver.
    tests: [
      "drivers/registry.ts",
      "drivers/pi-pico/chips.ts",
      "drivers/cmsis-dap/probe-session.ts",
      "web/config/check-exporter-config.ts",
    ],
    packages: [],
    not: ["navigator", "document"],
    rule: "web/boards knows devices by their USB ids, and drivers by name",
  },
  {
    files: "web/store/**",
    own: 2,
    may: ["drivers/base/**", "web/messages.ts"],
    packages: ["idb"],
    rule: "web/store keeps what web/messages.ts describes",
  },
  {
    files: "web/ui/{builder,editor}/**",
    own: 2,
    may: [
      "web/messages.ts",
      // Pure, from text to text: a person who types waits for nobody.
      "web/config/edit-config.ts",
      "web/config/outline.ts",
      "web/config/text-change.ts",
    ],
    types: ["drivers/base/json.ts"],
    packages: LIT,
    not: ["navigator"],
    rule: "the builder draws a configuration and changes its text: what is right in it, the worker says",
  },
  {
    files: "web/ui/**",
    own: 2,
    may: ["web/messages.ts", "web/loopback.ts"],
    types: [
      "drivers/base/json.ts",
      "drivers/base/devices.ts",
      "drivers/base/driver.ts",
      "drivers/base/resource.ts",
      "web/boards/board.ts",
      "web/boards/fitting-drivers.ts",
    ],
    packages: [...LIT, "uqr"],
    not: ["navigator"],
    rule: "web/ui draws what it is given: it gets everything but Lit by property",
  },
  {
    files: "web/service-worker/**",
    own: 2,
    may: [],
    packages: [],
    not: [...PAGE, "indexedDB"],
    rule: "the service worker keeps the page's files: it knows nothing of what the page does",
  },
  {
    files: "web/guest/testing/**",
    own: 2,
    may: ["web/messages.ts", "web/ui/model.ts", "proto/**", "drivers/base/**", "drivers/testing/**"],
    packages: ["@connectrpc/connect", "@bufbuild/protobuf"],
    rule: "tools for tests of a colleague's page play the bench at the other end, and a clock",
  },
  {
    files: "web/guest/**",
    own: 2,
    may: [
      "web/messages.ts",
      "web/ui/**",
      "web/window/tab-memory.ts",
      "web/window/boot.ts",
      "web/tunnel/**",
      "proto/**",
      "drivers/base/**",
    ],
    packages: ["@connectrpc/connect", "@connectrpc/connect-web", "@bufbuild/protobuf", "lit", "hash-wasm"],
    rule: "a colleague's page is a client with the bench's face: it knows the wire, and no driver, no exporter and no store",
  },
  {
    files: "web/window/**",
    own: 2,
    may: [
      "web/messages.ts",
      "web/loopback.ts",
      "web/store/**",
      "web/ui/model.ts",
      "web/config/examples.ts",
      "web/config/edit-config.ts",
      "web/boards/**",
      "proto/*.ts",
      "drivers/base/**",
    ],
    // The window looks for images where the worker keeps them.
    tests: ["web/images/create-storage.ts"],
    packages: [],
    rule: "the window's half joins store, worker and relay to the model that web/ui draws: it runs no driver and no tunnel",
  },
  {
    files: "web/worker/**",
    own: 2,
    may: [
      "web/messages.ts",
      "web/config/**",
      "web/exporter/**",
      "web/j/**",
      "web/tunnel/**",
      "web/http/**",
      "proto/**",
      "drivers/base/**",
      "drivers/commands.ts",
      "drivers/registry.ts",
    ],
    packages: ["@connectrpc/connect"],
    not: ["document", "localStorage"],
    rule: "the worker's half joins configuration, exporter and tunnel: it knows neither a single driver nor the window",
  },
  {
    files: "web/*.ts",
    own: 1,
    may: [
      "drivers/base/**",
      "drivers/commands.ts",
      "drivers/registry.ts",
      "drivers/*/testing/**",
      "proto/*.ts",
      "proto/tunnel/**",
    ],
    packages: ["@connectrpc/connect", ...LIT],
    rule: "the entry files wire the page: drivers through the registry alone",
  },
  {
    files: "relay/fuzz/**",
    own: 1,
    may: ["proto/**"],
    packages: ["node:*", "fast-check"],
    rule: "fuzz tests make traffic of all kinds with fast-check",
  },
  {
    files: "relay/testing/**",
    own: 1,
    may: ["proto/**"],
    packages: ["node:*", "ws", "vitest"],
    rule: "tools for tests of the relay import it, what it speaks, and vitest",
  },
  {
    files: "relay/**",
    own: 1,
    may: ["proto/**", "package.json"],
    // protobuf for the one status that it answers itself, yaml to see which scripts a configuration names.
    packages: ["node:*", "ws", "prom-client", "@connectrpc/*", "@bufbuild/protobuf", "yaml"],
    rule: "the relay moves bytes: it knows neither drivers nor the page",
  },
  {
    files: "e2e/page/**",
    own: 1,
    may: ["drivers/**", "web/**", "proto/**"],
    packages: ["valibot"],
    rule: "the test page is the page with test drivers",
  },
  {
    files: "e2e/**",
    own: 1,
    may: [
      "drivers/simulation/**",
      "drivers/*/testing/**",
      "drivers/testing/**",
      "proto/**",
      "scripts/**",
      // Pages by the dozen for a benchmark: as many browsers would measure themselves.
      "relay/testing/test-page.ts",
    ],
    types: ["drivers/base/json.ts"],
    packages: [
      "node:*",
      "@playwright/test",
      "@axe-core/playwright",
      "lighthouse",
      "@connectrpc/*",
      "@bufbuild/protobuf",
      "ws",
    ],
    rule: "end-to-end tests use what people use: the built page, the relay's command, the wire",
  },
  {
    files: "scripts/**",
    own: 1,
    may: ["relay/**", "proto/*.ts", "package.json"],
    packages: ["node:*", "vite"],
    rule: "scripts run tools and the relay",
  },
  {
    files: "*.config.ts",
    own: 0,
    may: ["scripts/**"],
    packages: ["node:*", "vite", "vitest", "@playwright/test"],
    rule: "configuration of tools",
  },
];

/** Tests beside the code may also import these: their tools, and devices that are not there. */
const FOR_TESTS = {
  may: ["**/testing/**", "drivers/simulation/**"],
  packages: ["vitest", "fast-check", "node:*", "valibot", "yaml"],
};

/** @returns What is wrong with the import, in words, or undefined. */
export function judgeImport(
  file: string,
  found: Pick<Import, "specifier" | "kind">,
  zones: readonly Zone[] = ZONES,
): string | undefined {
  const zone = zoneOf(file, zones);
  if (zone === undefined) return "no rule is about this file: add its folder to scripts/import-rules.ts";
  const isTest = file.endsWith(".test.ts");
  const target = targetOf(file, found.specifier);
  if (target === undefined) {
    const packages = isTest ? [...zone.packages, ...FOR_TESTS.packages] : zone.packages;
    return packages.includes(packageOf(found.specifier)) || packages.includes(`${scopeOf(found.specifier)}*`)
      ? undefined
      : zone.rule;
  }
  const own = zone.own === 0 ? undefined : file.split("/").slice(0, zone.own).join("/");
  if (own !== undefined && target.startsWith(`${own}/`)) return undefined;
  const may = [
    ...zone.may,
    ...(found.kind === "type" ? (zone.types ?? []) : []),
    ...(isTest ? [...FOR_TESTS.may, ...(zone.tests ?? [])] : []),
  ];
  return may.some((pattern) => matchesGlob(target, pattern)) ? undefined : zone.rule;
}

/** Globals that the file uses and must not, with their lines. Tests may pretend a page. */
export function judgeWords(
  file: string,
  words: ReadonlyMap<string, number>,
  zones: readonly Zone[] = ZONES,
): readonly { readonly line: number; readonly word: string; readonly rule: string }[] {
  const zone = zoneOf(file, zones);
  if (zone?.not === undefined || file.endsWith(".test.ts")) return [];
  return zone.not.flatMap((word) => {
    const line = words.get(word);
    return line === undefined ? [] : [{ line, word, rule: zone.rule }];
  });
}

function zoneOf(file: string, zones: readonly Zone[]): Zone | undefined {
  return zones.find((zone) => matchesGlob(file, zone.files));
}

/** The file that a relative import means, from the root; undefined for a package. */
export function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ""));
}

function packageOf(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function scopeOf(specifier: string): string {
  if (specifier.startsWith("node:")) return "node:";
  return specifier.startsWith("@") ? `${specifier.split("/")[0]}/` : specifier;
}
