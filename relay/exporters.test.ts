import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CloseCode } from "../proto/tunnel/index.ts";
import { type AttachedExporter, Exporters, type ExportersOptions } from "./exporters.ts";
import { MAX_DEPARTED, MAX_DEPARTED_CREDENTIALS, MAX_EXPORTERS } from "./limits.ts";
import { credentialsOf } from "./testing/test-page.ts";

const sha = (text: string): string => hash("sha256", text, "hex");

/** A page that remembers how it was closed. */
function page(
  options: {
    uuid?: string;
    name?: string;
    passphrase?: string;
    links?: Record<string, string>;
    instance?: string;
    takeOver?: boolean;
    from?: string;
    awaySince?: number;
  } = {},
) {
  const closed: { code: number; reason: string }[] = [];
  const exporter: AttachedExporter = {
    id: "test0001",
    identity: {
      uuid: options.uuid ?? options.name ?? "uuid",
      name: options.name ?? "board",
      ...(options.passphrase === undefined ? {} : { passphraseHash: sha(options.passphrase) }),
      ...(options.links && { credentials: credentialsOf(options.links) }),
    },
    instance: options.instance ?? "page-1",
    takeOver: options.takeOver ?? false,
    from: options.from ?? "127.0.0.1",
    attachedAt: Date.UTC(2026, 0, 1, 10, 31),
    tunnel: {
      open: () => {
        throw new Error("nobody calls here");
      },
      close: (code, reason) => closed.push({ code, reason }),
      goAway: () => undefined,
      awaySince: options.awaySince,
    },
  };
  return { exporter, closed };
}

function exporters(options: Partial<ExportersOptions> = {}): Exporters {
  return new Exporters({ noAuth: false, ...options });
}

describe("attaching", () => {
  it("lets a page's newer connection take the place of its own older one", () => {
    const all = exporters();
    const old = page({ passphrase: "p" });
    const fresh = page({ passphrase: "p" });
    all.attach(old.exporter);
    expect(all.refusal(fresh.exporter)).toBeUndefined();
    all.attach(fresh.exporter);
    expect(old.closed).toMatchObject([{ code: CloseCode.replaced }]);
    // The old one's end changes nothing any more.
    all.detach(old.exporter, { unfinished: false });
    expect(all.find("p")).toMatchObject({ kind: "exporter", exporter: fresh.exporter });
  });

  it("refuses the same exporter from another page, unless that asks to take over", () => {
    const all = exporters();
    const first = page({ passphrase: "p" });
    all.attach(first.exporter);
    expect(all.refusal(page({ passphrase: "p", instance: "page-2" }).exporter)).toEqual({
      code: CloseCode.conflict,
      reason: 'exporter "board" is open in another tab or browser since 10:31 UTC: close it there',
    });
    const second = page({ passphrase: "p", instance: "page-2", takeOver: true });
    expect(all.refusal(second.exporter)).toBeUndefined();
    all.attach(second.exporter);
    expect(first.closed).toMatchObject([
      { code: CloseCode.replaced, reason: expect.stringContaining("another page") },
    ]);
    expect(all.size).toBe(1);
  });

  it("refuses another exporter with the same name or the same passphrase, even one that would take over", () => {
    const all = exporters();
    all.attach(page({ uuid: "1", name: "board", passphrase: "p" }).exporter);
    const sameName = page({ uuid: "2", name: "board", passphrase: "q", instance: "page-2", takeOver: true });
    expect(all.refusal(sameName.exporter)).toEqual({
      code: CloseCode.nameTaken,
      reason: 'another exporter is named "board": change metadata.name of one of them',
    });
    const samePassphrase = page({ uuid: "2", name: "other", passphrase: "p", instance: "page-2" });
    expect(all.refusal(samePassphrase.exporter)).toEqual({
      code: CloseCode.nameTaken,
      reason: 'exporter "board" has the same passphrase: give this one another',
    });
  });

  it("refuses an exporter that anybody could use, where clients need a passphrase", () => {
    expect(exporters().refusal(page().exporter)?.code).toBe(CloseCode.forbidden);
  });

  it("refuses the bench's exporter with another passphrase than that of the command line", () => {
    const all = exporters({ bench: { id: "bench", passphraseHash: sha("right") } });
    expect(all.refusal(page({ uuid: "bench", passphrase: "old" }).exporter)?.code).toBe(CloseCode.forbidden);
    expect(all.refusal(page({ uuid: "bench", passphrase: "right" }).exporter)).toBeUndefined();
  });

  it("has one exporter with --unsafe-no-auth", () => {
    const all = exporters({ noAuth: true });
    all.attach(page({ name: "one" }).exporter);
    expect(all.refusal(page({ name: "two", instance: "page-2" }).exporter)).toEqual({
      code: CloseCode.conflict,
      reason: 'with --unsafe-no-auth a relay serves one exporter: stop "one" first',
    });
    all.attach(page({ name: "two" }).exporter);
    expect(all.size).toBe(1);
  });

  it("has a bound, and keeps long names short in its reasons", () => {
    const all = exporters();
    for (let index = 0; index < MAX_EXPORTERS; index += 1) {
      all.attach(page({ name: `e${index}`, passphrase: `p${index}`, instance: `i${index}` }).exporter);
    }
    expect(all.refusal(page({ name: "more", passphrase: "more", instance: "x" }).exporter)?.code).toBe(
      CloseCode.limit,
    );
    const name = "ä".repeat(253);
    const other = exporters();
    other.attach(page({ uuid: "1", name, passphrase: "1" }).exporter);
    const refusal = other.refusal(page({ uuid: "2", name, passphrase: "2", instance: "x" }).exporter);
    expect(Buffer.byteLength(refusal?.reason ?? "")).toBeLessThanOrEqual(123);
  });
});

describe("finding", () => {
  it("knows nothing while nobody is attached, and tells wrong from right once somebody is", () => {
    const all = exporters();
    expect(all.find("p")).toEqual({ kind: "away", departed: undefined, expectedBack: false });
    expect(all.find(undefined)).toEqual({ kind: "away", departed: undefined, expectedBack: false });
    all.attach(page({ passphrase: "p" }).exporter);
    expect(all.find("p").kind).toBe("exporter");
    for (const wrong of ["q", "P", "p ", "", undefined]) expect(all.find(wrong).kind).toBe("unauthenticated");
  });

  it("remembers exporters that left, up to a bound, the oldest first out", () => {
    const all = exporters({ now: () => 5 });
    all.attach(page({ uuid: "stays", name: "stays", passphrase: "stays", instance: "s" }).exporter);
    for (let index = 0; index <= MAX_DEPARTED; index += 1) {
      const { exporter } = page({ name: `e${index}`, passphrase: `p${index}`, instance: `i${index}` });
      all.attach(exporter);
      all.detach(exporter, { unfinished: false });
    }
    expect(all.find(`p${MAX_DEPARTED}`)).toEqual({
      kind: "away",
      departed: { name: `e${MAX_DEPARTED}`, at: 5, unfinished: false },
      expectedBack: false,
    });
    expect(all.find("p0").kind).toBe("unauthenticated");
  });

  it("checks the bench's passphrase while its page is away, when only that page is expected", () => {
    const bench = { id: "bench", passphraseHash: sha("right") };
    expect(exporters({ bench, benchOnly: true }).find("right").kind).toBe("away");
    expect(exporters({ bench, benchOnly: true }).find("wrong").kind).toBe("unauthenticated");
    expect(exporters({ bench }).find("wrong").kind).toBe("away");
  });

  it("compares bytes: a passphrase beyond ASCII is wrong, and no error", () => {
    const all = exporters();
    all.attach(page({ passphrase: "p" }).exporter);
    expect(all.find("\u00fc\u00ff").kind).toBe("unauthenticated");
  });

  it("tells its listeners of every coming and going, until they leave", () => {
    const all = exporters();
    let changes = 0;
    const stop = all.onChange(() => {
      changes += 1;
    });
    const { exporter } = page({ passphrase: "p" });
    all.attach(exporter);
    all.detach(exporter, { unfinished: false });
    stop();
    all.attach(exporter);
    expect(changes).toBe(2);
  });
});

describe("credentials", () => {
  const one = { uuid: "1", name: "one", passphrase: "p1", instance: "i1" };
  const two = { uuid: "2", name: "two", passphrase: "p2", instance: "i2" };

  it("open their exporter, each by its id, and the passphrase has none", () => {
    const all = exporters();
    const { exporter } = page({ ...one, links: { ana: "link-a", ben: "link-b" } });
    all.attach(exporter);
    expect(all.find("p1")).toEqual({ kind: "exporter", exporter });
    expect(all.find("link-a")).toEqual({ kind: "exporter", exporter, credential: "ana" });
    expect(all.find("link-b")).toEqual({ kind: "exporter", exporter, credential: "ben" });
    expect(all.find("link-c").kind).toBe("unauthenticated");
  });

  it("are replaced as a whole, and only those of an exporter that is attached", () => {
    const all = exporters();
    const old = page({ ...one, links: { ana: "link-a" } });
    const { exporter } = page({ ...one, links: { ana: "link-a" } });
    all.attach(old.exporter);
    all.attach(exporter);
    all.replaceCredentials(exporter, credentialsOf({ ben: "link-b" }));
    all.replaceCredentials(old.exporter, credentialsOf({ ana: "link-a" }));
    expect(all.find("link-a").kind).toBe("unauthenticated");
    expect(all.find("link-b")).toMatchObject({ kind: "exporter", credential: "ben" });
  });

  it("never open an exporter whose passphrase or credential the hash already is", () => {
    const all = exporters();
    const first = page({ ...one, links: { ana: "link", own: "p1" } });
    const second = page({ ...two, links: { mine: "link", stolen: "p1", ok: "link-2" } });
    all.attach(first.exporter);
    all.attach(second.exporter);
    expect(all.find("p1")).toEqual({ kind: "exporter", exporter: first.exporter });
    expect(all.find("link")).toEqual({ kind: "exporter", exporter: first.exporter, credential: "ana" });
    expect(all.find("link-2")).toMatchObject({ exporter: second.exporter, credential: "ok" });
    // Also one that was there before the passphrase.
    const third = page({ uuid: "3", name: "three", passphrase: "link-2", instance: "i3" });
    expect(all.refusal(third.exporter)).toBeUndefined();
    all.attach(third.exporter);
    expect(all.find("link-2")).toEqual({ kind: "exporter", exporter: third.exporter });
  });

  it("never take the place of the bench's passphrase while its page is away", () => {
    const all = exporters({ bench: { id: "bench", passphraseHash: sha("bench") } });
    all.attach(page({ ...one, links: { thief: "bench" } }).exporter);
    expect(all.find("bench").kind).toBe("away");
  });

  it("lead to an exporter that is away, or was here, as its passphrase does", () => {
    const all = exporters({ now: () => 7 });
    all.attach(page(two).exporter);
    const away = page({ ...one, links: { ana: "link-a" }, awaySince: 5 });
    all.attach(away.exporter);
    expect(all.find("link-a")).toEqual(all.find("p1"));
    expect(all.find("link-a")).toMatchObject({ kind: "away", expectedBack: true, departed: { kept: true } });
    all.detach(away.exporter, { unfinished: true });
    expect(all.find("link-a")).toEqual(all.find("p1"));
    expect(all.find("link-a")).toMatchObject({ kind: "away", departed: { name: "one", at: 7 } });
    // It comes back without that link.
    all.attach(page({ ...one, links: { ben: "link-b" } }).exporter);
    expect(all.find("link-a").kind).toBe("unauthenticated");
  });

  it("of those that left are remembered up to a bound, the oldest first out", () => {
    const all = exporters();
    all.attach(page(two).exporter);
    const count = MAX_DEPARTED_CREDENTIALS / 100 + 1;
    for (let index = 0; index < count; index += 1) {
      const links = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}`, `${index}-${at}`]));
      const { exporter } = page({
        uuid: `u${index}`,
        name: `e${index}`,
        passphrase: `e${index}`,
        instance: `e${index}`,
        links,
      });
      all.attach(exporter);
      all.detach(exporter, { unfinished: false });
    }
    expect(all.find("0-0").kind).toBe("unauthenticated");
    expect(all.find("e0").kind).toBe("away");
    expect(all.find(`${Math.trunc(count)}-99`).kind).toBe("away");
  });

  it("are nothing with --unsafe-no-auth", () => {
    const all = exporters({ noAuth: true });
    const { exporter } = page({ name: "one", links: { ana: "link-a" } });
    all.attach(exporter);
    expect(all.find("link-a")).toEqual({ kind: "exporter", exporter });
  });
});
