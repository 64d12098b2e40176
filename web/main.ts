/**
 * Puts the page together. The only file of the window that touches the browser's global objects.
 * Above: index.html. Below: web/window/ (what the page does), web/ui/ (how it looks), web/worker.ts (the exporter).
 */

import type { App, BrowserOffers } from "./ui/app/app.ts";
import "./ui/app/app.ts";
import { systemClock } from "../drivers/base/clock.ts";
import type { RelayBoot } from "../proto/boot.ts";
import type { BenchStore } from "./store/bench-store.ts";
import { IndexedBenchStore } from "./store/indexed-bench-store.ts";
import { MemoryBenchStore } from "./store/memory-bench-store.ts";
import { newPassphrase } from "./store/saved-bench.ts";
import { overallStatus } from "./ui/bench/overall-status.ts";
import { duration } from "./ui/shared/format.ts";
import { watchBackground } from "./window/background.ts";
import { BenchLocks } from "./window/bench-locks.ts";
import { askForEnd, askRelay, askUntilAnswered, readFragment, tunnelUrl } from "./window/boot.ts";
import { ImageFiles } from "./window/image-files.ts";
import { KnownRelay } from "./window/known-relay.ts";
import { LayoutMemory } from "./window/layout-memory.ts";
import { Page } from "./window/page.ts";
import { leavingCosts, whenDoubtful } from "./window/page-life.ts";
import { sentence } from "./window/page-state.ts";
import { SerialChooser } from "./window/serial-chooser.ts";
import { TabMemory } from "./window/tab-memory.ts";
import { endWithRelay } from "./window/unattended-end.ts";
import { UnattendedReport } from "./window/unattended-report.ts";
import { UsbChooser } from "./window/usb-chooser.ts";
import { WakeLock, worthStayingAwake } from "./window/wake-lock.ts";
import { WorkerClient } from "./window/worker-client.ts";

/** A page that crashes again and again waits longer each time, but never longer than this, in milliseconds. */
const LONGEST_RELOAD_PAUSE_MS = 60_000;

/** A page that has worked for so long has recovered: the next crash counts as the first. */
const RECOVERED_AFTER_MS = 120_000;

/** A download has begun long before; a text of a few MiB may stay in memory for so long, and a file is only pointed at. */
const DOWNLOAD_BEGINS_WITHIN_MS = 60_000;

/** Where a browser does not say when it is idle: the page has long been drawn by then. */
const IDLE_AFTER_MS = 5_000;

const tab = new TabMemory(
  () => sessionStorage,
  () => localStorage,
);

async function main(): Promise<void> {
  const app = document.querySelector("jumptab-app");
  if (app === null) throw new Error("index.html has no jumptab-app element");
  if (!isSecureContext) {
    app.blocked = {
      title: "This address is not safe enough for a browser",
      reason: `Browsers give devices and encryption only to pages that come over HTTPS or from the same machine. This one came over plain HTTP from ${location.host}.`,
      cure: `Open it with https:// if the relay has a certificate (--tls-cert, --tls-key). Or forward its port, ssh -L 19090:127.0.0.1:${location.port || "80"} ${location.hostname}, and open http://127.0.0.1:19090/.`,
    };
    return;
  }

  const secrets = readFragment(location.hash);
  const benchKey = secrets.benchKey ?? tab.get("bench-key");
  tab.set("bench-key", benchKey);
  // An address that was just opened is about the relay's bench, whatever this tab showed before.
  if (secrets.benchKey !== undefined) tab.set("bench", undefined);
  // What was secret in the address is not left where people copy addresses from.
  if (location.hash !== "") history.replaceState(history.state, "", location.pathname + location.search);

  const ask = (): Promise<RelayBoot> => askRelay(document.baseURI, benchKey, fetch.bind(globalThis));
  const knownRelay = new KnownRelay(() => localStorage);
  const known = knownRelay.get();
  const boot = await askUntilAnswered(ask, {
    clock: systemClock,
    instead: known,
    onFailure: (error) => {
      app.blocked = {
        title: "The relay cannot be reached",
        reason: sentence(error),
        cure:
          known === undefined
            ? "Start it again (npm start): this page goes on by itself as soon as it answers."
            : "In a moment this page goes on without it: boards that are plugged in here work, and nobody else can reach them until it is back.",
      };
    },
  });
  knownRelay.keep(boot);
  app.blocked = undefined;

  const store = await openStore();
  if (secrets.attachToken !== undefined) await store.setSetting("attach-token", secrets.attachToken);
  const serial = "serial" in navigator ? navigator.serial : undefined;
  const usb = "usb" in navigator ? navigator.usb : undefined;
  const page = new Page({
    boot,
    bootIsOld: boot === known,
    store,
    tab,
    layouts: new LayoutMemory(() => localStorage),
    tunnelUrl: tunnelUrl(document.baseURI),
    pageUrl: new URL(".", document.baseURI).href,
    locks: new BenchLocks(navigator.locks),
    serial: serial && new SerialChooser(serial),
    usb: usb && new UsbChooser(usb),
    images: new ImageFiles(() => navigator.storage.getDirectory()),
    connectWorker: (events) =>
      new WorkerClient(new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }), events),
    examples: () => import("./config/examples.ts"),
    askRelay: ask,
    copy: (text) => navigator.clipboard.writeText(text),
    saveFile,
    openSecondTab: () => void open(location.href, "_blank", "noopener"),
    reload: () => location.reload(),
    reloadUnattended,
    newId: () => crypto.randomUUID(),
    newPassphrase: () => newPassphrase((into) => crypto.getRandomValues(into)),
    now: () => Date.now(),
  });
  const forLife = { signal: new AbortController().signal };
  if (boot.bench?.unattended) {
    // Nobody sees this page: it draws nothing, and the relay that runs this browser puts its console into its own log.
    app.blocked = {
      title: "This exporter runs unattended",
      reason: "The relay started this browser for it.",
      cure: "What it does is in the relay's log. To see a bench, open one in a browser of your own.",
    };
    // Chromium's log has one level for all that a page says, so the level stands in the text: relay/run/page-message.ts reads it.
    const report = new UnattendedReport(boot.bench.file, (gravity, line) => {
      // biome-ignore lint/suspicious/noConsole: see above
      const write = gravity === "error" ? console.error : console.warn;
      write(`${gravity}: ${line}`);
    });
    page.subscribe(() => report.look(page.state.snapshot, page.state.log), forLife);
    void endWithRelay({
      ask: () => askForEnd(document.baseURI, benchKey, fetch.bind(globalThis)),
      stop: (end) => page.end(end),
      report: (failure) => {
        if (failure !== undefined) report.trouble(`the exporter could not be stopped in order: ${failure}`);
        report.stopped();
      },
      clock: systemClock,
    });
  } else {
    app.model = page;
    page.subscribe(() => showIcon(page), forLife);
    app.browser = offersOfBrowser(app, page, forLife);
    watchBackground(
      {
        document,
        clock: systemClock,
        snapshot: () => page.state.snapshot,
        tell: (awayMs) =>
          page.tell(`This tab was in the background for ${duration(awayMs)} and went on working.`),
      },
      forLife,
    );
    if (boot !== known) keepForLater();
  }

  const { connection: network } = navigator as WithNetwork;
  whenDoubtful({ window, document, network }, () => page.doubtConnection(), forLife);
  for (const event of ["connect", "disconnect"]) {
    serial?.addEventListener(event, () => page.devicesChanged());
    usb?.addEventListener(event, () => page.devicesChanged());
  }
  const lookAgain = (): void => {
    if (document.visibilityState === "visible" && page.state.view.kind === "welcome")
      void page.refreshBenches();
  };
  document.addEventListener("visibilitychange", lookAgain);
  addEventListener("focus", lookAgain);
  addEventListener("beforeunload", (event) => {
    if (leavingCosts(page.state.snapshot) && !boot.bench?.unattended) event.preventDefault();
  });
  setTimeout(() => tab.set("reloads", undefined), RECOVERED_AFTER_MS);
  await page.begin({ discarded: (document as WithDiscarded).wasDiscarded === true });
}

/** What the browser can do for the page, beside what every page has. */
function offersOfBrowser(app: App, page: Page, life: { signal: AbortSignal }): BrowserOffers {
  let installer: InstallEvent | undefined;
  addEventListener("beforeinstallprompt", (event) => {
    // It is offered among the commands, and not in the person's way.
    event.preventDefault();
    installer = event as InstallEvent;
  });
  addEventListener("appinstalled", () => {
    installer = undefined;
  });
  const wakeLock =
    "wakeLock" in navigator
      ? new WakeLock({
          request: () => navigator.wakeLock.request("screen"),
          document,
          clock: systemClock,
          allowed: tab.get("stay-awake") !== "off",
          onChange: () => app.requestUpdate(),
        })
      : undefined;
  page.subscribe(() => wakeLock?.want(worthStayingAwake(page.state.snapshot)), life);
  return {
    install: () => installer && (async () => void (await installer?.prompt())),
    wakeLock: () =>
      wakeLock && {
        allowed: wakeLock.allowed,
        held: wakeLock.held,
        allow(allowed) {
          tab.set("stay-awake", allowed ? undefined : "off");
          wakeLock.allow(allowed);
        },
      },
  };
}

/** Once the page has nothing else to do, the browser keeps it for when the relay cannot be reached. */
function keepForLater(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const keep = (): void => {
    // Where it is forbidden, as in some private windows, the page needs its relay, as before.
    navigator.serviceWorker.register("./sw.js", { updateViaCache: "none" }).catch(() => undefined);
  };
  if ("requestIdleCallback" in window) requestIdleCallback(keep);
  else setTimeout(keep, IDLE_AFTER_MS);
}

/** https://developer.mozilla.org/docs/Web/API/BeforeInstallPromptEvent; Chromium alone has it. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** https://wicg.github.io/netinfo/; not every browser has it. */
type WithNetwork = Navigator & { readonly connection?: EventTarget };

/** https://wicg.github.io/page-lifecycle/; not every browser has it. */
type WithDiscarded = Document & { readonly wasDiscarded?: boolean };

/** The browser's database; where it has none, as in some private windows, the page works and forgets. */
async function openStore(): Promise<BenchStore> {
  try {
    return await IndexedBenchStore.open();
  } catch {
    return new MemoryBenchStore(); // The page says that it forgets: see `lasting`.
  }
}

/** A download, as from a link. */
function saveFile(name: string, content: string | Blob): void {
  const blob = typeof content === "string" ? new Blob([content], { type: "text/plain" }) : content;
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  // Not at once: the browser looks at it in a task of its own.
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_BEGINS_WITHIN_MS);
}

/** The tab's icon has the colour of the exporter's status. */
function showIcon(page: Page): void {
  const icon = document.querySelector<HTMLLinkElement>("#icon");
  const { tone } = overallStatus(page.state.snapshot);
  const href = `./icon-${tone === "in-use" ? "ok" : tone}.svg`;
  if (icon !== null && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
}

/** Nobody looks at this page: it helps itself, with growing pauses. */
function reloadUnattended(): void {
  const reloads = Number(tab.get("reloads") ?? 0);
  tab.set("reloads", String(reloads + 1));
  setTimeout(() => location.reload(), Math.min(1_000 * 2 ** reloads, LONGEST_RELOAD_PAUSE_MS));
}

void main();
