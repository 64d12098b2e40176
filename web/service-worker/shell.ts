/**
 * The page for when its relay cannot be reached: what was built, kept by the browser, whole. While the relay answers, it alone says which
 * page there is: an old one is never shown. Everything that is not the page, above all what the relay answers and what clients send,
 * is not touched.
 * Above: web/sw.ts. Below: caches and `fetch`, by constructor.
 * @see https://www.w3.org/TR/service-workers/
 */

/** What a build consists of. Paths are relative to the page, with forward slashes; the page itself is "". */
export interface ShellFiles {
  /** Changes with anything that is in it. */
  readonly version: string;
  /** What is needed first comes first. */
  readonly files: readonly string[];
}

export interface ShellOptions {
  readonly shell: ShellFiles;
  /** Where the page is: an address with a slash at its end. */
  readonly scope: string;
  readonly caches: Pick<CacheStorage, "open" | "keys" | "delete">;
  fetch(request: Request): Promise<Response>;
  sleep(ms: number): Promise<void>;
}

/** What of a request counts. */
export type ShellRequest = Pick<Request, "method" | "url" | "mode">;

/** How a request is answered. `network`: as without us. */
export type Route = "page" | "hashed" | "file" | "network";

/** 3 s: a relay on this machine or near it answers in milliseconds, and a person does not look at nothing for longer. */
export const PAGE_WITHIN_MS = 3_000;

/** 16 MiB of the browser's room: the page has a quarter of that, and one that outgrows it works without the rest. */
export const MAX_SHELL_BYTES = 16 * 1024 * 1024;

/** Two files at a time: what the page loads meanwhile goes first. */
const AT_A_TIME = 2;

/** Before each name of a cache; others of this origin are not ours. */
const CACHE_PREFIX = "jumptab-shell-";

export class Shell {
  readonly #options: ShellOptions;
  readonly #files: ReadonlySet<string>;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#files = new Set(options.shell.files);
  }

  /** Fetch all of it. Rejects when something cannot be had: then there is no shell, and the next visit tries again. */
  async install(): Promise<void> {
    const cache = await this.#cache();
    const waiting = [...this.#options.shell.files];
    let bytes = 0;
    const fetchNext = async (): Promise<void> => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        if (bytes > MAX_SHELL_BYTES) return;
        const request = new Request(this.#url(file), { cache: isHashed(file) ? "default" : "no-cache" });
        const response = await this.#options.fetch(request);
        if (!response.ok) throw new Error(`${file || "the page"} is not to be had: HTTP ${response.status}`);
        const { byteLength } = await response.clone().arrayBuffer();
        bytes += byteLength;
        await cache.put(this.#url(file), response);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, fetchNext));
  }

  /** Other builds are not needed any more: no page of theirs is open when this one takes over. */
  async tidy(): Promise<void> {
    const { caches } = this.#options;
    const old = (await caches.keys()).filter(
      (name) => name.startsWith(CACHE_PREFIX) && name !== this.#cacheName,
    );
    await Promise.all(old.map((name) => caches.delete(name)));
  }

  /** Undefined: it goes its way without us. */
  answer(request: ShellRequest & Request): Promise<Response> | undefined {
    switch (this.route(request)) {
      case "page":
        return this.#networkFirst(request, "");
      case "file":
        return this.#networkFirst(request, this.#file(request.url));
      case "hashed":
        return this.#storedFirst(request);
      case "network":
        return undefined;
    }
  }

  /** Only what is known to be of this build is ours: whatever else a relay answers, now or in a later version, is not. */
  route({ method, url, mode }: ShellRequest): Route {
    if (method !== "GET") return "network";
    const file = this.#file(url);
    if (mode === "navigate") return file === "" || file === "index.html" ? "page" : "network";
    if (file === "" || !this.#files.has(file)) return "network";
    return isHashed(file) ? "hashed" : "file";
  }

  async #networkFirst(request: Request, file: string): Promise<Response> {
    const network = this.#options.fetch(request);
    const tooLate = this.#options.sleep(PAGE_WITHIN_MS).then(() => undefined);
    const answer = await Promise.race([network.catch(() => undefined), tooLate]);
    return answer ?? (await this.#stored(file)) ?? (await network);
  }

  /** Its name has the hash of its content: it is the same for ever. */
  async #storedFirst(request: Request): Promise<Response> {
    return (await this.#stored(this.#file(request.url))) ?? (await this.#options.fetch(request));
  }

  async #stored(file: string): Promise<Response | undefined> {
    return (await this.#cache()).match(this.#url(file));
  }

  /** The path below the page, without query; a name that no file has when it is elsewhere. */
  #file(url: string): string {
    const { scope } = this.#options;
    const path = url.replace(/[?#].*$/s, "");
    return path.startsWith(scope) ? path.slice(scope.length) : "/";
  }

  #url(file: string): string {
    return new URL(file, this.#options.scope).href;
  }

  get #cacheName(): string {
    return CACHE_PREFIX + this.#options.shell.version;
  }

  #cache(): Promise<Cache> {
    return this.#options.caches.open(this.#cacheName);
  }
}

/** Vite puts a hash of the content into the names below assets/. */
function isHashed(file: string): boolean {
  return /^assets\/.+-[\w-]{8,}\.\w+$/.test(file);
}
