/**
 * Paths as OpenDAL reads them, and as this driver keeps them.
 * Above: driver.ts and the stores. Below: nothing; pure.
 * Specification: OpenDAL's rules for paths; Python's posixpath.normpath for those that a session has created.
 */

import { StoreError } from "./file-store.ts";

/** Bytes of a path in UTF-8: PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

/** No leading, no double slash; "/" for the root; a trailing slash stays. */
export function normalizePath(path: string): string {
  const trimmed = path.trim();
  if (new TextEncoder().encode(trimmed).length > MAX_PATH_BYTES) {
    throw new StoreError(
      "Unexpected",
      `the path has more than ${MAX_PATH_BYTES} bytes, and no file is so deep: choose a shorter one`,
    );
  }
  const names = trimmed.split("/").filter((name) => name !== "");
  return names.length === 0 ? "/" : `${names.join("/")}${trimmed.endsWith("/") ? "/" : ""}`;
}

/** Names from the root down, without "." and ".."; none of them leads out of it. */
export function namesOf(path: string): readonly string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) {
        throw new StoreError(
          "PermissionDenied",
          `${path} leads out of the storage's root: write it without ".."`,
        );
      }
    } else if (/[\\\0]/.test(name)) {
      throw new StoreError(
        "Unexpected",
        `${JSON.stringify(path)} is no path here: names have no backslash and no NUL`,
      );
    } else names.push(name);
  }
  return names;
}

export function isDirectoryPath(path: string): boolean {
  return path.endsWith("/");
}

/** As a path stands in the set of what a session has created. */
export function createdPath(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const names: string[] = [];
  for (const name of slashed.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.length > 0 && names.at(-1) !== "..") names.pop();
    else if (!slashed.startsWith("/")) names.push(name);
  }
  return names.join("/");
}
