/**
 * What a resume costs while nothing breaks: `node main.ts ROUNDS SECONDS` prints one JSON line, an entry for each round.
 * A process of its own, so that its processor time and its garbage are nobody else's.
 * Above: e2e/bench/resume-cost.ts. Below: variants.ts, echo-pair.ts.
 */

import { type Echoed, echoFor } from "./echo-pair.ts";
import { loadTunnel, type TunnelModule, type Variant } from "./variants.ts";

/** What each of the two did in one round. */
export type CostRound = Readonly<Record<Variant, Echoed>>;

/** 0.2 s: more than 16 MiB, which a tunnel that keeps everything and is told of nothing does not survive. */
const CHECK_SECONDS = 0.2;

async function main([rounds = "1", seconds = "1"]: readonly string[]): Promise<void> {
  const modules = { resuming: await loadTunnel("resuming"), forgetful: await loadTunnel("forgetful") };
  const take = (variant: Variant): Promise<Echoed> => echoFor(Number(seconds), modules[variant]);
  // Not counted: code is compiled while it runs.
  for (const variant of ["resuming", "forgetful"] as const) await take(variant);
  await check(modules);
  const done: CostRound[] = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    // Who is first has the other one's garbage behind it, or not: they take turns at that too.
    if (round % 2 === 0) {
      const resuming = await take("resuming");
      done.push({ resuming, forgetful: await take("forgetful") });
    } else {
      const forgetful = await take("forgetful");
      done.push({ forgetful, resuming: await take("resuming") });
    }
  }
  process.stdout.write(`${JSON.stringify(done)}\n`);
}

/**
 * The forgetful variant is made by taking the place of files of the tunnel, which may change.
 *
 * @throws Error when the two are not what they are said to be.
 */
async function check(modules: Readonly<Record<Variant, TunnelModule>>): Promise<void> {
  const acks = { resuming: 0, forgetful: 0 };
  for (const variant of ["resuming", "forgetful"] as const) {
    const { decodeMessage, FrameType } = modules[variant];
    const look = (message: Uint8Array): void => {
      for (const { type } of decodeMessage(message)) if (type === FrameType.ack) acks[variant] += 1;
    };
    await echoFor(CHECK_SECONDS, modules[variant], { look });
  }
  if (acks.resuming === 0 || acks.forgetful > 0) {
    throw new Error(`e2e/bench/tunnel-cost does not fit proto/tunnel any more: ACKs ${JSON.stringify(acks)}`);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
