/**
 * Keeps the relay's list of credentials the same as the page's: in HELLO when a tunnel begins, by a request of the page when it changes.
 * Above: relay-connection.ts. Below: proto/credentials.ts, a stream of the tunnel.
 * Specification: docs/tunnel-protocol.md, "Credentials". One request at a time, always with the newest list.
 */

import type { Clock } from "../../drivers/base/clock.ts";
import { CREDENTIALS_PATH, type Credential, type CredentialList } from "../../proto/credentials.ts";
import { GrpcStatus, type RequestHead, StreamReset, type TunnelStream } from "../../proto/tunnel/index.ts";

/** 45 s: longer than a tunnel waits for its connection to come back. Whoever has not answered by then is asked anew. */
export const CREDENTIALS_ANSWER_MS = 45_000;

/** 1 s before the list is sent again after a failure, then twice as long each time. */
export const CREDENTIALS_RETRY_MS = 1000;

/** 60 s between two tries: a relay that refuses the list once will hardly take it soon. */
export const MAX_CREDENTIALS_RETRY_MS = 60_000;

const NO_CONTENT = 204;

/** Where the list comes from. */
export interface CredentialsSource {
  /** The list as it is now. */
  now(): readonly Credential[];
  /** Something the person at the board should know: one sentence. */
  warn(sentence: string): void;
}

export interface CredentialsSyncOptions {
  readonly clock: Clock;
  readonly source: CredentialsSource;
  /** A stream to the relay. Throws when there is no connection. */
  open(request: RequestHead): TunnelStream;
  /** Aborted when the page leaves its relay. */
  readonly signal: AbortSignal;
}

/** What a HELLO says. */
export interface Announced {
  readonly credentials: readonly Credential[];
  readonly version: number;
}

export class CredentialsSync {
  readonly #options: CredentialsSyncOptions;
  /** Counts the page's changes. */
  #version = 0;
  /** What the relay has; -1: nothing. */
  #told = -1;
  #news = Promise.withResolvers<void>();
  #sending = false;
  /** Something has happened while it was sent. */
  #again = false;

  constructor(options: CredentialsSyncOptions) {
    this.#options = options;
  }

  /** For the HELLO of a connection that begins. */
  announce(): Announced {
    return { credentials: this.#options.source.now(), version: this.#version };
  }

  /**
   * The relay has taken the page.
   *
   * @param resumed The tunnel goes on, and so does a request in it; else the relay knows what HELLO said, and nothing more.
   */
  attached({ version }: Announced, { resumed }: { resumed: boolean }): void {
    if (!resumed) this.#tell(version);
    void this.#send();
  }

  /** There is another list. */
  changed(): void {
    this.#version += 1;
    void this.#send();
  }

  /** Resolves when the relay has all that the page had when it was asked. */
  async known(): Promise<void> {
    const wanted = this.#version;
    while (this.#told < wanted) await this.#news.promise;
  }

  #tell(version: number): void {
    this.#told = version;
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers();
    resolve();
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    const { clock, source, signal } = this.#options;
    let waitMs = CREDENTIALS_RETRY_MS;
    try {
      while (this.#told < this.#version && !signal.aborted) {
        this.#again = false;
        const { credentials, version } = this.announce();
        const failure = await this.#put(credentials);
        if (failure === "away") {
          if (!this.#again) return;
        } else if (failure === undefined) {
          this.#tell(version);
          waitMs = CREDENTIALS_RETRY_MS;
        } else {
          if (waitMs === CREDENTIALS_RETRY_MS) source.warn(notTaken(failure));
          await clock.sleep(waitMs, { signal }).catch(() => undefined); // the loop looks at the signal
          waitMs = Math.min(waitMs * 2, MAX_CREDENTIALS_RETRY_MS);
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** @returns Why the relay did not take it. `away`: the tunnel is over, and the next HELLO says it all. */
  async #put(credentials: readonly Credential[]): Promise<string | undefined> {
    const { clock, open } = this.#options;
    let stream: TunnelStream;
    try {
      stream = open({ method: "PUT", path: CREDENTIALS_PATH, h: [["content-type", "application/json"]] });
    } catch (error) {
      return whyNot(error);
    }
    const answered = new AbortController();
    clock.sleep(CREDENTIALS_ANSWER_MS, { signal: answered.signal }).then(
      () => stream.reset(GrpcStatus.deadlineExceeded, "there was no answer in time"),
      () => undefined, // answered
    );
    try {
      const list: CredentialList = { credentials };
      void stream.write(new TextEncoder().encode(JSON.stringify(list)));
      stream.end();
      const { status } = await stream.response;
      await stream.body[Symbol.asyncIterator]().return?.();
      return status === NO_CONTENT ? undefined : `HTTP status ${status}`;
    } catch (error) {
      if (!(error instanceof StreamReset)) throw error;
      return whyNot(error);
    } finally {
      answered.abort();
    }
  }
}

function notTaken(failure: string): string {
  return `the relay did not take the list of links (${failure}): new ones do not work yet; it is tried again`;
}

/** Without a connection there is nobody to tell; everything else is the relay's word, or the tunnel's. */
function whyNot(error: unknown): string {
  return error instanceof StreamReset && error.code !== GrpcStatus.unavailable ? error.message : "away";
}
