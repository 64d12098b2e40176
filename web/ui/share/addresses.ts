/**
 * Where a link leads, and where clients dial that use its secret: of several names of one machine, the one that was chosen.
 * Above: share-links.ts, share-list.ts. Below: RelayInfo of model.ts.
 */

import type { RelayInfo } from "../model.ts";

/** The base of links: what was chosen, as long as it is one of them, else the likeliest. */
export function chosenAddress({ pageUrls }: Pick<RelayInfo, "pageUrls">, chosen: string | undefined): string {
  const [likeliest = ""] = pageUrls;
  return chosen !== undefined && pageUrls.includes(chosen) ? chosen : likeliest;
}

/** The link of a secret. It stands in the fragment, which browsers send to nobody. */
export function linkTo(pageUrl: string, secret: string): string {
  return `${pageUrl}#share=${secret}`;
}

/** Without what is the same for all of them. */
export function addressLabel(pageUrl: string): string {
  return pageUrl.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

/**
 * What clients put behind `--tls-grpc`, for somebody who comes by this address. One port of the relay speaks to browsers and to
 * clients; a proxy in front of it, or a folder of another site, does not need to, and then the relay's own word is better.
 */
export function clientEndpoint(relay: RelayInfo, pageUrl: string): string {
  if (!URL.canParse(pageUrl)) return relay.endpoint;
  const { protocol, hostname, port, pathname } = new URL(pageUrl);
  const own = /:(\d+)$/.exec(relay.endpoint)?.[1];
  const usual = protocol === "https:" ? "443" : "80";
  const samePort = (port === "" ? usual : port) === own;
  const sameScheme = (protocol === "http:") === relay.insecure;
  return samePort && sameScheme && pathname === "/" ? `${hostname}:${own}` : relay.endpoint;
}

/** The command that starts a relay which others can reach, like this one otherwise. */
export function openCommand({ endpoint, insecure }: Pick<RelayInfo, "endpoint" | "insecure">): string {
  const port = /:(\d+)$/.exec(endpoint)?.[1] ?? "19090";
  const transport = insecure ? "--tls-grpc-insecure" : "--tls-cert cert.pem --tls-key key.pem";
  return `npm start -- --tls-grpc-listener 0.0.0.0:${port} ${transport}`;
}
