/**
 * What the elements are given: the page's state to draw, and the verbs a person has.
 * Above: every element. Below: web/window/page.ts implements it; web/messages.ts has the shapes of the exporter.
 */

import type { SerialRequest, TwinAnswer, UsbRequest } from "../../drivers/base/devices.ts";
import type { Verification } from "../../drivers/base/driver.ts";
import type { JsonValue } from "../../drivers/base/json.ts";
import type { Encoding } from "../../drivers/base/resource.ts";
import type { Board } from "../boards/board.ts";
import type { DriverKind, Via } from "../boards/fitting-drivers.ts";
import type {
  Around,
  Bench,
  ConfigCheck,
  DriverCatalogue,
  ExporterSnapshot,
  LogRecord,
  Role,
  Share,
  TransferSnapshot,
} from "../messages.ts";

/** Which of its faces the page shows. */
export type View =
  /** For a moment, while the browser's database and the relay are asked. */
  | { readonly kind: "loading" }
  /** The page cannot work at all. */
  | ({ readonly kind: "blocked" } & Blocked)
  /** Choose a bench, or make one. */
  | { readonly kind: "welcome" }
  /** One bench, running or not. */
  | { readonly kind: "bench" }
  /** A configuration in the editor. */
  | { readonly kind: "editor"; readonly draft: Draft }
  /** The bench runs in another tab of this browser. */
  | { readonly kind: "elsewhere"; readonly id: string; readonly name: string };

/** Why the page cannot work, and what to do about it. */
export interface Blocked {
  readonly title: string;
  readonly reason: string;
  readonly cure: string;
}

/** A configuration that is being written. */
export interface Draft {
  /** The bench it belongs to; undefined for one that is not saved yet. */
  readonly benchId: string | undefined;
  readonly yaml: string;
  /** What is saved, where `yaml` is what was written since. Absent: `yaml` is. */
  readonly original?: string;
  /** Said above the editor: where the text comes from, and what saving does. */
  readonly note: string | undefined;
  /** What was renamed and moved by click since `original`. */
  readonly moved?: readonly MovedDriver[];
}

/** A driver that was renamed or moved in the tree, with all below it. */
export interface MovedDriver {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What becomes of a draft. */
export interface SaveDraft {
  readonly yaml: string;
  /** In the order in which it was done: choices of devices follow. */
  readonly moved: readonly MovedDriver[];
  /** Start it, or start it again, when it is saved. */
  readonly start: boolean;
}

/** A saved bench in the list. */
export interface BenchSummary {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
  /** The relay's own, from this file. */
  readonly file: string | undefined;
  readonly runsElsewhere: boolean;
}

/** A board that is plugged in, and that the browser lets the page use. */
export interface BoardOffer {
  /** Within the list. */
  readonly id: string;
  readonly board: Board;
  /** The bench that has it already; undefined: it is new here. */
  readonly bench: { readonly id: string; readonly name: string } | undefined;
}

/** A board that was chosen: the person sees what is suggested for it, and starts it. */
export interface ChosenBoard {
  readonly board: Board;
  /** To begin with. */
  readonly benchName: string;
}

/** What the person has made of the suggestion. */
export interface StartBoard {
  readonly benchName: string;
  readonly drivers: readonly DriverKind[];
}

/** The bench in front of the person. */
export interface OpenBench {
  readonly id: string;
  readonly name: string;
  readonly yaml: string;
  /** Undefined: clients need none. */
  readonly passphrase: string | undefined;
  readonly file: string | undefined;
  /** The configuration has been changed since the exporter was started with it. */
  readonly changed: boolean;
  readonly access: Bench["access"];
  /** Access has been changed since the exporter was started with it. */
  readonly accessChanged: boolean;
}

/** How clients reach this page. */
export interface RelayInfo {
  readonly endpoint: string;
  readonly insecure: boolean;
  /** Where colleagues may open this page: bases of links, with a slash at their end; never empty, the likeliest first. */
  readonly pageUrls: readonly string[];
  /** Everybody who reaches the relay may drive: links would keep nobody out. */
  readonly noAuth: boolean;
}

/** Something that happened, to be read and put away. */
export interface Notice {
  readonly id: number;
  readonly tone: "info" | "warning" | "error";
  /** What happened, why, and what to do: one or two sentences. */
  readonly text: string;
  readonly action: NoticeAction | undefined;
}

export interface NoticeAction {
  readonly label: string;
  run(): void;
}

export interface PageState {
  readonly view: View;
  readonly benches: readonly BenchSummary[];
  readonly bench: OpenBench | undefined;
  readonly snapshot: ExporterSnapshot;
  readonly log: readonly LogRecord[];
  readonly relay: RelayInfo | undefined;
  readonly notices: readonly Notice[];
  /** The browser has WebSerial. */
  readonly serial: boolean;
  /** The browser has WebUSB. */
  readonly usb: boolean;
  /** What is plugged in, for the first face of the page. */
  readonly offers: readonly BoardOffer[];
  readonly chosen: ChosenBoard | undefined;
  /** The browser's chooser was closed without a choice: the person may not have found their board. */
  readonly chooserClosed: Via | undefined;
  /** Transfers of the open bench that have ended, newest first; also those from before the last reload. */
  readonly history: readonly TransferSnapshot[];
  /** Images that the browser still has, by their hash. */
  readonly keptImages: ReadonlySet<string>;
  /** What is saved here is there tomorrow. */
  readonly lasting: boolean;
  /** A start, stop or save is under way: its buttons wait. */
  readonly busy: boolean;
  /** The session is being ended, or the next one prepared. */
  readonly endingSession: boolean;
}

/** What a demo board comes with. */
export type DemoKind = "plain" | "hooks" | "files";

/** What a person can do. None of these rejects unless it says so: what goes wrong becomes a notice. */
export interface PageActions {
  tryDemoBoard(kind?: DemoKind): void;
  /** Needs a click: it opens the browser's chooser. What is chosen is shown with the drivers that fit, and not started yet. */
  plugIn(via: Via): void;
  /** One of the boards that are plugged in: no chooser is needed. */
  useBoard(offer: string): void;
  /** A bench for the board that is chosen. */
  startBoard(request: StartBoard): void;
  putBoardBack(): void;
  /** Into the open bench. Needs a click: it opens the browser's chooser. */
  addDevice(via: Via): void;
  /** A configuration from a file, the clipboard or a drop. Starts when nothing is to be said about it. */
  openConfiguration(yaml: string, source: string): void;
  openFile(file: File): void;
  writeConfiguration(): void;
  editBench(id: string): void;
  saveDraft(draft: Draft, save: SaveDraft): void;
  leaveEditor(): void;
  /** Changes `metadata.name` in its text. A name that is taken gets a number. */
  renameBench(id: string, name: string): void;
  duplicateBench(id: string): void;
  /** Its configuration as a file, with the scripts that it names. */
  exportBench(id: string): void;
  /** One opens as a configuration does; several go into the list. */
  importFiles(files: readonly File[]): void;
  startBench(id: string, options?: { steal?: boolean }): void;
  deleteBench(id: string): void;
  start(): void;
  /** Take the exporter from the page that holds it. */
  takeOver(): void;
  /** A second one, while the afterLease hook of the first runs, ends that hook. */
  stop(): void;
  /** End the session and begin the next: afterLease, drivers reset, beforeLease. */
  endSession(): void;
  /** Taken up at the next start. */
  setAccess(access: Bench["access"]): void;
  /** Stops, and shows the list. */
  leaveBench(): void;
  openSecondTab(): void;
  reload(): void;
  useAttachToken(token: string): void;
  /** Needs a click: it opens the browser's chooser. */
  choosePort(path: readonly string[], request: SerialRequest): void;
  /** Needs a click: it opens the browser's chooser. */
  chooseUsb(path: readonly string[], request: UsbRequest): void;
  /** A port or a USB device. */
  forgetPort(path: readonly string[]): void;
  /** Which of several identical devices the driver has. */
  tellApart(path: readonly string[], answer: TwinAnswer): void;
  /** Rejects with a sentence. */
  createShare(request: NewShare): Promise<Share>;
  /** What runs by it ends at once. */
  revokeShare(share: string): void;
  /** Revoke it if it is open, and take it out of the list. */
  forgetShare(share: string): void;
  /** Nobody but the person at the board drives, until they let go. */
  takeSeat(): void;
  /** Whoever may control drives. */
  freeSeat(): void;
  grantSeat(share: string): void;
  refuseSeat(share: string): void;
  /** Stop a transfer, whoever has begun it. */
  cancelTransfer(transfer: TransferSnapshot): void;
  /** Give the person an image that the browser has, as a download. */
  saveImage(sha256: string, name: string): void;
  /** Out of the history; the image stays as long as the browser has room. */
  forgetTransfers(transfers: readonly TransferSnapshot[]): void;
  dismiss(notice: number): void;
  clearLog(): void;

  /** Rejects with a sentence when the exporter cannot be asked. */
  check(yaml: string): Promise<ConfigCheck>;
  /** Every driver type that is known. Rejects with a sentence when their code cannot be loaded. */
  catalogue(): Promise<DriverCatalogue>;
  /** Rejects with the driver's sentence. */
  call(path: readonly string[], method: string, args?: readonly JsonValue[]): Promise<JsonValue>;
  /** The items, once all are there. Rejects with the driver's sentence. */
  streamingCall(path: readonly string[], method: string): Promise<readonly JsonValue[]>;
  /** Rejects with the driver's sentence. */
  openStream(path: readonly string[], method: string): Promise<PageStream>;
  /** Resolves when the device has it. Rejects with the driver's sentence. */
  sendFile(request: SendFile): Promise<void>;
  /** The file comes as a download. Rejects with the driver's sentence. */
  fetchFile(request: FetchFile): Promise<void>;
  /** Read back what the device has, and compare it. Rejects with the driver's sentence. */
  verify(path: readonly string[], sha256: string, target: string | null): Promise<Verification>;
  /** The page's own shell. Rejects with a sentence when there is none. */
  openShell(listener: ShellListener): Promise<PageShell>;
  /** Whether it is in the clipboard now. */
  copy(text: string): Promise<boolean>;
  /** Give the person a file, as a download. */
  saveFile(name: string, content: string | Blob): void;
  /** What this tab, or for lasting things this browser, remembers. */
  recall(what: Remembered): string | undefined;
  remember(what: Remembered, text: string): void;
  /** How the person has arranged a bench, in this browser; undefined: as at first. */
  layoutOf(bench: string): string | undefined;
  keepLayout(bench: string, layout: string | undefined): void;
}

/** What a person says of a link before it is made. */
export interface NewShare {
  readonly name: string;
  readonly role: Role;
  /** Null: until it is revoked. */
  readonly lifetimeMs: number | null;
  readonly oneTime: boolean;
}

/** What a driver's card needs: the part of the verbs that a colleague has too. */
export type CardActions = Pick<
  PageActions,
  | "call"
  | "streamingCall"
  | "openStream"
  | "sendFile"
  | "fetchFile"
  | "cancelTransfer"
  | "copy"
  | "saveFile"
  | "recall"
  | "remember"
>;

/** `method(handle, ...args)`, with a file of the person's, or an image that the browser has. */
export interface SendFile {
  readonly path: readonly string[];
  readonly method: string;
  readonly args: readonly JsonValue[];
  readonly file: File | { readonly sha256: string; readonly name: string };
  /** How the file is compressed, and to be unpacked on its way. */
  readonly encoding: Encoding | null;
  readonly around: Around | undefined;
}

export interface FetchFile {
  readonly path: readonly string[];
  readonly method: string;
  readonly args: readonly JsonValue[];
  /** Of the download. */
  readonly name: string;
  readonly around: Around | undefined;
}

/** What elements may have this tab remember; `consoles` lasts, over all tabs of this browser. */
export type Remembered = "consoles" | "draft" | "log-filter" | "shell-history" | "share-address";

/** A shell in the page, where `j` drives the page's own drivers. Nothing of the machine is in its reach. */
export interface PageShell {
  /** Run one line; one at a time. Rejects with a sentence when the shell is over before the line is. */
  run(line: string): Promise<ShellResult>;
  /** Ctrl-C. */
  interrupt(): void;
  close(): void;
}

export interface ShellResult {
  readonly exitCode: number;
  /** The shell's working directory from now on. */
  readonly cwd: string;
}

export interface ShellListener {
  /** What the line that runs says, as it comes. */
  output(stream: "stdout" | "stderr", text: string): void;
  /** The shell is over, and not because of `close()`; a sentence when it failed. */
  closed(message: string | undefined): void;
}

/** The page's own end of a driver's byte stream. */
export interface PageStream {
  /** What the device says. Ends when the stream does; throws with a sentence when it failed. Asking for the next gives credit for the last; what came meanwhile is one item. */
  readonly items: AsyncIterable<PageStreamItem>;
  /** Resolves when the bytes are on their way, which is soon after the device has taken those before; drops them when the stream is over. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): void;
}

export type PageStreamItem =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** The page was too slow: so many bytes are missing here. */
  | { readonly kind: "skipped"; readonly bytes: number }
  /** Something to know about the stream, which is not of the device: a colleague's page has lost its connection, and is back. */
  | { readonly kind: "remark"; readonly text: string };

/** The page as the elements hold it. */
export interface PageModel {
  readonly state: PageState;
  readonly actions: PageActions;
  /** Called after each change of `state`. */
  subscribe(listener: () => void, options: { signal: AbortSignal }): void;
}

/** The exporter before it was ever started. */
export const IDLE: ExporterSnapshot = {
  phase: "idle",
  name: "",
  failure: undefined,
  status: { name: "OFFLINE", message: "", since: undefined },
  hook: undefined,
  inUseBy: undefined,
  tunnel: { kind: "off" },
  drivers: [],
  transfers: [],
  problems: [],
  activity: { calls: 0, streams: 0, totalCalls: 0 },
  startedAt: undefined,
  shares: [],
  people: [],
  seat: { holder: { kind: "free" }, requests: [] },
};
