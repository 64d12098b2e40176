/**
 * The tab's title: a person with many tabs looks here first.
 * Above: app.ts. Below: overall-status.ts.
 */

import { overallStatus } from "../bench/overall-status.ts";
import type { PageState } from "../model.ts";

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
      return bench === undefined ? "jumptab" : `${bench.name}: ${overallStatus(snapshot).label} · jumptab`;
  }
}
