/**
 * Opendal: a file system for clients, in memory or in a folder that the browser keeps.
 * Above: the registry. Below: open-files.ts, and a store for each scheme.
 * Specification: jumpstarter_driver_opendal.driver.Opendal over Apache OpenDAL 0.45; README.md says where this one differs.
 */

import * as v from "valibot";
import { messageOf } from "../base/dom-error.ts";
import { type Driver, type DriverContext, defineDriver } from "../base/driver.ts";
import { Gatherer } from "../base/gather.ts";
import { exportedCall, exportedMethods, exportedStreamingCall } from "../base/methods.ts";
import { resourceArgument } from "../base/resource.ts";
import { CreatedPaths } from "./created-paths.ts";
import { type FileStore, StoreError } from "./file-store.ts";
import { hashFile } from "./hash-file.ts";
import { MemoryStore } from "./memory-store.ts";
import { OpenFiles } from "./open-files.ts";
import { OriginStore } from "./origin-store.ts";
import { createdPath, normalizePath } from "./paths.ts";

/** 256 KiB: a part of a file on its way to a client. */
const READ_CHUNK_BYTES = 256 * 1024;

const config = v.pipe(
  v.strictObject({
    scheme: v.pipe(
      v.string('the scheme is a text: "fs" or "memory"'),
      v.description("memory: gone with the tab. fs: a folder that this browser keeps."),
      v.examples(["memory", "fs"]),
    ),
    kwargs: v.pipe(
      v.record(
        v.string(),
        v.string("values of kwargs are texts: put it in quotes"),
        "kwargs is a map: for scheme fs write {root: /some/folder}, for memory {}",
      ),
      v.description("For fs the folder, {root: /some/folder}; for memory {}."),
      v.examples([{}]),
    ),
    remove_created_on_close: v.optional(
      v.pipe(
        v.boolean("remove_created_on_close is true or false"),
        v.description("What a session has created is removed when it ends (fs only)."),
      ),
      false,
    ),
  }),
  v.check(
    ({ scheme, kwargs }) => scheme !== "fs" || (kwargs.root ?? "") !== "",
    "scheme fs wants kwargs.root: the name of the folder, for example /srv/files",
  ),
);

type Config = v.InferOutput<typeof config>;

export const definition = defineDriver({
  type: "jumpstarter_driver_opendal.driver.Opendal",
  summary: "A file system for clients, in memory or in a folder that the browser keeps. Needs nothing.",
  about: { title: "File system", category: "storage" },
  config,
  impossible: ({ scheme }) =>
    scheme === "fs" || scheme === "memory"
      ? undefined
      : {
          key: "scheme",
          reason: `a page keeps files in its browser only, scheme fs or memory: for ${scheme}, export it with the Python exporter on a host`,
        },
  create: createOpendal,
});

const path = v.pipe(v.string("a path is a text"), v.transform(normalizePath));
const fd = v.pipe(
  v.string("a file is named by the text that open has answered"),
  v.transform((text) => text.replace(/^urn:uuid:|[-{}]/g, "").toLowerCase()),
  v.regex(/^[0-9a-f]{32}$/, "this is no uuid: use what open has answered"),
  v.transform((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")),
);
const integer = (what: string) =>
  v.pipe(v.number(`${what} is a number`), v.safeInteger(`${what} is a whole number`));

function createOpendal(context: DriverContext, { scheme, kwargs, remove_created_on_close }: Config): Driver {
  const { log, resources, setState } = context;
  const root = `/${createdPath(kwargs.root ?? "")}`;
  const store: FileStore =
    scheme === "fs" ? new OriginStore(() => context.storage.folder(`opendal ${root}`)) : new MemoryStore();
  const files = new OpenFiles(store, { log, newUuid: () => crypto.randomUUID() });
  const created = new CreatedPaths(log);
  const showOpen = () => setState({ open: files.count });
  setState({ scheme, root: scheme === "fs" ? root : null, open: 0 });

  /** As upstream has it: of the scheme fs only. */
  const removeCreated = async () => {
    if (!remove_created_on_close) return;
    if (scheme !== "fs") {
      log.warning(`what was created is not removed with the scheme ${scheme}: only fs does that`);
      return;
    }
    for (const path of created.list.sort().reverse()) {
      if (path === "") continue;
      try {
        await store.removeAll(path);
      } catch (error) {
        log.error(`${path} was created and could not be removed: ${messageOf(error)}`);
      }
    }
  };
  const endSession = async () => {
    files.abandonAll();
    await removeCreated();
    created.clear();
    showOpen();
  };

  return {
    clientClass: "jumpstarter_driver_opendal.client.OpendalClient",
    category: "storage",
    methods: exportedMethods({
      open: exportedCall(
        { path, mode: v.picklist(["rb", "wb"], 'the mode is "rb" or "wb"') },
        async ({ path, mode }) => {
          const fd = await files.open(path, mode);
          if (mode === "wb") created.add(path);
          showOpen();
          return fd;
        },
      ),
      file_read: exportedCall({ fd, dst: resourceArgument }, async ({ fd, dst }, { signal, report }) => {
        files.closed(fd); // an unknown one is refused before the transfer begins
        const writable = await resources.write(dst, { signal });
        let done = 0;
        await readableOf(files.read(fd, { chunkBytes: READ_CHUNK_BYTES }), (bytes) => {
          done += bytes;
          report?.step({ phase: "reading", done, total: undefined });
        }).pipeTo(writable, { signal });
      }),
      file_write: exportedCall({ fd, src: resourceArgument }, async ({ fd, src }, { signal, report }) => {
        files.writable(fd, { orThrow: true });
        const { readable, size } = await resources.read(src, { signal });
        const gatherer = new Gatherer();
        let done = 0;
        for await (const chunk of readable) {
          signal.throwIfAborted();
          for (const full of gatherer.add(chunk)) files.write(fd, full);
          done += chunk.length;
          report?.step({ phase: "receiving", done, total: size });
        }
        files.write(fd, gatherer.rest());
      }),
      file_seek: exportedCall(
        { fd, pos: integer("the position"), whence: v.optional(integer("whence"), 0) },
        ({ fd, pos, whence }) => files.seek(fd, pos, whence),
      ),
      file_tell: exportedCall({ fd }, ({ fd }) => files.tell(fd)),
      file_close: exportedCall({ fd }, ({ fd }) => {
        files.close(fd);
        showOpen();
      }),
      file_closed: exportedCall({ fd }, ({ fd }) => files.closed(fd)),
      file_readable: exportedCall({ fd }, ({ fd }) => files.readable(fd)),
      // What can be read can be sought in.
      file_seekable: exportedCall({ fd }, ({ fd }) => files.readable(fd)),
      file_writable: exportedCall({ fd }, ({ fd }) => files.writable(fd)),
      stat: exportedCall({ path }, async ({ path }) => {
        const { kind, size } = await store.stat(path);
        return {
          content_disposition: null,
          content_length: size,
          content_md5: null,
          content_type: null,
          etag: null,
          mode: { entry_is_file: kind === "file", entry_is_dir: kind === "directory" },
        };
      }),
      hash: exportedCall(
        {
          path,
          algo: v.optional(v.picklist(["md5", "sha256"], "the hash is md5 or sha256"), "sha256"),
        },
        async ({ path, algo }, { signal }) => hashFile(await store.read(path), algo, { path, signal }),
      ),
      copy: exportedCall({ source: path, target: path }, async ({ source, target }) => {
        files.abandonWriters(target);
        await store.copy(source, target);
        created.add(target);
      }),
      rename: exportedCall({ source: path, target: path }, async ({ source, target }) => {
        files.abandonWriters(source);
        files.abandonWriters(target);
        await store.rename(source, target);
        created.remove(source);
        created.add(target);
      }),
      remove_all: exportedCall({ path }, async ({ path }) => {
        files.abandonWriters(path);
        await store.removeAll(path);
        created.remove(path);
      }),
      create_dir: exportedCall({ path }, async ({ path }) => {
        await store.createDirectory(path);
        created.add(path);
      }),
      delete: exportedCall({ path }, async ({ path }) => {
        files.abandonWriters(path);
        await store.delete(path);
        created.remove(path);
      }),
      exists: exportedCall({ path }, async ({ path }) => {
        try {
          await store.stat(path);
          return true;
        } catch (error) {
          if (error instanceof StoreError && error.fault === "NotFound") return false;
          throw error;
        }
      }),
      list: exportedStreamingCall({ path }, ({ path }) => store.list(path, { recursive: false })),
      scan: exportedStreamingCall({ path }, ({ path }) => store.list(path, { recursive: true })),
      presign_stat: presign("presign_stat"),
      presign_read: presign("presign_read"),
      presign_write: presign("presign_write"),
      capability: exportedCall({}, () => store.capability),
      get_created_resources: exportedCall({}, () => created.list),
      register_path: exportedCall({ path: v.string("a path is a text") }, ({ path }) => created.add(path)),
    }),
    reset: endSession,
    [Symbol.asyncDispose]: endSession,
  };
}

function presign(method: string) {
  return exportedCall({ path, expire_second: integer("expire_second") }, ({ path }) => {
    throw new StoreError(
      "Unsupported",
      `${method} of ${path}: files in a browser have no address for others; read and write them through the exporter`,
    );
  });
}

function readableOf(
  chunks: AsyncGenerator<Uint8Array>,
  onChunk: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else {
          onChunk(value.length);
          controller.enqueue(value);
        }
      },
      cancel: async () => void (await chunks.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}
