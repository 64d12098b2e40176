/**
 * What the relay knows of a method by its path alone, without decoding a message: a short name for counters, and whether
 * the relay's end waits for it. Any other method passes all the same.
 * Above: gateway.ts, metrics.ts. Below: nothing.
 * Specification: proto/jumpstarter/v1/jumpstarter.proto and router.proto, proto/jumptab/v1/bench.proto.
 */

const NAMES = [
  "GetReport",
  "DriverCall",
  "StreamingDriverCall",
  "LogStream",
  "Reset",
  "GetStatus",
  "EndSession",
] as const;

/** Of what pages offer to those whom they were shared with. */
const BENCH_NAMES = ["Watch", "Listen", "Redeem", "Seat"] as const;

/** A bounded set of labels: whatever else clients call is "other". */
export type MethodName = (typeof NAMES)[number] | (typeof BENCH_NAMES)[number] | "Stream" | "other";

const BY_PATH: ReadonlyMap<string, MethodName> = new Map<string, MethodName>([
  ...NAMES.map((name) => [`/jumpstarter.v1.ExporterService/${name}`, name] as const),
  ...BENCH_NAMES.map((name) => [`/jumptab.v1.BenchService/${name}`, name] as const),
  ["/jumpstarter.v1.RouterService/Stream", "Stream"],
]);

/** @param path With or without a query. */
export function methodName(path: string): MethodName {
  return BY_PATH.get(path.split("?", 1)[0] ?? "") ?? "other";
}

/**
 * Whether the relay's end waits for a running call of this method. Every shell holds a LogStream that never ends by itself,
 * and asks for the status all the time: to wait for those would make each Ctrl-C take seconds, and nobody loses anything
 * with them. A byte stream may be a flash that is half written; that it is the console of an idle shell cannot be seen from
 * outside, so it is waited for as well. Who watches a bench, or listens to a console, does it for as long as the page is open.
 */
export function isWorthWaitingFor(method: MethodName): boolean {
  return !ENDLESS.has(method);
}

const ENDLESS: ReadonlySet<MethodName> = new Set<MethodName>(["LogStream", "GetStatus", "Watch", "Listen"]);
