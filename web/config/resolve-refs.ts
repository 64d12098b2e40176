/**
 * What each `ref:` stands for, and that nothing contains itself.
 * Above: check-exporter-config.ts. Below: drafts.ts.
 * Specification: Jumpstarter's `Proxy`: a path of names from the root; the target is reported again in the proxy's place.
 */

import { nearest } from "./did-you-mean.ts";
import { COMPOSITE, type Draft, type DriverDraft, MAX_DRIVERS, type ProxyDraft } from "./drafts.ts";
import type { Place, Problems } from "./problems.ts";

export interface Target {
  /** Names from the root, with no other `ref` on the way. */
  readonly path: readonly string[];
  /** The driver at that path; for a child that a driver brings itself, that driver. */
  readonly draft: DriverDraft;
  readonly builtIn: boolean;
}

export type Targets = ReadonlyMap<ProxyDraft, Target>;

/** Marks proxies whose target is absent as absent too. */
export function resolveRefs(roots: ReadonlyMap<string, Draft>, problems: Problems): Targets {
  const resolver = new Resolver(roots, problems);
  for (const proxy of proxiesBelow(roots)) resolver.resolve(proxy);
  return resolver.targets;
}

/** Whether the tree is finite, and small enough with everything that refs repeat. @param place Where the whole tree stands. */
export function checkCircles(
  roots: ReadonlyMap<string, Draft>,
  targets: Targets,
  place: Place,
  problems: Problems,
): void {
  const walk = new Walk(targets, problems);
  let reports = 0;
  for (const draft of roots.values()) reports += walk.size(draft);
  if (!walk.circle && reports > MAX_DRIVERS) {
    problems.error(
      place,
      `More than ${MAX_DRIVERS} driver instances, counting what "ref" repeats: remove refs to groups that hold refs to groups.`,
    );
  }
}

function* proxiesBelow(drafts: ReadonlyMap<string, Draft>): Generator<ProxyDraft> {
  for (const draft of drafts.values()) {
    if (draft.kind === "proxy") yield draft;
    else yield* proxiesBelow(draft.children);
  }
}

type Step =
  | { readonly draft: Draft }
  | "missing"
  | { readonly builtIn: readonly string[]; readonly of: DriverDraft };

class Resolver {
  readonly targets = new Map<ProxyDraft, Target>();
  readonly #roots: ReadonlyMap<string, Draft>;
  readonly #problems: Problems;
  readonly #done = new Set<ProxyDraft>();
  readonly #open: ProxyDraft[] = [];

  constructor(roots: ReadonlyMap<string, Draft>, problems: Problems) {
    this.#roots = roots;
    this.#problems = problems;
  }

  resolve(proxy: ProxyDraft): Target | undefined {
    if (this.#done.has(proxy) || proxy.absent !== undefined) return this.targets.get(proxy);
    const start = this.#open.indexOf(proxy);
    if (start !== -1) {
      const circle = [...this.#open.slice(start), proxy].map((member) => member.path.join("."));
      this.#wrong(
        proxy,
        `"ref" goes in a circle (${circle.join(" → ")}): let one of them name a driver with a "type".`,
      );
      return undefined;
    }
    this.#open.push(proxy);
    const target = this.#target(proxy);
    this.#open.pop();
    this.#done.add(proxy);
    if (target !== undefined && proxy.absent === undefined) this.targets.set(proxy, target);
    return this.targets.get(proxy);
  }

  #target(proxy: ProxyDraft): Target | undefined {
    let at: Target | undefined;
    for (const [index, name] of proxy.ref.entries()) {
      const step = this.#step(at, name, proxy.ref.slice(index));
      if (step === "missing") {
        this.#sayMissing(proxy, index, at?.draft.children ?? this.#roots);
        return undefined;
      }
      if ("builtIn" in step)
        return { path: [...step.of.path, ...step.builtIn], draft: step.of, builtIn: true };
      if (step.draft.kind === "proxy") {
        const through = this.resolve(step.draft);
        if (through === undefined) return this.#absentToo(proxy, step.draft);
        if (through.builtIn) {
          const rest = proxy.ref.slice(index + 1);
          return { ...through, path: [...through.path, ...rest] };
        }
        at = through;
      } else {
        if (step.draft.absent !== undefined) return this.#absentToo(proxy, step.draft);
        at = { path: step.draft.path, draft: step.draft, builtIn: false };
      }
    }
    return at;
  }

  #step(at: Target | undefined, name: string, rest: readonly string[]): Step {
    const child = (at?.draft.children ?? this.#roots).get(name);
    if (child !== undefined) return { draft: child };
    // A driver may bring children of its own (a simulated board its power and serial). Which ones is known when it is built: then the
    // exporter says when there is none of that name. A composite never does.
    if (at !== undefined && at.draft.type !== COMPOSITE) return { builtIn: rest, of: at.draft };
    return "missing";
  }

  #sayMissing(proxy: ProxyDraft, index: number, siblings: ReadonlyMap<string, Draft>): void {
    const name = proxy.ref[index] ?? "";
    const names = [...siblings.keys()];
    const above = proxy.ref.slice(0, index).join(".");
    const where = above === "" ? `below "export"` : `below "${above}"`;
    const meant = nearest(name, names);
    const there =
      names.length === 0 ? "there is nothing" : `there is ${names.map((known) => `"${known}"`).join(", ")}`;
    const cure =
      meant === undefined
        ? `${there}; write the path from "export" down`
        : `did you mean "${[above, meant].filter(Boolean).join(".")}"?`;
    this.#wrong(
      proxy,
      `"ref" of "${proxy.name}" names "${name}", which is not ${where}: ${cure}${meant === undefined ? "." : ""}`,
    );
  }

  /** What it stands for has been said where that stands; a driver that is left out takes its refs along. */
  #absentToo(proxy: ProxyDraft, target: Draft): undefined {
    if (proxy.absent !== undefined) return undefined;
    proxy.absent = target.absent ?? "wrong";
    if (proxy.absent === "left-out") {
      this.#problems.warning(
        proxy.refPlace,
        `"${proxy.name}" is left out, since "${proxy.ref.join(".")}" is left out (see line ${target.keyPlace.line}): let it name another driver.`,
      );
    }
    return undefined;
  }

  #wrong(proxy: ProxyDraft, message: string): void {
    proxy.absent = "wrong";
    this.#problems.error(proxy.refPlace, message);
  }
}

/** Depth first along children and refs. Every circle passes at least one ref. */
class Walk {
  circle = false;
  readonly #targets: Targets;
  readonly #problems: Problems;
  readonly #sizes = new Map<Draft, number>();
  readonly #open: Draft[] = [];

  constructor(targets: Targets, problems: Problems) {
    this.#targets = targets;
    this.#problems = problems;
  }

  /** How many reports it makes. */
  size(draft: Draft): number {
    const known = this.#sizes.get(draft);
    if (known !== undefined) return known;
    const start = this.#open.indexOf(draft);
    if (start !== -1) {
      this.#sayCircle(this.#open.slice(start));
      return 0;
    }
    this.#open.push(draft);
    const size = draft.kind === "proxy" ? this.#sizeOfTarget(draft) : this.#sizeWithChildren(draft);
    this.#open.pop();
    this.#sizes.set(draft, size);
    return size;
  }

  #sizeOfTarget(proxy: ProxyDraft): number {
    const target = this.#targets.get(proxy);
    if (target === undefined) return 0;
    // The driver of a built-in child has to be there first, so it counts for circles; only the child is repeated.
    const size = this.size(target.draft);
    return target.builtIn ? 1 : size;
  }

  #sizeWithChildren(driver: DriverDraft): number {
    let size = 1;
    for (const child of driver.children.values()) size += this.size(child);
    return size;
  }

  #sayCircle(members: readonly Draft[]): void {
    this.circle = true;
    const proxy = members.findLast((member) => member.kind === "proxy");
    if (proxy === undefined) return;
    proxy.absent = "wrong";
    this.#problems.error(
      proxy.refPlace,
      `"${proxy.path.join(".")}" stands inside what it names, "${proxy.ref.join(".")}", so it would contain itself: let it name a driver elsewhere.`,
    );
  }
}
