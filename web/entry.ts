/**
 * Which page this is: a colleague's, when the address has a link, else the one beside the board. Neither loads the other.
 * Above: index.html. Below: main.ts, guest/start.ts, each by import().
 */

import { TabMemory } from "./window/tab-memory.ts";

const tab = new TabMemory(
  () => sessionStorage,
  () => localStorage,
);

/** What the address says goes before what the tab remembers of itself: a link, or the key of a relay's bench. */
function linkOfThisTab(): string | undefined {
  const address = new URLSearchParams(location.hash.replace(/^#/, ""));
  const link = address.get("share");
  if (link === null) {
    if (address.has("bench")) tab.set("link", undefined);
    return tab.get("link");
  }
  tab.set("link", link);
  // What is secret in the address is not left where people copy addresses from.
  history.replaceState(history.state, "", location.pathname + location.search);
  return link;
}

const link = linkOfThisTab();
const started =
  link === undefined || link === ""
    ? import("./main.ts")
    : import("./guest/start.ts").then(({ startGuest }) => startGuest({ link, tab }));
started.catch((error: unknown) => {
  // Nothing that could draw is there.
  const app = document.querySelector("jumptab-app");
  if (app !== null)
    app.textContent =
      "This page could not be loaded whole: its relay has gone, or is another version now. Reload the page.";
  throw error;
});

// Another link that is opened in this tab changes the fragment alone: the browser loads nothing.
addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.replace(/^#/, "")).has("share")) location.reload();
});
