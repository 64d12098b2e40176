/**
 * Puts a colleague's page together: the platform on one side, GuestPage and its views on the other.
 * Above: web/entry.ts loads it for an address with a link. Below: model/, transport/, views/.
 * Works also on pages that a browser does not call secure (plain HTTP from another machine), and in browsers without device APIs.
 */

import { systemClock } from "../../drivers/base/clock.ts";
import { CLIENT_TUNNEL_PATH } from "../../proto/client-tunnel.ts";
import { askRelay } from "../window/boot.ts";
import type { TabMemory } from "../window/tab-memory.ts";
import { copyText } from "./copy-text.ts";
import { GuestPage } from "./model/guest-page.ts";
import { OwnSecrets } from "./model/own-secrets.ts";
import { Lines } from "./transport/lines.ts";
import { randomSecret, sha256 } from "./transport/random-secret.ts";
import { GuestApp } from "./views/guest-app.ts";

/** A download has begun long before; a text of a few MiB may stay in memory for so long, and a file is only pointed at. */
const DOWNLOAD_BEGINS_WITHIN_MS = 60_000;

/** @param link The secret of the link. */
export function startGuest({ link, tab }: { link: string; tab: TabMemory }): void {
  const baseUrl = new URL(".", document.baseURI).href;
  const schedule = macrotasks();
  const random = (): string => randomSecret((into) => crypto.getRandomValues(into));
  const instance = random();
  const page = new GuestPage({
    link,
    own: new OwnSecrets(
      () => localStorage,
      () => sessionStorage,
    ),
    clock: systemClock,
    random: Math.random,
    openWays: (secret, onState) =>
      new Lines({
        baseUrl,
        tunnelUrl: new URL(CLIENT_TUNNEL_PATH, baseUrl).href.replace(/^http/, "ws"),
        secret,
        clock: systemClock,
        schedule,
        random: Math.random,
        instance,
        fetch: (input, init) => fetch(input, init),
        createSocket: (url, protocol) => new WebSocket(url, protocol),
        onState,
      }),
    newSecret: random,
    // Undefined on a page that is not secure, whatever its type says.
    hash: (secret) => sha256(secret, crypto.subtle as SubtleCrypto | undefined),
    askRelay: () => askRelay(document.baseURI, undefined, (input, init) => fetch(input, init)),
    copy: (text) => copyText(text, { document, clipboard: navigator.clipboard as Clipboard | undefined }),
    saveFile,
    recall: (what) => tab.get(what),
    remember: (what, text) => tab.set(what, text),
    reload: () => location.reload(),
    forgetLink: () => tab.set("link", undefined),
  });
  const app = new GuestApp();
  app.page = page;
  app.pageUrl = baseUrl;
  const old = document.querySelector("jumptab-app");
  if (old === null) document.body.append(app);
  else old.replaceWith(app);
  for (const event of ["online", "pageshow", "focus"]) addEventListener(event, () => page.doubtConnection());
  addEventListener("beforeunload", (event) => {
    if (page.busy) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") page.doubtConnection();
  });
}

/** Macrotasks by way of a MessageChannel: timers would add milliseconds. */
function macrotasks(): (run: () => void) => void {
  const due: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => due.shift()?.();
  return (run) => {
    due.push(run);
    port2.postMessage(null);
  };
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
