/**
 * What the relay tells the page it serves: `GET api/boot`, JSON; and that of `run` at its own end: `GET api/end`.
 * Above: web/ asks, relay/ answers; both sides agree here and nowhere else.
 */

/** Request header with the key from the printed address (`#bench=KEY`); without it neither the bench nor the end is told. */
export const BENCH_KEY_HEADER = "x-jumptab-bench-key";

/** The answer to `GET api/boot`. */
export interface RelayBoot {
  /** Version of the relay; a page of another version asks to be reloaded. */
  readonly version: string;
  /** What clients put behind `--tls-grpc`: `host:port` of the listener, or the page's own host when it listens on all addresses. */
  readonly endpoint: string;
  /** `host:port` by which other machines may reach a relay that listens on all addresses, the likeliest first. Absent: only `endpoint`. */
  readonly addresses?: readonly string[];
  /** Whether clients need `--tls-grpc-insecure`. */
  readonly insecure: boolean;
  /** Whether the page has to show an attach token in HELLO. */
  readonly attachTokenRequired: boolean;
  /** Clients of this relay need no passphrase (`--unsafe-no-auth`). */
  readonly noAuth: boolean;
  /** With the right key: the exporter that the relay was started with. */
  readonly bench?: {
    readonly id: string;
    readonly yaml: string;
    /** Absent: the page makes its own and keeps it. */
    readonly passphrase?: string;
    /** Nobody looks at this page (`jumptab run`): start without a click, reload when all is lost. */
    readonly unattended: boolean;
    /** The file's name, for people. */
    readonly file: string;
    /** Scripts of hooks that the configuration names as files, by the names that it gives them. Absent: none. */
    readonly files?: Readonly<Record<string, string>>;
  };
}

/**
 * The answer to `GET api/end`, which a page asks whose bench is `unattended`. Its head comes at once, its body when the relay ends:
 * then the page stops its exporter.
 */
export interface RelayEnd {
  /** How long its afterLease hook may take, in milliseconds. */
  readonly hookMs: number;
}
