/**
 * Conformance W: network drivers, with EchoNetwork.
 * Below: test.ts.
 */

import { expect, test } from "./test.ts";

const FORWARD = `
    import hashlib, socket
    from jumpstarter_driver_network.adapters import TcpPortforwardAdapter

    def read_all(connection):
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)

    def read_exactly(connection, size):
        data = b""
        while len(data) < size:
            piece = connection.recv(min(65536, size - len(data)))
            if not piece:
                break
            data += piece
        return data
`;

test("W01 a forwarded port answers @both", async ({ py }) => {
  const result = await py(`${FORWARD}
    with TcpPortforwardAdapter(client=client.net) as address:
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(b"hello")
            result = read_exactly(connection, 5).decode()
  `);
  expect(result).toBe("hello");
});

test("W02 eight connections at once carry a MiB each, unmixed", async ({ py }) => {
  const result = await py(`${FORWARD}
    size, count = 1024 * 1024, 8
    outcomes = [None] * count

    def talk(address, index):
        data = os.urandom(size)
        with socket.create_connection(address, timeout=30) as connection:
            sender = threading.Thread(target=connection.sendall, args=(data,))
            sender.start()
            outcomes[index] = read_exactly(connection, size) == data
            sender.join()

    with TcpPortforwardAdapter(client=client.net) as address:
        threads = [threading.Thread(target=talk, args=(address, index)) for index in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    result = outcomes
  `);
  expect(result).toEqual(Array.from({ length: 8 }, () => true));
});

test("W04 the address of a network that has none is refused in one sentence", async ({ py, jumpstarter }) => {
  await expect(py("client.net.address()")).rejects.toMatchObject({
    classes: expect.arrayContaining(["DriverMethodNotImplemented"]),
  });
  const { code, output } = await jumpstarter.j("net address");
  expect(code).toBe(1);
  expect(output).toContain("does not support direct connection");
});

test("W05 the answer still comes after the client has said all", async ({ py }) => {
  const result = await py(`${FORWARD}
    with TcpPortforwardAdapter(client=client.net) as address:
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(b"last words")
            connection.shutdown(socket.SHUT_WR)
            result = read_all(connection).decode()
  `);
  expect(result).toBe("last words");
});
