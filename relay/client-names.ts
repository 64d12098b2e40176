/**
 * Who a client is to the exporter: its address and its connection, in one short text that is made once for each connection.
 * Above: http1-server.ts and http2-server.ts ask, port.ts makes it. Below: address.ts. The other side: proto/client-header.ts.
 */

import { addressGroup } from "./address.ts";

export interface ClientName {
  /** As limits count by it. */
  readonly address: string;
  /** `192.168.7.20 1a`: the address, and what no other connection has while this relay runs. */
  readonly name: string;
}

export class ClientNames {
  readonly #names = new WeakMap<object, ClientName>();
  #count = 0;

  /**
   * @param connection What stands for the connection from its first request to its last: its socket, or its HTTP/2 session.
   * @param remoteAddress Asked the first time only: later there may be no socket left to ask.
   */
  of(connection: object, remoteAddress: () => string | undefined): ClientName {
    const known = this.#names.get(connection);
    if (known !== undefined) return known;
    this.#count += 1;
    const address = addressGroup(remoteAddress());
    const made = { address, name: `${address} ${this.#count.toString(36)}` };
    this.#names.set(connection, made);
    return made;
  }
}
