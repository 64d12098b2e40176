/**
 * What the window and the worker say to each other, and the shapes that the UI draws.
 * Above: web/ui (shapes), web/main.ts (window end). Below: web/worker.ts (worker end). No code, no platform.
 * The worker owns the exporter and the devices; the window owns clicks and pixels.
 */

import type {
  BindingStatus,
  RememberedPort,
  SerialRequest,
  TwinAnswer,
  TwinState,
  UsbRequest,
} from "../drivers/base/devices.ts";
import type { DeviceKind, DriverCategory, DriverChild } from "../drivers/base/driver.ts";
import type { JsonObject, JsonValue } from "../drivers/base/json.ts";
import type { Severity } from "../drivers/base/log.ts";
import type { Encoding } from "../drivers/base/resource.ts";

/** A configuration with all that belongs to it, as the browser keeps it. */
export interface Bench {
  /** Also the exporter's uuid: driver uuids are derived from it, so they stay the same. */
  readonly id: string;
  /** The ExporterConfig, as the person wrote it. */
  readonly yaml: string;
  /** Undefined: clients need none (`--unsafe-no-auth`). */
  readonly passphrase: string | undefined;
  /** Devices chosen by hand: driver path joined with "." to port. */
  readonly bindings: Readonly<Record<string, RememberedPort>>;
  /** `exclusive`: while one client has a shell open, others are told that the board is in use. */
  readonly access: "shared" | "exclusive";
  /** Files that the configuration names (hook scripts), by the name it gives them, as the relay read them beside it. */
  readonly files: Readonly<Record<string, string>>;
  /** Links that were made for it, newest first; also some that have ended, so that who comes with one is told why. At most MAX_SHARES. */
  readonly shares: readonly Share[];
}

/** What a link allows. `view`: report, status, logs, and what serial ports say. `control`: all that a client may. */
export type Role = "view" | "control";

/** A link to a bench: its own secret, for one person or a few. Times are milliseconds since 1970. */
export interface Share {
  /** Random; also its credential's id at the relay. */
  readonly id: string;
  /** For people: who it is for. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  /** Null: until it is revoked. */
  readonly expiresAt: number | null;
  /** Works in the browser that opens it first, and nowhere else. */
  readonly oneTime: boolean;
  /** What the link holds; undefined once a link for one use was opened: from then on only that browser knows its own. */
  readonly secret: string | undefined;
  /** Lower-case hex SHA-256 of the secret that opens the bench now. */
  readonly hash: string;
  /** Of a link for one use that was opened: the hash of the link's own secret, which opens nothing any more. */
  readonly spentHash: string | undefined;
  /** It opens nothing any more. */
  readonly ended: { readonly at: number; readonly why: "revoked" | "expired" } | undefined;
}

/** 64 links of a bench, those that have ended counted: the oldest of these makes room. */
export const MAX_SHARES = 64;

/** Somebody who is connected now. */
export interface PersonSnapshot {
  /** Of the connection, or of the colleague's page. */
  readonly id: string;
  /** Undefined: with the bench's own passphrase, or without any. */
  readonly share: string | undefined;
  /** The share's; undefined with the passphrase. */
  readonly name: string | undefined;
  readonly role: Role;
  /** `page`: a colleague's page. `client`: jmp, or another program. */
  readonly via: "page" | "client";
  /** As the relay says it; "" where it does not, and in what colleagues are sent. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Who drives. Milliseconds since 1970. */
export interface SeatSnapshot {
  readonly holder: /** Whoever may control. */
    | { readonly kind: "free" }
    /** The person at the board has taken it, and gives it to nobody by itself. */
    | { readonly kind: "board"; readonly since: number }
    | { readonly kind: "share"; readonly share: string; readonly name: string; readonly since: number };
  /** Who would like to, the first one first. */
  readonly requests: readonly { readonly share: string; readonly name: string; readonly since: number }[];
}

/** What a colleague's page is sent of a bench: BenchService.Watch. */
export interface SharedBench {
  readonly you: {
    readonly share: string;
    readonly name: string;
    readonly role: Role;
    /** Milliseconds since 1970; null: until it is revoked. */
    readonly expiresAt: number | null;
    /** A link for one use that this browser has not made its own yet. */
    readonly redeem: boolean;
  };
  /** Without what is the business of the person at the board alone: shares, the tunnel's troubles, configuration problems, addresses. */
  readonly snapshot: ExporterSnapshot;
}

/** Something to say about a configuration, at its place. */
export interface ConfigProblem {
  /** `error`: it cannot start. `warning`: a part is left out, the rest runs. `info`: worth knowing. */
  readonly severity: "error" | "warning" | "info";
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** End of the range, for underlining. */
  readonly endLine: number;
  readonly endColumn: number;
  /** One sentence with the cure. */
  readonly message: string;
}

/** Every driver type that is known: what the builder offers, and what completion knows. */
export interface DriverCatalogue {
  readonly drivers: readonly CatalogueDriver[];
  readonly absent: readonly AbsentDriver[];
  /** Settings that every driver has. */
  readonly common: readonly CatalogueField[];
}

export interface CatalogueDriver {
  readonly type: string;
  /** What people call it. */
  readonly title: string;
  readonly category: DriverCategory;
  /** What an instance of it is named at first; undefined: by its category. */
  readonly name: string | undefined;
  /** One sentence. */
  readonly summary: string;
  /** Devices that the browser has to grant. */
  readonly needs: readonly DeviceKind[];
  readonly children: readonly DriverChild[];
  /** It may hold children of any name. */
  readonly group: boolean;
  /** Names of children that it brings itself. */
  readonly brings: readonly string[];
  readonly fields: readonly CatalogueField[];
}

/** A driver of Jumpstarter's that does not run in a page, or not yet. */
export interface AbsentDriver {
  readonly type: string;
  readonly kind: "impossible" | "planned";
  /** Why, and what to do instead. */
  readonly reason: string;
}

/** One key of a driver's `config:`. */
export interface CatalogueField {
  readonly key: string;
  /** `other`: a map or a list, which is written as text. */
  readonly kind: "text" | "number" | "boolean" | "choice" | "other";
  readonly required: boolean;
  /** What it is when it is left out; null as well when nothing says. */
  readonly default: JsonValue;
  readonly description: string;
  readonly options: readonly (string | number)[];
  /** The first is written for a required one. */
  readonly examples: readonly JsonValue[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly integer: boolean;
}

/** Where the page stands with the relay. */
export type TunnelState =
  | { readonly kind: "off" }
  | { readonly kind: "connecting"; readonly since: number }
  /** Clients can reach the exporter. `back`: the connection was lost before. */
  | { readonly kind: "attached"; readonly since: number; readonly back?: Back }
  /** There is no connection; the next try is at `retryAt` (milliseconds since 1970). */
  | {
      readonly kind: "waiting";
      readonly since: number;
      readonly retryAt: number;
      readonly reason: string;
      /** There was one, and it is lost. */
      readonly lost: boolean;
      /** What clients were doing waits with us, and goes on when the connection is back in time. */
      readonly kept: boolean;
    }
  /** The relay said no, and trying again by itself would not help. `cure` says what would. */
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly cure: "take-over" | "take-back" | "attach-token" | "rename" | "reload" | "none";
    };

/** How a connection came back. */
export interface Back {
  readonly awayMs: number;
  /** Whether everything that clients were doing goes on. */
  readonly resumed: boolean;
}

/** A driver instance, as its card shows it. */
export interface DriverSnapshot {
  readonly path: readonly string[];
  readonly name: string;
  readonly uuid: string;
  readonly type: string;
  readonly clientClass: string;
  readonly category: DriverCategory;
  readonly description: string | undefined;
  /** Names of exported methods by kind. */
  readonly calls: readonly string[];
  readonly streamingCalls: readonly string[];
  readonly streams: readonly string[];
  /** What the driver tells of itself, for example `{on: true, voltage: 5}`. */
  readonly state: JsonObject;
  readonly binding: BindingSnapshot | undefined;
  /** Whether the page can ask it to compare the device with an image. */
  readonly canVerify: boolean;
  /** Byte streams that clients have open now (the page's own console not counted). */
  readonly openStreams: number;
  /** Set when the instance is an alias (`ref`) of another path. */
  readonly refOf: readonly string[] | undefined;
  readonly children: readonly DriverSnapshot[];
}

export type BindingSnapshot = {
  readonly status: BindingStatus;
  readonly label: string;
  /** Undefined: there is nothing like it. */
  readonly twin?: TwinState | undefined;
  /** What a reload of the page needs to know of a device that the person has told from its twins. */
  readonly told?: RememberedPort | undefined;
} & (
  | {
      readonly kind: "serial";
      /** What the configuration asks for: the filter of the browser's chooser. */
      readonly request: SerialRequest;
    }
  | { readonly kind: "usb"; readonly request: UsbRequest }
);

/** One line of the exporter's log. */
export interface LogRecord {
  /** Counts up by one; never reused while the worker lives. */
  readonly sequence: number;
  readonly timestamp: number;
  readonly severity: Severity;
  readonly source: "driver" | "beforeLease" | "afterLease" | "system";
  readonly message: string;
  readonly driver: string | undefined;
  /** The method, in lines about a driver call. */
  readonly operation: string | undefined;
}

/** A hook that runs now. Milliseconds since 1970, and milliseconds. */
export interface HookSnapshot {
  readonly name: "beforeLease" | "afterLease";
  readonly startedAt: number;
  readonly timeoutMs: number;
}

/** A file that goes to a device or comes from one: a driver call with a resource. Milliseconds since 1970, and bytes. */
export interface TransferSnapshot {
  readonly id: string;
  /** Of the driver instance. */
  readonly path: readonly string[];
  /** `flash`, `dump`, `write`… */
  readonly method: string;
  readonly direction: "to-device" | "from-device";
  /** The method's other argument, where it has one: a partition, an address. */
  readonly target: string | undefined;
  /** Of the file, where the page knows it. */
  readonly name: string | undefined;
  readonly by: "client" | "page";
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly state: "running" | "done" | "failed" | "cancelled";
  /** What is being done now, how far it is, and since when. `total` undefined: nobody knows. */
  readonly step: {
    readonly phase: string;
    readonly done: number;
    readonly total: number | undefined;
    readonly since: number;
  };
  /** Why it failed: one sentence with the cure. */
  readonly message: string | undefined;
  /** What was transferred. */
  readonly image: { readonly sha256: string; readonly size: number } | undefined;
}

/**
 * Calls without arguments around a transfer: how a storage mux is switched to the exporter's side and back. `after` comes in every
 * outcome of the transfer; when `before` has failed, neither comes.
 */
export interface Around {
  readonly before: string;
  readonly after: string;
}

/** Everything that the page shows of a running exporter. Sent whole, at most once a frame or so. */
export interface ExporterSnapshot {
  readonly phase: "idle" | "starting" | "running" | "stopping" | "failed";
  /** `metadata.name`. */
  readonly name: string;
  /** Why `phase` is `failed`: one sentence with the cure. */
  readonly failure: string | undefined;
  /** `since`: milliseconds since 1970. */
  readonly status: { readonly name: string; readonly message: string; readonly since: number | undefined };
  readonly hook: HookSnapshot | undefined;
  /** The client whose shell is open, while access is exclusive: its address, and since when (milliseconds since 1970). */
  readonly inUseBy: { readonly client: string; readonly since: number } | undefined;
  readonly tunnel: TunnelState;
  /** The root's children. */
  readonly drivers: readonly DriverSnapshot[];
  /** Newest first; those that run, and the last MAX_TRANSFERS that have ended. */
  readonly transfers: readonly TransferSnapshot[];
  readonly problems: readonly ConfigProblem[];
  /** Calls and streams of clients that are running now. */
  readonly activity: { readonly calls: number; readonly streams: number; readonly totalCalls: number };
  /** Milliseconds since 1970. */
  readonly startedAt: number | undefined;
  /** As in the bench, as they are now. */
  readonly shares: readonly Share[];
  /** Who came first comes first; at most MAX_PEOPLE. */
  readonly people: readonly PersonSnapshot[];
  readonly seat: SeatSnapshot;
}

/** 128 people: more would be no list that anybody reads. */
export const MAX_PEOPLE = 128;

/** What the worker needs beside the bench to reach its relay. */
export interface RelayAddress {
  /** `ws:` or `wss:` URL of the tunnel. */
  readonly url: string;
  readonly attachToken: string | undefined;
}

/** Window to worker. Messages with `id` are answered by a `reply` with the same id. */
export type ToWorker =
  | {
      readonly kind: "start";
      readonly id: number;
      readonly bench: Bench;
      readonly relay: RelayAddress;
      readonly takeOver: boolean;
    }
  /** afterLease runs first. A second one while it runs ends it. `hookMs`: it gets no more than so many milliseconds. */
  | { readonly kind: "stop"; readonly id: number; readonly hookMs?: number }
  /** End the session: afterLease, drivers reset, beforeLease of the next. Answered when the next is ready, or has failed. */
  | { readonly kind: "end-session"; readonly id: number }
  /** A shell of the page's own, over `port` with ShellPortMessage both ways; answered when it is ready. */
  | { readonly kind: "open-shell"; readonly id: number; readonly port: MessagePort }
  /** Dial the relay again, and take the exporter from the page that holds it. Drivers and devices go on as they are. */
  | { readonly kind: "take-over"; readonly id: number; readonly relay: RelayAddress }
  /** Check a configuration without starting it; answered with ConfigCheck. */
  | {
      readonly kind: "check";
      readonly id: number;
      readonly yaml: string;
      /** As in the bench. */
      readonly files?: Readonly<Record<string, string>>;
    }
  /** Which drivers there are; answered with DriverCatalogue. Loads the code of all of them. */
  | { readonly kind: "catalogue"; readonly id: number }
  /** The person has granted a device, or taken a grant back: look again. */
  | { readonly kind: "devices-changed"; readonly id: number }
  /** Something has happened that connections often do not survive: see whether the one to the relay has. */
  | { readonly kind: "doubt-connection"; readonly id: number }
  /**
   * The person chose a port for a driver: `port` is what `getInfo()` says of it; null forgets the choice.
   * The window stores the choice in the bench too.
   */
  | {
      readonly kind: "bind";
      readonly id: number;
      readonly path: readonly string[];
      readonly port: RememberedPort | null;
    }
  /** The person tells identical devices apart. */
  | {
      readonly kind: "tell-apart";
      readonly id: number;
      readonly path: readonly string[];
      readonly answer: TwinAnswer;
    }
  /** The page's own driver call; answered with the result. */
  | {
      readonly kind: "call";
      readonly id: number;
      readonly path: readonly string[];
      readonly method: string;
      readonly args: readonly JsonValue[];
    }
  /** The page's own streaming call; answered with the list of items when it ends. At most 1000 items. */
  | {
      readonly kind: "streaming-call";
      readonly id: number;
      readonly path: readonly string[];
      readonly method: string;
      readonly args: readonly JsonValue[];
    }
  /**
   * Send a file to a driver: `method(handle, ...args)`. Answered with the call's result when it is done; the transfer is in the
   * snapshot meanwhile. A file, or an image that the browser has.
   */
  | {
      readonly kind: "send-file";
      readonly id: number;
      readonly path: readonly string[];
      readonly method: string;
      readonly args: readonly JsonValue[];
      readonly file: File | { readonly sha256: string; readonly name: string };
      /** How the file is compressed, and to be unpacked on its way; null: it goes as it is. */
      readonly encoding: Encoding | null;
      readonly around?: Around;
    }
  /** Get a file from a driver: `method(handle, ...args)`. Answered with ImageInfo when it is in the browser's images. */
  | {
      readonly kind: "fetch-file";
      readonly id: number;
      readonly path: readonly string[];
      readonly method: string;
      readonly args: readonly JsonValue[];
      readonly around?: Around;
    }
  /** Make a link; answered with the Share. Rejects with a sentence when there are MAX_SHARES that are open. */
  | {
      readonly kind: "create-share";
      readonly id: number;
      readonly name: string;
      readonly role: Role;
      /** Null: until it is revoked. */
      readonly lifetimeMs: number | null;
      readonly oneTime: boolean;
    }
  /** A link opens nothing any more, and what runs by it ends at once. With `forget`, it is not in the list any more either. */
  | { readonly kind: "revoke-share"; readonly id: number; readonly share: string; readonly forget?: boolean }
  /** Who drives, as the person at the board decides. `take`: nobody but them. `free`: whoever may. `grant` and `refuse`: of a share that asked. */
  | { readonly kind: "seat"; readonly id: number; readonly action: "take" | "free" }
  | {
      readonly kind: "seat";
      readonly id: number;
      readonly action: "grant" | "refuse";
      readonly share: string;
    }
  /** Stop a transfer, whoever has begun it. */
  | { readonly kind: "cancel-transfer"; readonly id: number; readonly transfer: string }
  /** Compare the device with an image; answered with Verification. */
  | {
      readonly kind: "verify";
      readonly id: number;
      readonly path: readonly string[];
      readonly sha256: string;
      readonly target: string | null;
    }
  /** The page's own byte stream, over `port` with StreamPortMessage both ways; answered when it is open. */
  | {
      readonly kind: "open-stream";
      readonly id: number;
      readonly path: readonly string[];
      readonly method: string;
      readonly port: MessagePort;
    };

/** Worker to window. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "reply"; readonly id: number; readonly result: ReplyResult }
  | { readonly kind: "snapshot"; readonly snapshot: ExporterSnapshot }
  /** New lines, oldest first. */
  | { readonly kind: "log"; readonly records: readonly LogRecord[] }
  /** Links were made, opened, revoked, or have expired: the window keeps them with the bench. */
  | { readonly kind: "shares"; readonly bench: string; readonly shares: readonly Share[] };

export type ReplyResult =
  | { readonly ok: true; readonly value: JsonValue }
  /** One sentence with the cure. */
  | { readonly ok: false; readonly message: string };

/** The value of a reply to `check`. */
export interface ConfigCheck {
  readonly name: string | undefined;
  readonly problems: readonly ConfigProblem[];
  /** Whether it can start: no problem is an error. */
  readonly startable: boolean;
}

/**
 * A byte stream over a MessagePort, both ways. A side sends bytes only while it has credit: it starts with
 * STREAM_PORT_CREDIT bytes, the window with STREAM_PORT_WRITE_CREDIT, and gets back what the other side has consumed.
 */
export type StreamPortMessage =
  /** The buffer is transferred. */
  | { readonly kind: "data"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "credit"; readonly bytes: number }
  /** No more bytes from this side. */
  | { readonly kind: "end" }
  /** The stream is over, both ways; a sentence when something failed. */
  | { readonly kind: "closed"; readonly message: string | undefined }
  /** The listener was too slow: so many bytes were left out here. */
  | { readonly kind: "skipped"; readonly bytes: number };

/** 256 KiB: a terminal draws that in well under a second. */
export const STREAM_PORT_CREDIT = 256 * 1024;
/**
 * 2 KiB: what a device of 115200 baud takes in a fifth of a second, and so what still goes out when a person cancels. The window grows by
 * itself while the other side is fast, up to STREAM_PORT_CREDIT.
 */
export const STREAM_PORT_WRITE_CREDIT = 2 * 1024;

/** What window and worker say over the port of a shell. One command at a time. */
export type ShellPortMessage =
  /** Window to worker: run this line. */
  | { readonly kind: "run"; readonly line: string }
  /** Window to worker: Ctrl-C. */
  | { readonly kind: "interrupt" }
  /** Window to worker: the shell is no longer needed. */
  | { readonly kind: "close" }
  /** Worker to window: output, as it comes. */
  | { readonly kind: "output"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** Worker to window: the command has ended. `cwd`: the shell's working directory now. */
  | { readonly kind: "done"; readonly exitCode: number; readonly cwd: string }
  /** Worker to window: the shell is over; a sentence when it failed. */
  | { readonly kind: "closed"; readonly message: string | undefined };
