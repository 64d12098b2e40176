/**
 * Where colleagues open the page that a person has open here: of several names of one machine, those that others can reach.
 * Above: page.ts. Below: proto/boot.ts.
 */

import type { RelayBoot } from "../../proto/boot.ts";
import { isLoopback } from "../loopback.ts";

/**
 * Bases of links, with a slash at their end; never empty, the likeliest first. The address that the person has opened is the best one,
 * unless it is good on this machine alone.
 */
export function pageUrls(
  { endpoint, addresses = [], insecure }: Pick<RelayBoot, "endpoint" | "addresses" | "insecure">,
  opened: string,
): readonly string[] {
  const scheme = insecure ? "http:" : "https:";
  const others = [endpoint, ...addresses].map((address) => `${scheme}//${address}/`);
  const all = [opened, ...others].filter((url) => URL.canParse(url));
  const near = all.filter((url) => isLoopback(url));
  const far = all.filter((url) => !isLoopback(url));
  return [...new Set([...far, ...near])];
}
