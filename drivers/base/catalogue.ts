/**
 * The catalogue: which driver types there are, and why the others are not here.
 * Above: web/config checks types against it, web/exporter builds from it. Below: drivers/registry.ts fills it.
 */

import type { DriverDefinition } from "./driver.ts";

/** What the catalogue says of one `type:`. */
export type CatalogueEntry =
  /** It runs here. `load` fetches its code. */
  | { readonly kind: "available"; readonly summary: string; load(): Promise<DriverDefinition> }
  /** It exists upstream and cannot run in a page; the reason says why and what to do instead. */
  | { readonly kind: "impossible"; readonly reason: string }
  /** It exists upstream, could run in a page, and does not yet. */
  | { readonly kind: "planned"; readonly reason: string };

export interface Catalogue {
  /** Undefined for a type that nobody here has heard of. */
  find(type: string): CatalogueEntry | undefined;
  /** All types that are available, for suggestions. */
  readonly available: readonly string[];
  /** Types that are known and not available, for those who look for them. */
  readonly absent?: readonly string[];
}
