/**
 * Makes the Python virtual environment with the real clients, once.
 * Above: prepare.ts, e2e/support/. Below: python3 -m venv, pip and its package index.
 */

import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { installPackages, mayInstallPackages, runCommand } from "./prepare-command.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

const REQUIREMENTS = path("e2e/python/requirements.txt");

/** The folder of the environment; git ignores it. Its programs (`python`, `jmp`, `j`) are in `bin/`. */
export const VENV = path(".cache/venv-0.9.0");

/** Written last: an environment without it, or with another one, is incomplete and made anew. */
const STAMP = `${VENV}/jumptab-stamp`;

/** The oldest Python that Jumpstarter's packages install on. */
const OLDEST: readonly [number, number] = [3, 11];

/** Tried in this order; the first that is new enough is taken. */
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python"];

/** 30 s: `--version` and the like on a busy machine. */
const PROBE_TIMEOUT_MS = 30_000;
/** 15 min: the whole set from a slow index. */
const INSTALL_TIMEOUT_MS = 900_000;

/** Make sure that the environment is there and complete. */
export async function preparePython(say: (message: string) => void): Promise<void> {
  const python = await findPython();
  const requirements = await readFile(REQUIREMENTS);
  const stamp = createHash("sha256").update(requirements).digest("hex");
  if (await isComplete(stamp)) return;

  say("making the Python environment with the real Jumpstarter clients; this is done once");
  await rm(VENV, { recursive: true, force: true });
  await makeVenv(python, say);
  await runCommand(
    `${VENV}/bin/python`,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS],
    { timeoutMs: INSTALL_TIMEOUT_MS },
  );
  await writeFile(STAMP, `${stamp}\n`);
}

/** Whether the environment is the one of `stamp`, and its Python still runs (its base may have been upgraded). */
async function isComplete(stamp: string): Promise<boolean> {
  try {
    const found = await readFile(STAMP, "utf8");
    if (found.trim() !== stamp) return false;
    await runCommand(`${VENV}/bin/python`, ["-c", "import jumpstarter_cli"], { timeoutMs: PROBE_TIMEOUT_MS });
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
async function makeVenv(python: string, say: (message: string) => void): Promise<void> {
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
  await runCommand(python, ["-m", "venv", VENV], { timeoutMs: INSTALL_TIMEOUT_MS });
}
