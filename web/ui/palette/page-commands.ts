/**
 * The table of commands that follow from the page's state: which there are now, and what each does. Elements offer others themselves.
 * Above: palette.ts, app.ts. Below: PageState and PageActions of model.ts; nothing is drawn here.
 */

import type { DriverSnapshot } from "../../messages.ts";
import { fileAbilities } from "../driver-cards/file-abilities.ts";
import type { PageActions, PageState } from "../model.ts";
import { shellCommand } from "../share-line/command-line.ts";
import type { Command } from "../shared/commands.ts";

/** What the page around the bench can do, beside the actions. */
export interface PageVerbs {
  openHelp(): void;
  /** Undefined: the browser offers nothing to install, or it is installed. */
  readonly install: (() => Promise<void>) | undefined;
  readonly wakeLock: { readonly allowed: boolean; allow(allowed: boolean): void } | undefined;
  /** Unfold the card of a driver, and press its button. */
  pressOnCard(path: readonly string[], button: CardButton): void;
}

export type CardButton = "open-console" | "choose-file";

export function pageCommands(state: PageState, actions: PageActions, verbs: PageVerbs): readonly Command[] {
  return [
    ...(state.view.kind === "bench" ? boardCommands(state, actions, verbs) : []),
    ...(state.view.kind === "bench" ? shareCommands(state, actions) : []),
    ...(state.view.kind === "welcome" ? welcomeCommands(state, actions) : []),
    ...ofPage(actions, verbs),
  ];
}

function boardCommands({ snapshot }: PageState, actions: PageActions, verbs: PageVerbs): readonly Command[] {
  if (snapshot.phase !== "running") return [];
  return allDrivers(snapshot.drivers).flatMap((driver) => driverCommands(driver, actions, verbs));
}

function driverCommands(driver: DriverSnapshot, actions: PageActions, verbs: PageVerbs): readonly Command[] {
  const { path } = driver;
  const name = path.join(" ");
  const commands: Command[] = [];
  const add = (id: string, title: string, words: string, run: () => void | Promise<void>): void => {
    commands.push({ id: `${id}:${JSON.stringify(path)}`, title, group: "Board", words, run });
  };
  if (driver.category === "power") {
    for (const method of ["on", "off"]) {
      if (!driver.calls.includes(method)) continue;
      add(method, `Switch ${name} ${method}`, `j ${name} ${method} power`, async () => {
        await actions.call(path, method);
      });
    }
  }
  if (driver.category === "serial" && driver.streams.includes("connect")) {
    add("open-console", `Open console of ${name}`, "serial terminal uart start-console", () =>
      verbs.pressOnCard(path, "open-console"),
    );
  }
  if (fileAbilities(driver) !== undefined) {
    add("choose-file", `Choose a file for ${name}`, "flash write image firmware upload", () =>
      verbs.pressOnCard(path, "choose-file"),
    );
  }
  return commands;
}

/** Each instance once, under its own path. */
function allDrivers(drivers: readonly DriverSnapshot[]): readonly DriverSnapshot[] {
  return drivers.flatMap((driver) =>
    driver.refOf === undefined ? [driver, ...allDrivers(driver.children)] : [],
  );
}

function shareCommands({ relay, bench, snapshot }: PageState, actions: PageActions): readonly Command[] {
  if (relay === undefined || bench === undefined || snapshot.phase !== "running") return [];
  return [
    {
      id: "copy-line",
      title: "Copy the jmp shell line",
      group: "Share",
      words: "command client connect passphrase",
      async run() {
        await actions.copy(shellCommand(relay, bench.passphrase));
      },
    },
  ];
}

function welcomeCommands({ benches, serial, busy }: PageState, actions: PageActions): readonly Command[] {
  if (busy) return [];
  return [
    {
      id: "demo",
      title: "Try a demo board",
      group: "Benches",
      words: "simulated example",
      run: () => actions.tryDemoBoard(),
    },
    {
      id: "demo-hooks",
      title: "Try a demo board with hooks",
      group: "Benches",
      words: "simulated example",
      run: () => actions.tryDemoBoard("hooks"),
    },
    {
      id: "demo-files",
      title: "Try a demo board with files",
      group: "Benches",
      words: "simulated example flash",
      run: () => actions.tryDemoBoard("files"),
    },
    ...(serial
      ? [
          {
            id: "add-device",
            title: "Plug in a board",
            group: "Benches",
            words: "add device serial port usb",
            run: () => actions.plugIn("serial"),
          } as const,
        ]
      : []),
    {
      id: "write",
      title: "Write a configuration",
      group: "Benches",
      words: "new bench yaml builder",
      run: () => actions.writeConfiguration(),
    },
    ...benches
      .filter(({ runsElsewhere }) => !runsElsewhere)
      .map(
        ({ id, name }): Command => ({
          id: `bench:${id}`,
          title: `Open ${name}`,
          group: "Benches",
          words: "start bench switch",
          run: () => actions.startBench(id),
        }),
      ),
  ];
}

function ofPage(actions: PageActions, { openHelp, install, wakeLock }: PageVerbs): readonly Command[] {
  const commands: Command[] = [
    { id: "help", title: "Show help", group: "Page", words: "keys shortcuts about", run: openHelp },
    {
      id: "second-tab",
      title: "Open a second tab",
      group: "Page",
      words: "another bench window",
      run: () => actions.openSecondTab(),
    },
    { id: "reload", title: "Reload the page", group: "Page", words: "again", run: () => actions.reload() },
  ];
  if (install !== undefined) {
    commands.push({
      id: "install",
      title: "Install as an app",
      group: "Page",
      words: "pwa desktop home screen",
      run: install,
    });
  }
  if (wakeLock !== undefined) {
    const { allowed, allow } = wakeLock;
    commands.push({
      id: "wake-lock",
      title: allowed
        ? "Let this computer sleep while others use it"
        : "Keep this computer awake while others use it",
      group: "Page",
      words: "wake lock screen sleep",
      run: () => allow(!allowed),
    });
  }
  return commands;
}
