/**
 * A real Chromium with a real `navigator.serial`, and a simulated board on the other end of its port.
 * Above: the specs of this folder. Below: native-chooser.ts, board.py, chromium-in-namespace.sh, control-lines.c.
 * What is simulated is the wire: from WebSerial to the terminal device everything is the browser's and the kernel's.
 * Works as root on Linux with Debian's Chromium; elsewhere `missing` says what is not there.
 */

import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium } from "@playwright/test";
import { installedChromium } from "../../scripts/prepare-chromium.ts";
import { runCommand } from "../../scripts/prepare-command.ts";
import { NEWEST, venvOf } from "../../scripts/prepare-python.ts";
import { ExporterPage } from "../pages/exporter-page.ts";
import { Child } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { NativeChooser } from "./native-chooser.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The ids of the simulated adapter, as `hwgrep://` writes them. */
export const ADAPTER = { vendorId: "2E8A", productId: "000A" };

/** Why the lab cannot be on this machine, as a sentence; undefined where it can. */
export async function missing(): Promise<string | undefined> {
  if (process.platform !== "linux") return "Real serial ports are simulated on Linux only.";
  if (process.getuid?.() !== 0) return "Only root can put a simulated board in the place of /dev/ttyS0.";
  if (!existsSync("/sys/class/tty/ttyS0") || !existsSync("/dev/ttyS0")) {
    return "This machine has no /dev/ttyS0 for the simulated board to stand in for.";
  }
  if (!existsSync("/etc/chromium"))
    return "The browser is not Debian's Chromium: its policies are read from elsewhere.";
  try {
    await runCommand("unshare", ["--mount", "true"], { timeoutMs: 10_000 });
  } catch {
    return "This machine does not let root make a mount namespace (unshare --mount).";
  }
  return undefined;
}

export interface LabOptions {
  readonly folder: string;
  /** The page that may use the port without being asked; undefined: a person has to take it in the chooser. */
  readonly grantTo: string | undefined;
  /** Without one a browser cannot know the adapter again, and its grants end with the browser. */
  readonly serialNumber: string | undefined;
}

export class Lab implements AsyncDisposable {
  /** Whether DTR and RTS can be set: it takes a C compiler. */
  readonly hasControlLines: boolean;
  readonly #launch: () => Promise<RunningBrowser>;
  readonly #board: Child;
  readonly #controlLines: string;
  #browser: RunningBrowser;

  private constructor(
    launch: () => Promise<RunningBrowser>,
    browser: RunningBrowser,
    board: Child,
    controlLines: string,
    hasControlLines: boolean,
  ) {
    this.#launch = launch;
    this.#browser = browser;
    this.#board = board;
    this.#controlLines = controlLines;
    this.hasControlLines = hasControlLines;
  }

  static async start({ folder, grantTo, serialNumber }: LabOptions): Promise<Lab> {
    const executable = installedChromium();
    if (executable === undefined) throw new Error("there is no Chromium");
    const board = new Child(`${venvOf(NEWEST)}/bin/python`, [path("board.py")], { keepStdin: true });
    const [pty] = await board.saw(/^\/dev\/\S+$/m, "stdout");
    await writePolicies(`${folder}/etc-chromium`, grantTo);
    await writeFile(`${folder}/udev-data`, udevData(serialNumber));
    const preload = await compileControlLines(folder);
    const controlLines = `${folder}/control-lines`;
    const launch = async (): Promise<RunningBrowser> => {
      const port = await freePort();
      const context = await chromium.launchPersistentContext(`${folder}/profile`, {
        executablePath: path("chromium-in-namespace.sh"),
        args: ["--no-sandbox", ...NativeChooser.flags(port)],
        permissions: ["clipboard-read", "clipboard-write"],
        env: {
          ...process.env,
          LAB_PTY: pty,
          LAB_FOLDER: folder,
          LAB_CHROMIUM: executable,
          LAB_PRELOAD: preload ?? "",
          JUMPTAB_CONTROL_LINES: controlLines,
        },
      });
      return { context, chooser: new NativeChooser(port) };
    };
    return new Lab(launch, await launch(), board, controlLines, preload !== undefined);
  }

  /** A tab in a person's browser profile: what is granted in it stays, as far as the browser keeps it. */
  newPage(url: () => string): ExporterPage {
    return new ExporterPage(null, url, this.#browser.context);
  }

  /** What the browser shows when the page asks for a port. */
  get chooser(): NativeChooser {
    return this.#browser.chooser;
  }

  /** The board is gone, and its end of the line hangs up: the browser reads what it reads when a cable is pulled. */
  async unplug(): Promise<void> {
    await this.#board[Symbol.asyncDispose]();
  }

  /** Close the browser, and start it again with the same profile. Its pages are gone; `newPage` makes one. */
  async restartBrowser(): Promise<void> {
    await this.#browser.context.close();
    this.#browser = await this.#launch();
  }

  /** Every state that DTR and RTS have had, in order: `DTR=1 RTS=0`. */
  async controlLines(): Promise<readonly string[]> {
    if (!existsSync(this.#controlLines)) return [];
    return (await readFile(this.#controlLines, "utf8")).trim().split("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.context.close();
    await this.#board[Symbol.asyncDispose]();
  }
}

interface RunningBrowser {
  readonly context: BrowserContext;
  readonly chooser: NativeChooser;
}

/** What udev would know of an adapter on ttyS0. Chromium reads the ids from here. */
function udevData(serialNumber: string | undefined): string {
  return `I:1
E:ID_BUS=usb
E:ID_VENDOR_ID=${ADAPTER.vendorId.toLowerCase()}
E:ID_MODEL_ID=${ADAPTER.productId.toLowerCase()}
E:ID_MODEL_ENC=Lab\\x20board
${serialNumber === undefined ? "" : `E:ID_SERIAL_SHORT=${serialNumber}\n`}G:systemd
`;
}

/** The policy that an administrator would write; without an origin there is none. */
async function writePolicies(folder: string, origin: string | undefined): Promise<void> {
  await mkdir(`${folder}/policies/managed`, { recursive: true });
  if (origin === undefined) return;
  const device = {
    vendor_id: Number.parseInt(ADAPTER.vendorId, 16),
    product_id: Number.parseInt(ADAPTER.productId, 16),
  };
  await writeFile(
    `${folder}/policies/managed/jumptab.json`,
    JSON.stringify({ SerialAllowUsbDevicesForUrls: [{ devices: [device], urls: [origin] }] }),
  );
}

/** The path of the library, or undefined without a compiler: the tests of control lines are skipped then. */
async function compileControlLines(folder: string): Promise<string | undefined> {
  const compiler = ["/usr/bin/cc", "/usr/bin/gcc"].find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false; // not this one
    }
  });
  if (compiler === undefined) return undefined;
  const library = `${folder}/control-lines.so`;
  await runCommand(compiler, ["-shared", "-fPIC", "-O1", "-o", library, path("control-lines.c"), "-ldl"], {
    timeoutMs: 60_000,
  });
  return library;
}
