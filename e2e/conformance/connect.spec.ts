/**
 * Conformance C: connecting, over plaintext and TLS.
 * Below: test.ts (the bench of the suite in a real page), the real `jmp` and `j`.
 */

import { makeCertificate } from "../support/certificate.ts";
import { expect, test } from "./test.ts";

test("C01 jmp shell runs j power on @both", async ({ jumpstarter, exporterPage }) => {
  const { code } = await jumpstarter.shell(["j", "power", "on"]);
  expect(code).toBe(0);
  await exporterPage.expectPower("power", "on");
});

test("C02 one shell after another works", async ({ jumpstarter, exporterPage }) => {
  expect(await jumpstarter.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
  expect(await jumpstarter.shell(["j", "power", "off"])).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "off");
});

test("C04 a command that does not exist fails with its name", async ({ jumpstarter }) => {
  const { code, stderr } = await jumpstarter.shell(["no-such-cmd"]);
  // jmp 0.8.1 and 0.9.0 say it as a missing file with exit code 1; newer ones exit with 127.
  expect([1, 127]).toContain(code);
  expect(stderr).toMatch(/Error: .*no-such-cmd/);
});

for (const set of [{}, { JUMPSTARTER_GRPC_INSECURE: "1" }]) {
  const how = "JUMPSTARTER_GRPC_INSECURE" in set ? " with JUMPSTARTER_GRPC_INSECURE=1" : "";
  test(`C05 a TLS client${how} fails against a plaintext relay @both`, async ({
    jumpstarter,
    relay,
    exporterPage,
  }) => {
    const endpoint = { ...relay.endpoint, insecure: false };
    const { code, milliseconds } = await jumpstarter.shell(["j", "power", "on"], { endpoint, set });
    expect(code).not.toBe(0);
    expect(milliseconds).toBeLessThan(30_000);
    await exporterPage.expectPower("power", "off");
  });
}

test("C07 where nothing listens the client says so within 5 s @both", async ({
  jumpstarter,
  relay,
  traits,
  py,
}) => {
  // What imports take is not what is measured: the library is there before the relay goes.
  await py("result = True");
  await relay.stop();
  const began = performance.now();
  await expect(py("result = True")).rejects.toThrow(
    /failed to connect|connection refused|initial connection/i,
  );
  expect(performance.now() - began).toBeLessThan(5_000);
  const { code, stderr } = await jumpstarter.shell(["true"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(traits.unreachable);
});

test.describe("with a self-signed certificate", () => {
  test.use({
    relayArgs: async ({ folder }, use) => {
      const { certificate, key } = await makeCertificate(folder, ["127.0.0.1", "localhost"]);
      await use(["--tls-cert", certificate, "--tls-key", key]);
    },
  });

  test("C08 jmp shell and the j in it work when the client is told of the certificate @both", async ({
    jumpstarter,
    relay,
    exporterPage,
  }) => {
    const set = { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: `${relay.folder}/cert.pem` };
    expect(await jumpstarter.shell(["j", "power", "on"], { set })).toMatchObject({ code: 0 });
    await exporterPage.expectPower("power", "on");
  });

  test("C10 SSL_CERT_FILE does not help: gRPC clients do not read it", async ({
    jumpstarter,
    relay,
    traits,
  }) => {
    const set = { SSL_CERT_FILE: `${relay.folder}/cert.pem` };
    const { code, stderr } = await jumpstarter.shell(["true"], { set });
    expect(code).toBe(1);
    expect(stderr).toMatch(traits.unreachable);
  });

  test("C11 JUMPSTARTER_GRPC_INSECURE=1 opens the shell, and the j in it fails in plaintext", async ({
    jumpstarter,
    exporterPage,
  }) => {
    const set = { JUMPSTARTER_GRPC_INSECURE: "1" };
    expect(await jumpstarter.shell(["true"], { set })).toMatchObject({ code: 0 });
    const { code } = await jumpstarter.shell(["j", "power", "on"], { set });
    expect(code).not.toBe(0);
    await exporterPage.expectPower("power", "off");
  });

  test("C12 a plaintext client fails against a TLS relay @both", async ({ jumpstarter, relay, traits }) => {
    const { code, stderr } = await jumpstarter.shell(["true"], {
      endpoint: { ...relay.endpoint, insecure: true },
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(traits.unreachable);
  });
});

test("C13 localhost works in every one of 30 runs, whichever address family is picked", async ({
  jumpstarter,
  relay,
}) => {
  test.slow(); // 30 processes, one second each on an idle machine
  const endpoint = { ...relay.endpoint, address: relay.endpoint.address.replace("127.0.0.1", "localhost") };
  const atOnce = 3;
  for (let round = 0; round < 30 / atOnce; round += 1) {
    const runs = Array.from({ length: atOnce }, () => jumpstarter.j("power on", { endpoint }));
    for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 0 });
  }
});

test("C14 a client that is idle for 100 s still has its connection @slow", async ({ py, relay }) => {
  test.setTimeout(150_000);
  const idleMs = 100_000;
  const result = await py(
    `
    client.power.on()
    time.sleep(idle)
    client.power.off()
    result = [reading.voltage for reading in client.power.read()]
    `,
    { args: { idle: idleMs / 1000 }, timeoutMs: idleMs + 30_000 },
  );
  expect(result).toEqual([0, 5]);
  expect(relay.log).not.toContain("ENHANCE_YOUR_CALM");
});
