/**
 * What the benchmark measures of both exporters, and what is expected of it.
 * Above: comparison.ts, report.ts, arguments.ts. Below: load.py, which takes the measures. Of jumptab alone: solo-measures.ts.
 */

/** What is expected of a figure. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** One figure of a measure. */
export interface Quantity {
  /** Its name in the load generator's answer. */
  readonly key: string;
  readonly title: string;
  readonly unit: "ms" | "calls/s" | "MiB/s";
  /** Of the ratio jumptab / Python exporter, in the median; or of jumptab's own figure. */
  readonly expected?: Bound & { readonly of: "ratio" | "jumptab" };
}

export interface Measure {
  readonly id: "unary" | "calls" | "stream" | "console" | "busy" | "upload";
  /** The function of load.py that takes it, and what it is told beside the seconds. */
  readonly load: { readonly name: string; readonly options: Readonly<Record<string, number>> };
  /** So many byte streams of another client meanwhile, as fast as they go. */
  readonly bulkStreams?: number;
  readonly quantities: readonly Quantity[];
  /** What CPU time is divided by: how many of `unit` an answer stands for. */
  readonly work: { readonly unit: string; of(answer: Answer): number };
}

/** What the load generator answers: figures by name. */
export type Answer = Readonly<Record<string, number>>;

/** Callers at once in the measure of throughput: a test run with many devices. */
const CALLERS = 32;

/** Bulk streams beside one caller: as many images that are written to boards. */
const BULK_STREAMS = 4;

/** 64 MiB: a small disk image, and seconds at any rate. */
const IMAGE_BYTES = 64 * 2 ** 20;

const samples = (answer: Answer): number => figure(answer, "samples");

export const MEASURES: readonly Measure[] = [
  {
    id: "unary",
    load: { name: "unary", options: {} },
    quantities: [
      {
        key: "p50",
        title: "one caller, `power.on`: p50",
        unit: "ms",
        expected: { of: "ratio", atMost: 2.2 },
      },
      { key: "p99", title: "one caller, `power.on`: p99", unit: "ms" },
    ],
    work: { unit: "call", of: samples },
  },
  {
    id: "calls",
    load: { name: "calls", options: { count: CALLERS } },
    quantities: [
      {
        key: "rate",
        title: `${CALLERS} callers, \`power.on\``,
        unit: "calls/s",
        expected: { of: "ratio", atLeast: 0.8 },
      },
    ],
    work: { unit: "call", of: samples },
  },
  {
    id: "stream",
    load: { name: "stream", options: {} },
    quantities: [
      {
        key: "rate",
        title: "byte stream, 32 KiB frames echoed",
        unit: "MiB/s",
        expected: { of: "ratio", atLeast: 0.5 },
      },
    ],
    work: { unit: "MiB", of: (answer) => figure(answer, "bytes") / 2 ** 20 },
  },
  {
    id: "console",
    load: { name: "console", options: {} },
    quantities: [
      { key: "p50", title: "console echo, one byte: p50", unit: "ms" },
      { key: "p99", title: "console echo, one byte: p99", unit: "ms" },
    ],
    work: { unit: "echo", of: samples },
  },
  {
    id: "busy",
    load: { name: "unary", options: {} },
    bulkStreams: BULK_STREAMS,
    quantities: [
      {
        key: "p50",
        title: `one caller beside ${BULK_STREAMS} bulk streams, \`power.on\`: p50`,
        unit: "ms",
        expected: { of: "jumptab", atMost: 4 },
      },
      { key: "p99", title: `one caller beside ${BULK_STREAMS} bulk streams, \`power.on\`: p99`, unit: "ms" },
      { key: "bulkRate", title: `the ${BULK_STREAMS} streams meanwhile, echoed`, unit: "MiB/s" },
    ],
    work: { unit: "MiB", of: (answer) => figure(answer, "bulkBytes") / 2 ** 20 },
  },
  {
    id: "upload",
    load: { name: "upload", options: { size: IMAGE_BYTES } },
    quantities: [
      {
        key: "rate",
        title: `\`storage.flash\` of ${IMAGE_BYTES / 2 ** 20} MiB`,
        unit: "MiB/s",
        expected: { of: "ratio", atLeast: 0.7 },
      },
    ],
    work: { unit: "MiB", of: (answer) => figure(answer, "bytes") / 2 ** 20 },
  },
];

/** A figure of an answer. Throws when it is not there: then load.py and this file disagree. */
export function figure(answer: Answer, key: string): number {
  const value = answer[key];
  if (value === undefined)
    throw new Error(`the load generator's answer has no "${key}": ${JSON.stringify(answer)}`);
  return value;
}
