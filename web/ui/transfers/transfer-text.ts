/**
 * A transfer in words: what is done with which file, how far it is, and how it ended.
 * Above: transfer-progress.ts, transfer-strip.ts, transfer-history.ts, page-title.ts. Below: transfer-rates.ts.
 */

import type { TransferSnapshot } from "../../messages.ts";
import { bytes, duration, timeLeft } from "../shared/format.ts";
import { bytesPerSecond, fractionDone, stalledMs, timeLeftMs, type Watched } from "./transfer-rates.ts";

type Step = TransferSnapshot["step"];

/** `firmware.bin to 0x10000`, as far as it is known. */
export function transferName(transfer: TransferSnapshot): string {
  const { name, target, image } = transfer;
  // Clients do not say what their file is called: its content is all that one can know it by.
  const file = name ?? (image === undefined ? "a file" : `image ${shortHash(image.sha256)}`);
  if (target === undefined) return file;
  return comesFromDevice(transfer) ? `${file} from ${target}` : `${file} to ${target}`;
}

/** Methods of Jumpstarter's storage interfaces that get a file from the device. */
const FETCHING: ReadonlySet<string> = new Set(["dump", "read", "file_read", "verify"]);

/** A call that fails before its first byte has not shown yet which way the file goes: its name says it. */
export function comesFromDevice({ direction, method }: TransferSnapshot): boolean {
  return direction === "from-device" || FETCHING.has(method);
}

/** `43 %`; undefined where the end is not known. Never 100 before it is done. */
export function percent(step: Pick<Step, "done" | "total">): string | undefined {
  const fraction = fractionDone(step);
  return fraction === undefined ? undefined : `${Math.floor(fraction * 100)} %`;
}

/** The parts of one line, each a figure with its unit. */
export function progressFigures(step: Step, watched: Watched | undefined, now: number): readonly string[] {
  const rate = bytesPerSecond(watched, now);
  const stalled = stalledMs(watched, now);
  const left = timeLeftMs(step, rate);
  const figures = [percent(step), amount(step)];
  if (stalled !== undefined) figures.push(`nothing has moved for ${duration(stalled)}`);
  else {
    if (rate !== undefined) figures.push(`${bytes(rate)}/s`);
    if (left !== undefined) figures.push(`${timeLeft(left)} left`);
  }
  return figures.filter((figure) => figure !== undefined && figure !== "") as readonly string[];
}

/** `Writing` for `writing`. */
export function phaseLabel({ phase }: Pick<Step, "phase">): string {
  return phase.charAt(0).toUpperCase() + phase.slice(1);
}

export interface Outcome {
  readonly tone: "ok" | "error" | "off";
  readonly label: string;
}

export function outcome({ state }: Pick<TransferSnapshot, "state">): Outcome {
  switch (state) {
    case "done":
      return { tone: "ok", label: "Done" };
    case "failed":
      return { tone: "error", label: "Failed" };
    case "cancelled":
      return { tone: "off", label: "Cancelled" };
    case "running":
      return { tone: "off", label: "Running" };
  }
}

/** What is asked before a client's work is ended; undefined for the page's own, which needs no question. */
export function cancelQuestion(transfer: TransferSnapshot): { title: string; text: string } | undefined {
  if (transfer.by === "page") return undefined;
  return {
    title: `Cancel a client's ${transfer.method}?`,
    text: `A client has begun it on ${transfer.path.join(".")}: its command fails at once. What has been written so far stays on the device.`,
  };
}

/** The first characters of a hash: enough to tell images apart by eye. */
export function shortHash(sha256: string): string {
  return sha256.slice(0, 8);
}

function amount({ done, total }: Step): string {
  if (total === undefined) return done === 0 ? "" : bytes(done);
  return `${bytes(Math.min(done, total))} of ${bytes(total)}`;
}
