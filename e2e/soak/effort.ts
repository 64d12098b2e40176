/**
 * How much the chaos and soak tests do: little in the suite, much in `npm run soak`.
 * Above: ../chaos, the specs of this folder, main.ts. Below: the environment.
 */

export const CUTS_VARIABLE = "JUMPTAB_CHAOS_CUTS";
export const SECONDS_VARIABLE = "JUMPTAB_SOAK_SECONDS";

/** What `npm run soak` sets, where its caller has not. */
export const LONG = { cuts: 500, seconds: 1800 };

/** Cuts of one line in one test. */
export const CUTS = wholeNumber(CUTS_VARIABLE, 100);

/** How long the soak runs. 20 s in the suite show that it works, and a leak that is gross. */
export const SOAK_SECONDS = wholeNumber(SECONDS_VARIABLE, 20);

function wholeNumber(name: string, otherwise: number): number {
  const given = process.env[name];
  if (given === undefined || given === "") return otherwise;
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new Error(`${name} is a whole number above 0, not "${given}"`);
  return Number(given);
}
