import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bare, closed, pour, said } from "../testing/bystander.ts";
import { GrpcClient } from "../testing/grpc-call.ts";
import { FrameReader } from "../testing/raw-http2.ts";
import { selfSigned } from "../testing/self-signed.ts";
import { NOTHING_OPEN, startTestRelay, type TestRelay } from "../testing/start-test-relay.ts";
import { loadTlsIdentity, type TlsIdentity } from "../tls.ts";

let directory: string;
let tls: TlsIdentity;
let ca: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "jumptab-tls-test-"));
  const { cert, key } = selfSigned(["127.0.0.1"]);
  writeFileSync(join(directory, "cert.pem"), cert);
  writeFileSync(join(directory, "key.pem"), key);
  tls = loadTlsIdentity(join(directory, "cert.pem"), join(directory, "key.pem"));
  ca = cert;
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A connection that speaks TLS, whose errors are nobody's news. */
function secure({ port }: TestRelay, protocol: string): TLSSocket {
  const socket = connectTls({ port, host: "127.0.0.1", ca, ALPNProtocols: [protocol] });
  socket.on("error", () => undefined);
  return socket;
}

describe("a TLS client", () => {
  it("that stops in the middle of the handshake is cut", async () => {
    await using test = await startTestRelay({ tls, timing: { tlsHandshakeTimeoutMs: 100 } });
    const socket = bare(test);
    socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]));
    await said(socket);
    await test.settled(NOTHING_OPEN);
  });

  it("that says nothing after the handshake is closed, whatever it asked for", async () => {
    await using test = await startTestRelay({
      tls,
      timing: { http2SilenceMs: 100, headersTimeoutMs: 100 },
    });
    expect(await new FrameReader(secure(test, "h2")).goaway()).toContain("no request came within 0.1 s");
    expect(await said(secure(test, "http/1.1"))).toMatch(/^HTTP\/1.1 408/);
    await test.settled(NOTHING_OPEN);
  });

  it("that closes its side during or after the handshake is gone", async () => {
    await using test = await startTestRelay({ tls });
    const early = bare(test);
    early.end(Buffer.from([0x16, 3, 1, 2, 0, 1, 0]));
    await said(early);
    for (const protocol of ["h2", "http/1.1"]) {
      const late = secure(test, protocol);
      await once(late, "secureConnect");
      late.resume().end();
      await closed(late);
    }
    await test.settled(NOTHING_OPEN);
  });

  it("that pours handshakes without end holds up nobody", async () => {
    await using test = await startTestRelay({ tls });
    await test.page({ ca });
    const client = new GrpcClient(test.origin, { ca });
    const floods = Array.from({ length: 20 }, async () => {
      const socket = bare(test).resume();
      // The longest record there is, of nothing: OpenSSL gives up on it.
      await pour(socket, Buffer.concat([Buffer.from([0x16, 3, 1, 0x40, 0]), Buffer.alloc(0x4000)]), 100);
      socket.destroy();
    });
    for (let turn = 0; turn < 5; turn += 1) expect((await client.call()).status).toBe(0);
    await Promise.all(floods);
    await client.close();
    await test.settled({ sockets: 1 });
  });
});
