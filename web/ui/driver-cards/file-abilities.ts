/**
 * What a card can do with files, from what its driver exports: send one, get one, switch a storage mux, ask the chip.
 * Above: file-card.ts. Below: DriverSnapshot of web/messages.ts. The names are those of Jumpstarter's flasher and storage
 * interfaces, and the client class says what a target means there.
 * Specification: the contracts of FlasherClient, StorageMuxClient, StorageMuxFlasherClient, Esp32FlasherClient, PiPicoClient,
 * StlinkMsdFlasherClient and ProbeRsClient.
 */

import type { JsonValue } from "../../../drivers/base/json.ts";
import type { Around, DriverSnapshot } from "../../messages.ts";

/** The method's second argument, as a person gives it. */
export interface TargetField {
  readonly label: string;
  /** What is there to begin with; "" is the driver's own default. */
  readonly initial: string;
  readonly placeholder: string;
  /** One sentence. */
  readonly hint: string;
}

/** What the method gets beside the file. */
export type Target =
  /** Nothing at all. */
  | { readonly kind: "none" }
  /** What stands in the field; null when that is empty. */
  | { readonly kind: "field"; readonly field: TargetField }
  /** The file's own name. */
  | { readonly kind: "file-name" }
  /** Null: the driver knows. */
  | { readonly kind: "default" };

/** A way of a file, in one direction. */
export interface FileMethod {
  readonly method: string;
  readonly target: Target;
  readonly around: Around | undefined;
}

/** A call without arguments. */
export interface Tool {
  readonly method: string;
  readonly label: string;
  /** It answers with something to read. */
  readonly answers: boolean;
  /** What is lost: asked about before. */
  readonly danger: string | undefined;
}

export interface FileAbilities {
  readonly send: FileMethod;
  readonly fetch: FileMethod | undefined;
  /** Sides of a storage mux. */
  readonly sides: readonly { readonly method: string; readonly label: string }[];
  readonly tools: readonly Tool[];
}

const SIDES = [
  { method: "host", label: "Host" },
  { method: "dut", label: "DUT" },
  { method: "off", label: "Off" },
] as const;

const ASKS = { answers: true, danger: undefined };
const DOES = { answers: false, danger: undefined };

const TOOLS: readonly Tool[] = [
  { method: "get_chip_info", label: "Chip info", ...ASKS },
  { method: "bootloader_info", label: "Boot loader info", ...ASKS },
  { method: "info", label: "Info", ...ASKS },
  { method: "enter_bootloader", label: "Enter boot loader", ...DOES },
  { method: "hard_reset", label: "Reset", ...DOES },
  { method: "reset_target", label: "Reset", ...DOES },
  { method: "erase", label: "Erase", answers: false, danger: "All that is in the chip's flash is lost." },
];

const PARTITION: TargetField = {
  label: "Partition",
  initial: "",
  placeholder: "default",
  hint: "Which partition; empty is the default one.",
};

const ADDRESS: TargetField = {
  label: "Address",
  initial: "0x0",
  placeholder: "0x0",
  hint: "Where in the flash it goes: 0x0 for a whole image, 0x10000 for most applications by themselves.",
};

const REGION: TargetField = {
  label: "Address and size",
  initial: "0x0:0x400000",
  placeholder: "0x0:0x400000",
  hint: "From where, and how much: 0x400000 is 4 MiB.",
};

const NO_TARGET: Target = { kind: "none" };

/** Undefined: its driver has nothing to do with files in this way. */
export function fileAbilities({
  calls,
  clientClass,
}: Pick<DriverSnapshot, "calls" | "clientClass">): FileAbilities | undefined {
  const client = clientClass.split(".").at(-1) ?? "";
  const has = (name: string): boolean => calls.includes(name);
  const sides = SIDES.filter(({ method }) => has(method));
  const isMux = has("host") && has("dut") && has("write");
  const send = has("flash") ? flash(client) : isMux ? mux("write", client) : undefined;
  const found =
    send ?? (has("download") ? { method: "download", target: NO_TARGET, around: undefined } : undefined);
  if (found === undefined) return undefined;
  return {
    send: found,
    fetch: has("dump") ? dump(client) : isMux && has("read") ? mux("read", client) : undefined,
    sides: isMux ? sides : [],
    tools: TOOLS.filter(({ method }) => has(method)),
  };
}

function flash(client: string): FileMethod {
  return { method: "flash", target: flashTarget(client), around: undefined };
}

function flashTarget(client: string): Target {
  switch (client) {
    case "Esp32FlasherClient":
      return { kind: "field", field: ADDRESS };
    case "PiPicoClient":
      return { kind: "default" };
    case "StlinkMsdFlasherClient":
      return { kind: "file-name" };
    default:
      return { kind: "field", field: PARTITION };
  }
}

/** Some flashers export it to say that they cannot. */
function dump(client: string): FileMethod | undefined {
  if (client === "PiPicoClient" || client === "StlinkMsdFlasherClient") return undefined;
  const field = client === "Esp32FlasherClient" ? REGION : PARTITION;
  return { method: "dump", target: { kind: "field", field }, around: undefined };
}

/** A flasher's client switches the mux around the file; that of a mere mux leaves it to the person. */
function mux(method: "write" | "read", client: string): FileMethod {
  const around = client === "StorageMuxFlasherClient" ? { before: "host", after: "dut" } : undefined;
  return { method, target: NO_TARGET, around };
}

/** The method's arguments behind the file. */
export function argumentsFor(target: Target, typed: string, fileName: string): readonly JsonValue[] {
  switch (target.kind) {
    case "none":
      return [];
    case "default":
      return [null];
    case "file-name":
      return [fileName];
    case "field":
      return [typed.trim() === "" ? null : typed.trim()];
  }
}
