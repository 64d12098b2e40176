import { describe, expect, it } from "vitest";
import { type Command, parseCommand, type ServeCommand } from "./arguments.ts";
import { UsageError } from "./usage-error.ts";

function serve(argv: readonly string[], environment: Record<string, string> = {}): ServeCommand {
  const command: Command = parseCommand(argv, environment);
  if (command.kind !== "serve") throw new Error(`this is ${command.kind}`);
  return command;
}

describe("parseCommand()", () => {
  it("serves on loopback in plaintext when nothing is said", () => {
    expect(serve([])).toMatchObject({
      unattended: false,
      listener: { host: "127.0.0.1", port: 19090 },
      loopback: true,
      tls: undefined,
      noAuth: false,
      logLevel: "info",
      logFormat: "auto",
    });
  });

  it("takes the flags of jmp run", () => {
    const argv =
      "run --exporter-config bench.yaml --tls-grpc-listener 19191 --tls-grpc-insecure --passphrase x".split(
        " ",
      );
    expect(serve(argv)).toMatchObject({
      unattended: true,
      exporterConfig: "bench.yaml",
      listener: { host: "127.0.0.1", port: 19191 },
      passphrase: "x",
    });
  });

  it("takes the passphrase from JMP_GRPC_PASSPHRASE, and the flag before it", () => {
    const environment = { JMP_GRPC_PASSPHRASE: "from-environment" };
    expect(serve(["--exporter-config", "f"], environment).passphrase).toBe("from-environment");
    expect(serve(["--exporter-config", "f", "--passphrase", "p"], environment).passphrase).toBe("p");
    expect(serve([], environment).passphrase).toBeUndefined();
    expect(serve(["--exporter-config", "f", "--unsafe-no-auth"], environment).passphrase).toBeUndefined();
  });

  it("knows --help and --version, whatever else is said", () => {
    expect(parseCommand(["--help"]).kind).toBe("help");
    expect(parseCommand(["run", "-h"]).kind).toBe("help");
    expect(parseCommand(["--version"]).kind).toBe("version");
  });

  it("takes where files by URL may come from, also for run", () => {
    expect(serve([]).fetch).toEqual({ off: false, allow: [] });
    expect(serve(["--no-fetch"]).fetch).toEqual({ off: true, allow: [] });
    const argv = ["run", "--exporter-config", "f", "--allow-fetch", "nas.lan", "--allow-fetch=10.0.0.5:80"];
    const { allow = [] } = serve(argv).fetch;
    expect(allow).toHaveLength(2);
    const place = { host: "10.0.0.5", port: 80, address: "10.0.0.5" };
    expect(allow.map((rule) => rule.matches(place))).toEqual([false, true]);
    expect(() => serve(["--allow-fetch", "http://nas.lan/"])).toThrow("names no host: give NAME, ADDRESS");
    expect(() => serve(["--allow-fetch", "nas.lan", "--no-fetch"])).toThrow("exclude each other");
  });

  it("takes what one address may have, 0 for no limit", () => {
    expect(serve([]).addressLimits).toEqual({});
    const argv = [
      "--max-clients-per-address",
      "0",
      "--max-calls-per-address=50",
      "--max-exporters-per-address",
      "3",
    ];
    expect(serve(argv).addressLimits).toEqual({ clients: 0, calls: 50, exporters: 3 });
  });

  it("lets an address that others reach be served in plaintext only when told so", () => {
    const argv = ["--tls-grpc-listener", "0.0.0.0:19090"];
    expect(() => serve(argv)).toThrow("or --tls-grpc-insecure to serve it in plaintext");
    expect(serve([...argv, "--tls-grpc-insecure"])).toMatchObject({ loopback: false });
    expect(serve([...argv, "--tls-cert", "c", "--tls-key", "k"]).tls).toEqual({ cert: "c", key: "k" });
  });

  for (const [argv, sentence] of [
    [["--tls-grpc-listener", "a:b"], "port must be an integer, got 'b'"],
    [["--tls-grpc-listener", "1.2.3.4:"], "port must be an integer, got ''"],
    [["--tls-grpc-listener", "65536"], "port must be between 1 and 65535, got 65536 (0 takes any free port)"],
    [["--tls-grpc-listener=-1"], "port must be between 1 and 65535, got -1 (0 takes any free port)"],
    [["--tls-grpc-listener", "::1:19090"], "put an IPv6 address in brackets"],
    [["--tls-grpc-listener", "[nope]:1"], "is not an IPv6 address"],
    [["--tls-cert", "c"], "--tls-cert needs --tls-key"],
    [["--tls-key", "k"], "--tls-key needs --tls-cert"],
    [["--tls-grpc-insecure", "--tls-cert", "c", "--tls-key", "k"], "cannot be used together"],
    [["--tls-and-plaintext"], "--tls-and-plaintext needs --tls-cert and --tls-key"],
    [["run"], "run needs --exporter-config FILE"],
    [["walk"], "'walk' is no command"],
    [["run", "fast"], "'fast' is no command"],
    [["--chromium", "/usr/bin/chromium"], '--chromium is for "run"'],
    [["--passphrase", "x"], "give that too"],
    [["--exporter-config", "f", "--passphrase", ""], "the passphrase is empty"],
    [["--exporter-config", "f", "--passphrase", "schlüssel"], "printable ASCII"],
    [["--exporter-config", "f", "--passphrase", "two\nlines"], "printable ASCII"],
    [["--exporter-config", "f", "--passphrase", "x", "--unsafe-no-auth"], "exclude each other"],
    [["--attach-token", ""], "--attach-token is empty"],
    [
      ["--max-clients-per-address", "many"],
      "--max-clients-per-address must be a whole number below a million",
    ],
    [
      ["--max-calls-per-address=-1"],
      "--max-calls-per-address must be a whole number below a million, got '-1'",
    ],
    [["--max-exporters-per-address", ""], "--max-exporters-per-address must be a whole number"],
    [["--log-level", "loud"], "--log-level must be one of"],
    [["--log-format", "xml"], "--log-format must be one of"],
    [["--no-such-flag"], "Unknown option '--no-such-flag'; see --help"],
  ] as const) {
    it(`says what is wrong with ${argv.join(" ")}`, () => {
      expect(() => parseCommand(argv)).toThrow(UsageError);
      expect(() => parseCommand(argv)).toThrow(sentence);
    });
  }
});
