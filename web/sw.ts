/**
 * The service worker: it keeps the page for when the relay cannot be reached, and does nothing else. Built to the root of the page as
 * sw.js, with the list of what it keeps (vite.config.ts).
 * Above: web/main.ts registers it. Below: service-worker/shell.ts.
 */

import { Shell, type ShellFiles } from "./service-worker/shell.ts";

/** Put in by vite.config.ts. */
declare const SHELL_FILES: ShellFiles;

/** Of a service worker's events; the compiler knows those of pages. */
interface LivingEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchingEvent extends LivingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const shell = new Shell({
  shell: SHELL_FILES,
  scope: new URL(".", location.href).href,
  caches,
  fetch: (request) => fetch(request),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});

addEventListener("install", (event) => (event as LivingEvent).waitUntil(shell.install()));
addEventListener("activate", (event) => (event as LivingEvent).waitUntil(shell.tidy()));
addEventListener("fetch", (event) => {
  const answer = shell.answer((event as FetchingEvent).request);
  if (answer !== undefined) (event as FetchingEvent).respondWith(answer);
});
