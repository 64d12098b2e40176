/**
 * The images that the exporter keeps, as the window sees them: files of the origin, named by their hash. Only looked at, never changed.
 * Above: page.ts, transfer-history.ts. Below: the origin's private file system. Its layout is that of web/images/.
 */

/** Where web/images keeps them, from the origin's root. */
const FOLDERS = ["images", "images"] as const;

const HASH = /^[0-9a-f]{64}$/;

export class ImageFiles {
  readonly #root: () => Promise<FileSystemDirectoryHandle>;

  /** @param root Rejects where the browser keeps no files for pages. */
  constructor(root: () => Promise<FileSystemDirectoryHandle>) {
    this.#root = root;
  }

  /** The hashes of those that are there now; none where the browser keeps no files. */
  async kept(): Promise<ReadonlySet<string>> {
    const folder = await this.#folder();
    const names = new Set<string>();
    if (folder === undefined) return names;
    for await (const name of folder.keys()) if (HASH.test(name)) names.add(name);
    return names;
  }

  /** The file, read when it is used; undefined when it is not there, or no longer. */
  async file(sha256: string): Promise<File | undefined> {
    try {
      const handle = await (await this.#folder())?.getFileHandle(sha256);
      return await handle?.getFile();
    } catch (error) {
      return absent(error);
    }
  }

  async #folder(): Promise<FileSystemDirectoryHandle | undefined> {
    try {
      let folder = await this.#root();
      for (const name of FOLDERS) folder = await folder.getDirectoryHandle(name);
      return folder;
    } catch (error) {
      return absent(error);
    }
  }
}

/** Nothing was ever kept, or the browser keeps nothing for pages (private windows): both are no images. */
function absent(error: unknown): undefined {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotFoundError" || name === "SecurityError") return undefined;
  throw error;
}
