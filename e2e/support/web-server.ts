/**
 * A web server on loopback with files to get, a place to put some, and the odd answers that servers give.
 * Above: the specs of resources by URL. Below: node:http.
 */

import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";

export interface WebServer extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** `127.0.0.1:8080` */
  readonly host: string;
  /** What was asked, oldest first: `GET /image`. */
  readonly requests: readonly { readonly line: string; readonly headers: IncomingHttpHeaders }[];
  /** What was put, by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface WebServerOptions {
  /** Contents by path. */
  readonly files?: Readonly<Record<string, Buffer>>;
  /** Where a path leads to. */
  readonly redirects?: Readonly<Record<string, string>>;
}

/** Anything else is answered 404. */
export async function startWebServer({
  files = {},
  redirects = {},
}: WebServerOptions = {}): Promise<WebServer> {
  const requests: { line: string; headers: IncomingHttpHeaders }[] = [];
  const put = new Map<string, Buffer>();
  const listener: RequestListener = (request, response) => {
    const path = request.url?.replace(/\?.*/, "") ?? "";
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const location = redirects[path];
      const content = files[path];
      if (location !== undefined) response.writeHead(302, { location }).end();
      else if (request.method === "PUT") {
        put.set(path, Buffer.concat(chunks));
        response.writeHead(201).end();
      } else if (content !== undefined) {
        response.writeHead(200, { "content-length": content.length }).end(content);
      } else response.writeHead(404).end("nothing here");
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    files: put,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
