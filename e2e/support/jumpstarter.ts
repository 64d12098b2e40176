/**
 * The real `jmp` and `j` of one release, as child processes with a home of their own.
 * Above: fixtures.ts. Below: child.ts, the Python environments of scripts/prepare-python.ts.
 * Nothing of the clients is replaced or patched.
 */

import { mkdir } from "node:fs/promises";
import { NEWEST, type Release, venvOf } from "../../scripts/prepare-python.ts";
import { Child, type ChildOptions, type Ended } from "./child.ts";

/** Where clients find the relay. */
export interface Endpoint {
  /** `127.0.0.1:19090` */
  readonly address: string;
  /** Undefined: none is sent. */
  readonly passphrase: string | undefined;
  /** Plaintext. */
  readonly insecure: boolean;
}

/** Wide enough that no line the tests look for is wrapped: the clients print through Rich, which wraps. */
const COLUMNS = "1024";

/** Environment for any client of `release` whose home is `home`; nothing of the caller's own Jumpstarter gets in. */
export function clientEnvironment(home: string, release: Release = NEWEST): NodeJS.ProcessEnv {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(JMP_|JUMPSTARTER_|_JMP_|GRPC_|PYTHON|XDG_|npm_)/.test(name) &&
        // Playwright's own; the clients would believe in a terminal, and wrap at its 80 columns.
        !/^(FORCE_COLOR|DEBUG_COLORS)$/.test(name),
    ),
  );
  return {
    ...own,
    HOME: home,
    XDG_CONFIG_HOME: `${home}/.config`,
    XDG_CACHE_HOME: `${home}/.cache`,
    XDG_DATA_HOME: `${home}/.local/share`,
    XDG_RUNTIME_DIR: `${home}/run`,
    PATH: `${venvOf(release)}/bin:${process.env.PATH}`,
    COLUMNS,
    TERM: "dumb",
    NO_COLOR: "1",
    PYTHONUNBUFFERED: "1",
    // The tests' own Python files are in the tree.
    PYTHONDONTWRITEBYTECODE: "1",
    SHELL: "/bin/bash",
  };
}

/** What `jmp shell` tells the commands in it; enough for `j` and for `env()` without a shell around them. */
export function shellEnvironment({ address, passphrase, insecure }: Endpoint): Record<string, string> {
  return {
    JUMPSTARTER_HOST: address,
    JMP_DRIVERS_ALLOW: "UNSAFE",
    ...(insecure ? { JMP_GRPC_INSECURE: "1" } : {}),
    ...(passphrase === undefined ? {} : { JMP_GRPC_PASSPHRASE: passphrase }),
  };
}

export interface RunOptions extends ChildOptions {
  /** Added to the environment. */
  readonly set?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Another endpoint than the test's own. */
  readonly endpoint?: Endpoint;
}

export interface ShellOptions extends RunOptions {
  /** Arguments of `jmp shell` before the `--`. */
  readonly options?: readonly string[];
}

/** `jmp` and `j` for one test. */
export class Jumpstarter implements AsyncDisposable {
  readonly home: string;
  readonly #release: Release;
  #endpoint: (() => Endpoint) | undefined;
  #children: Child[] = [];

  /** @param endpoint Asked at each run; a test without an exporter gives each run its own. */
  constructor(home: string, endpoint?: () => Endpoint, release: Release = NEWEST) {
    this.home = home;
    this.#endpoint = endpoint;
    this.#release = release;
  }

  static async create(
    home: string,
    endpoint?: () => Endpoint,
    release: Release = NEWEST,
  ): Promise<Jumpstarter> {
    await mkdir(`${home}/run`, { recursive: true, mode: 0o700 });
    return new Jumpstarter(home, endpoint, release);
  }

  /** `J(args)`: one `j` command, outside of any shell. */
  async j(args: string, options: RunOptions = {}): Promise<Ended> {
    return await this.start("j", words(args), { ...options, ...this.#inShell(options) }).ended(
      options.timeoutMs,
    );
  }

  /** `j`, still running. */
  startJ(args: string, options: RunOptions = {}): Child {
    return this.start("j", words(args), { ...options, ...this.#inShell(options) });
  }

  /** `SH(command)`: `jmp shell … -- command`. */
  async shell(command: readonly string[], options: ShellOptions = {}): Promise<Ended> {
    return await this.startShell(command, options).ended(options.timeoutMs);
  }

  /** `jmp shell`, still running. */
  startShell(command: readonly string[], options: ShellOptions = {}): Child {
    const { address, passphrase, insecure } = this.#at(options);
    const args = ["shell", "--tls-grpc", address];
    if (insecure) args.push("--tls-grpc-insecure");
    if (passphrase !== undefined) args.push("--passphrase", passphrase);
    return this.start("jmp", [...args, ...(options.options ?? []), "--", ...command], options);
  }

  /** Any program of the release's Python environment. */
  start(program: string, args: readonly string[], options: RunOptions = {}): Child {
    const env = { ...clientEnvironment(this.home, this.#release), ...options.env, ...options.set };
    const child = new Child(`${venvOf(this.#release)}/bin/${program}`, args, {
      cwd: this.home,
      ...options,
      env,
    });
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child[Symbol.asyncDispose]()));
  }

  #at(options: RunOptions): Endpoint {
    const endpoint = options.endpoint ?? this.#endpoint?.();
    if (endpoint === undefined)
      throw new Error("this test has no exporter of its own: give the run an endpoint");
    return endpoint;
  }

  /** What a command inside of `jmp shell` finds in its environment. */
  shellVariables(options: RunOptions = {}): Record<string, string> {
    return shellEnvironment(this.#at(options));
  }

  #inShell(options: RunOptions): { set: Record<string, string> } {
    return { set: { ...shellEnvironment(this.#at(options)), ...options.set } };
  }
}

const words = (line: string): string[] => line.split(/\s+/).filter((word) => word !== "");
