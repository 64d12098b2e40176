/**
 * The tab's title: a person with many tabs looks here first.
 * Above: app.ts. Below: overall-status.ts, people-text.ts, transfer-text.ts.
 */

import type { ExporterSnapshot } from "../../messages.ts";
import { overallStatus } from "../bench/overall-status.ts";
import type { PageState } from "../model.ts";
import { requestText } from "../share/people-text.ts";
import { percent } from "../transfers/transfer-text.ts";

export function pageTitle({ view, bench, snapshot }: PageState): string {
  switch (view.kind) {
    case "loading":
    case "welcome":
      return "jumptab";
    case "blocked":
      return "Not working · jumptab";
    case "elsewhere":
      return `${view.name} runs in another tab · jumptab`;
    case "bench":
    case "editor":
      return bench === undefined
        ? "jumptab"
        : `${asking(snapshot)}${howFar(snapshot)}${bench.name}: ${overallStatus(snapshot).label} · jumptab`;
  }
}

/** Somebody waits for an answer: this comes before everything else. */
function asking({ seat }: ExporterSnapshot): string {
  const text = requestText(seat.requests);
  return text === undefined ? "" : `${text} · `;
}

/** Of the file on its way that was begun last: people come back when it is done. */
function howFar({ transfers }: ExporterSnapshot): string {
  const running = transfers.find(({ state }) => state === "running");
  const done = running && percent(running.step);
  return done === undefined ? "" : `${done} · `;
}
