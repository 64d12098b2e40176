/**
 * Makes the Python virtual environments with the real clients, one for each release, once.
 * Above: prepare.ts, e2e/support/. Below: python3 -m venv, pip and its package index.
 */

import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { installPackages, mayInstallPackages, runCommand } from "./prepare-command.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Releases of Jumpstarter whose clients the tests drive: those that know direct mode. */
export const RELEASES = ["0.8.1", "0.9.0"] as const;

export type Release = (typeof RELEASES)[number];

/** The one that everything uses that is not about releases. */
export const NEWEST: Release = "0.9.0";

/** The folder of a release's environment; git ignores it. Its programs (`python`, `jmp`, `j`) are in `bin/`. */
export const venvOf = (release: Release): string => path(`.cache/venv-${release}`);

const requirementsOf = (release: Release): string => path(`e2e/python/requirements-${release}.txt`);

/** Written last: an environment without it, or with another one, is incomplete and made anew. */
const stampOf = (release: Release): string => `${venvOf(release)}/jumptab-stamp`;

/** The oldest Python that Jumpstarter's packages install on. */
const OLDEST: readonly [number, number] = [3, 11];

/** Tried in this order; the first that is new enough is taken. */
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python"];

/** 30 s: `--version` and the like on a busy machine. */
const PROBE_TIMEOUT_MS = 30_000;
/** 15 min: the whole set from a slow index. */
const INSTALL_TIMEOUT_MS = 900_000;

/** Make sure that the environments are there and complete. */
export async function preparePython(say: (message: string) => void): Promise<void> {
  const incomplete = await Promise.all(RELEASES.map(async (release) => !(await isComplete(release))));
  const missing = RELEASES.filter((_, index) => incomplete[index]);
  if (missing.length === 0) return;

  say(
    `making Python environments with the real Jumpstarter clients ${missing.join(", ")}; this is done once`,
  );
  const python = await findPython();
  await prepareVenvModule(python, say);
  await Promise.all(missing.map((release) => install(python, release)));
}

async function install(python: string, release: Release): Promise<void> {
  const venv = venvOf(release);
  await rm(venv, { recursive: true, force: true });
  await runCommand(python, ["-m", "venv", venv], { timeoutMs: INSTALL_TIMEOUT_MS });
  await runCommand(
    `${venv}/bin/python`,
    [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
      ...["--requirement", requirementsOf(release)],
    ],
    { timeoutMs: INSTALL_TIMEOUT_MS },
  );
  await writeFile(stampOf(release), `${await currentStamp(release)}\n`);
}

async function currentStamp(release: Release): Promise<string> {
  return createHash("sha256")
    .update(await readFile(requirementsOf(release)))
    .digest("hex");
}

/** Whether the environment is the one of the requirements, and its Python still runs (its base may have been upgraded). */
async function isComplete(release: Release): Promise<boolean> {
  const stamp = await currentStamp(release);
  try {
    const found = await readFile(stampOf(release), "utf8");
    if (found.trim() !== stamp) return false;
    await runCommand(`${venvOf(release)}/bin/python`, ["-c", "import jumpstarter_cli"], {
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return true;
  } catch {
    return false; // not made yet, or broken: it is made anew
  }
}

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    const version = await pythonVersion(name);
    if (version === undefined) continue;
    const [major, minor] = version;
    if (major === OLDEST[0] && minor >= OLDEST[1]) return name;
  }
  throw new Error(`No Python ${OLDEST.join(".")} or newer found: install python3, with its venv module.`);
}

async function pythonVersion(name: string): Promise<readonly [number, number] | undefined> {
  try {
    const script = "import sys; print(sys.version_info.major, sys.version_info.minor)";
    const [major, minor] = (await runCommand(name, ["-c", script], { timeoutMs: PROBE_TIMEOUT_MS })).split(
      " ",
    );
    return [Number(major), Number(minor)];
  } catch {
    return undefined; // no such program
  }
}

/** Debian keeps `ensurepip` in a package of its own: without it `venv` fails half-way. */
async function prepareVenvModule(python: string, say: (message: string) => void): Promise<void> {
  try {
    await runCommand(python, ["-c", "import ensurepip, venv"], { timeoutMs: PROBE_TIMEOUT_MS });
  } catch {
    if (!(await mayInstallPackages())) {
      throw new Error(
        `${python} cannot make virtual environments: install python3-venv (apt-get install python3-venv).`,
      );
    }
    say("this Python lacks its venv module: installing python3-venv with apt-get");
    await installPackages(["python3-venv"]);
  }
}
