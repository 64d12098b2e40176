/**
 * Takes the measures of jumptab alone, one after the other.
 * Above: main.ts. Below: recovery.ts, relay-memory.ts, resume-cost.ts, esp32-flash.ts, which start and end what they need.
 */

import type { Random } from "../support/random.ts";
import type { SoloEffort } from "./effort.ts";
import { measureEsp32Flash } from "./esp32-flash.ts";
import { measureRecovery } from "./recovery.ts";
import { measureRelayMemory } from "./relay-memory.ts";
import { measureResumeCost } from "./resume-cost.ts";
import type { Samples, SoloId, SoloMeasure, SoloResult } from "./solo-measures.ts";
import type { SystemOptions } from "./systems.ts";

export interface SoloOptions extends SystemOptions {
  readonly effort: SoloEffort;
  /** Chooses when lines are cut. */
  readonly random: Random;
  readonly say: (message: string) => void;
}

export async function takeSoloMeasures(
  measures: readonly SoloMeasure[],
  options: SoloOptions,
): Promise<SoloResult[]> {
  const results: SoloResult[] = [];
  for (const measure of measures) {
    options.say(SAYING[measure.id]);
    results.push({ measure, samples: await take(measure.id, options) });
  }
  return results;
}

const SAYING: Readonly<Record<SoloId, string>> = {
  recovery: "cutting the line between a page and its relay",
  memory: "reading the relay's memory",
  resume: "comparing the tunnel with one that cannot resume",
  esp32: "flashing a simulated ESP32 at the pace of its line, near and far",
};

async function take(id: SoloId, options: SoloOptions): Promise<Samples> {
  const { effort, folder, signal } = options;
  switch (id) {
    case "recovery":
      return await measureRecovery({ ...options, ...effort.recovery });
    case "memory":
      return await measureRelayMemory({ ...effort.memory, folder, signal });
    case "resume":
      return await measureResumeCost({ ...effort.resume, folder, signal });
    case "esp32":
      return await measureEsp32Flash({ ...options, ...effort.esp32 });
  }
}
