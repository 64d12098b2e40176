/**
 * How well a flasher in a page uses a chip's serial line, and what a client that is far away pays for it: a simulated ESP32 whose line
 * takes as long as a real one.
 * Above: solo.ts. Below: systems.ts, load-generator.ts (load.py makes the calls), ../support/delay-link.ts.
 *
 *   client ── relay ── page with the board                           near
 *   client ── 100 ms ── relay ── page with the board                 far
 *
 * Everything is timed by the client, as whole calls. A small image and a large one differ in what is written alone: connecting to the chip,
 * its stub and its reset are in both. So the share of the line is what the two differ by, in bytes on the line and in time.
 */

import { fileURLToPath } from "node:url";
import { DelayLink } from "../support/delay-link.ts";
import { LoadGenerator } from "./load-generator.ts";
import { figure } from "./measures.ts";
import type { Samples } from "./solo-measures.ts";
import { type Endpoint, type SystemOptions, startJumptab } from "./systems.ts";

export interface Esp32FlashOptions extends SystemOptions {
  readonly rounds: number;
  /** Of the large image. */
  readonly bytes: number;
}

const CONFIG = fileURLToPath(new URL("esp32.yaml", import.meta.url));

/** As in esp32.yaml. */
const BAUD = 921_600;
/** Start, eight of data, stop. */
const BITS_PER_BYTE = 10;
/** Each way: another continent. */
const DELAY_MS = 100;
/** The small image is an eighth of the large one. */
const SMALLER = 8;
/** Seconds, at most: what a call of these sizes may take before the load generator is taken for dead. Nothing runs so long. */
const CALL_SECONDS = 60;

export async function measureEsp32Flash(options: Esp32FlashOptions): Promise<Samples> {
  const { rounds, bytes, venv, env, folder, signal } = options;
  await using system = await startJumptab({ ...options, config: CONFIG, log: "jumptab-esp32.log" });
  const near = system.endpoint;
  const [host = "", port] = near.address.split(":");
  await using link = await DelayLink.open({ host, port: Number(port), delayMs: DELAY_MS });
  const far = { ...near, address: link.address };
  await using load = await LoadGenerator.start({ venv, env, folder, log: "load-esp32.log", signal });

  const samples = {
    esp32LinePercent: [] as number[],
    esp32NearMs: [] as number[],
    esp32FarMs: [] as number[],
    esp32FarUploadMs: [] as number[],
    esp32DistanceMs: [] as number[],
  };
  // The first call loads the part of the page that speaks to chips; it is not counted.
  await flash(load, near, bytes / SMALLER);
  for (let round = 0; round < rounds; round += 1) {
    const small = await flash(load, near, bytes / SMALLER);
    const large = await flash(load, near, bytes);
    const farther = await flash(load, far, bytes);
    const upload = await flash(load, far, bytes, { toChip: false });
    const lineMs = (BITS_PER_BYTE * (large.serialBytes - small.serialBytes) * 1000) / BAUD;
    samples.esp32LinePercent.push((100 * lineMs) / (large.ms - small.ms));
    samples.esp32NearMs.push(large.ms);
    samples.esp32FarMs.push(farther.ms);
    samples.esp32FarUploadMs.push(upload.ms);
    samples.esp32DistanceMs.push(farther.ms - large.ms - upload.ms);
  }
  return samples;
}

interface Flash {
  readonly ms: number;
  readonly serialBytes: number;
}

/** One image of random bytes. `toChip: false`: to the storage beside the board, which takes it at once. */
async function flash(
  load: LoadGenerator,
  endpoint: Endpoint,
  size: number,
  { toChip = true }: { readonly toChip?: boolean } = {},
): Promise<Flash> {
  const job = { name: "flash-once", options: { size, to_chip: Number(toChip) } };
  const answer = await load.measure({ load: job }, CALL_SECONDS, endpoint);
  return { ms: figure(answer, "seconds") * 1000, serialBytes: figure(answer, "serialBytes") };
}
