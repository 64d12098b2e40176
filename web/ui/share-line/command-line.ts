/**
 * What a client types to reach this exporter.
 * Above: share-line.ts, share/. Below: the options of `jmp shell`, the names of Jumpstarter's packages, and those of its flashers' commands.
 */

import type { DriverSnapshot } from "../../messages.ts";
import { fileAbilities } from "../driver-cards/file-abilities.ts";
import type { RelayInfo } from "../model.ts";

/** The line that opens a shell on this exporter. */
export function shellCommand(
  relay: Pick<RelayInfo, "endpoint" | "insecure">,
  passphrase: string | undefined,
): string {
  const words = ["jmp", "shell", "--tls-grpc", relay.endpoint];
  if (relay.insecure) words.push("--tls-grpc-insecure");
  if (passphrase !== undefined) words.push("--passphrase", passphrase);
  return words.map(shellWord).join(" ");
}

/** What needs no quotes in any shell that people use; brackets of an IPv6 address do, in zsh. */
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A word as a POSIX shell reads it back unchanged. */
export function shellWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A driver's path as a client types it after `j`. */
export function shellPath(path: readonly string[]): string {
  return path.map(shellWord).join(" ");
}

/** The Python packages that the clients of these drivers come in; the tree itself needs the composite's. */
export function installCommand(drivers: readonly DriverSnapshot[]): string {
  const packages = new Set(["jumpstarter-driver-composite"]);
  visit(drivers, ({ clientClass }) => {
    const [module = ""] = clientClass.split(".");
    // Classes of Jumpstarter's own core come with its command line.
    if (module.startsWith("jumpstarter_driver_")) packages.add(module.replaceAll("_", "-"));
  });
  return ["pip", "install", "jumpstarter-cli", ...[...packages].sort()].join(" ");
}

/** A few things worth typing in that shell, for the drivers that are there; the shortest way to each. */
export function firstCommands(drivers: readonly DriverSnapshot[]): readonly string[] {
  const power = nearest(drivers, (driver) => driver.calls.includes("on") && driver.calls.includes("off"));
  const serial = nearest(
    drivers,
    (driver) => driver.category === "serial" && driver.streams.includes("connect"),
  );
  const flasher = nearest(drivers, (driver) => flashWords(driver) !== undefined);
  return [
    ...(power ? [`j ${shellPath(power.path)} on`] : []),
    ...(serial ? [`j ${shellPath(serial.path)} start-console`] : []),
    ...(flasher ? [`j ${shellPath(flasher.path)} ${flashWords(flasher)}`] : []),
    "j --help",
  ];
}

/** How its client takes a file, with a name that says which kind of file; undefined: it takes none. */
function flashWords(driver: DriverSnapshot): string | undefined {
  const method = fileAbilities(driver)?.send.method;
  switch (driver.clientClass.split(".").at(-1)) {
    case "Esp32FlasherClient":
      return "flash app.bin -a 0x10000";
    case "PiPicoClient":
      return "flash app.uf2";
    case "StlinkMsdFlasherClient":
      return "flash app.bin";
    case "ProbeRsClient":
      return "download app.elf";
    // It has no command that takes a file.
    case "StorageMuxClient":
      return undefined;
    default:
      return method === "flash" || method === "write" ? "flash image.img" : undefined;
  }
}

/** The first one with the shortest path: an alias at the top is handier than what it stands for. */
function nearest(
  drivers: readonly DriverSnapshot[],
  fits: (driver: DriverSnapshot) => boolean,
): DriverSnapshot | undefined {
  let found: DriverSnapshot | undefined;
  visit(drivers, (driver) => {
    if (fits(driver) && (found === undefined || driver.path.length < found.path.length)) found = driver;
  });
  return found;
}

function visit(drivers: readonly DriverSnapshot[], each: (driver: DriverSnapshot) => void): void {
  for (const driver of drivers) {
    each(driver);
    visit(driver.children, each);
  }
}
