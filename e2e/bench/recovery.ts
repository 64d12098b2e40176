/**
 * How long it takes until what waited for a broken connection goes on, with a real page behind a line that is cut.
 * Above: solo.ts. Below: ../support/chaos-link.ts, systems.ts, echo-client.ts.
 *
 *   client ── relay ── line that is cut ── page in a Chromium
 *
 * At the moment of a cut, and all through an outage, the client has one byte under way on an open stream and one call: the
 * clock runs from when the line lets a new connection through until each of them is answered.
 */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ChaosLink } from "../support/chaos-link.ts";
import type { Random } from "../support/random.ts";
import { EchoClient } from "./echo-client.ts";
import type { Samples } from "./solo-measures.ts";
import { freePort, type SystemOptions, startJumptab } from "./systems.ts";

export interface RecoveryOptions extends SystemOptions {
  /** Cuts after which a new connection is taken at once. */
  readonly cuts: number;
  /** Cuts after which none is taken for a while. */
  readonly outages: number;
  readonly random: Random;
}

/** 0.3 to 1 s of peace between two cuts: a connection that has just come back is not cut in the middle of that. */
const PEACE_MS: readonly [number, number] = [300, 1000];
/** 1 to 3 s: a Wi-Fi that changes its access point, a cable that is put into another socket. */
const OUTAGE_MS: readonly [number, number] = [1000, 3000];

/** @throws Error when anything ends that should only have waited. */
export async function measureRecovery(options: RecoveryOptions): Promise<Samples> {
  const { cuts, outages, random, signal } = options;
  await using line = await openLine(options);
  const { client, link } = line;
  const afterCut = { stream: [] as number[], call: [] as number[] };
  const afterOutage = { stream: [] as number[], call: [] as number[] };
  try {
    for (let cut = 0; cut < cuts; cut += 1) {
      await sleep(random.between(...PEACE_MS), undefined, { signal });
      link.cut(random.pick(["reset", "end"]));
      await record(client, Promise.resolve(performance.now()), afterCut);
    }
    for (let outage = 0; outage < outages; outage += 1) {
      await sleep(random.between(...PEACE_MS), undefined, { signal });
      link.down();
      const isUp = sleep(random.between(...OUTAGE_MS), undefined, { signal }).then(() => {
        link.up();
        return performance.now();
      });
      await record(client, isUp, afterOutage);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`recovery: ${message(error)}. The last lines of jumptab:\n${await line.logTail()}`);
  }
  if (link.stats.cuts < cuts + outages) throw new Error("recovery: the page does not go through the line");
  return {
    streamAfterCutMs: afterCut.stream,
    callAfterCutMs: afterCut.call,
    streamAfterOutageMs: afterOutage.stream,
    callAfterOutageMs: afterOutage.call,
  };
}

/** One byte and one call, under way while the line is down; `isUp` tells since when it is not. */
async function record(
  client: EchoClient,
  isUp: Promise<number>,
  into: { readonly stream: number[]; readonly call: number[] },
): Promise<void> {
  const [up, stream, call] = await Promise.all([isUp, client.echo(), client.call()]);
  if (Math.min(stream, call) < up) throw new Error("something was answered while the line was down");
  into.stream.push(stream - up);
  into.call.push(call - up);
}

interface Line extends AsyncDisposable {
  readonly link: ChaosLink;
  readonly client: EchoClient;
  logTail(): Promise<string>;
}

/** The product as people start it, but for the line between its page and its relay. */
async function openLine(options: RecoveryOptions): Promise<Line> {
  await using opened = new AsyncDisposableStack();
  const { random, folder, signal, chromium } = options;
  const port = await freePort();
  const link = opened.use(await ChaosLink.open({ host: "127.0.0.1", port, random: random.fork() }));
  const system = opened.use(
    await startJumptab({
      ...options,
      chromium: await throughLine(chromium, port, link.address, folder),
      listener: `127.0.0.1:${port}`,
      log: "jumptab-recovery.log",
    }),
  );
  const client = opened.use(await EchoClient.open(system.endpoint, { signal }));
  const kept = opened.move();
  return {
    link,
    client,
    logTail: () => system.logTail(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * A browser for which the relay's address is the line's: the page does not know, its origin and its settings are the usual
 * ones.
 *
 * @returns The path of a program.
 */
async function throughLine(chromium: string, port: number, line: string, folder: string): Promise<string> {
  const path = join(folder, "chromium-through-line");
  const script = `#!/bin/sh\nexec "${chromium}" '--host-resolver-rules=MAP 127.0.0.1:${port} ${line}' "$@"\n`;
  await writeFile(path, script, { mode: 0o700 });
  return path;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
