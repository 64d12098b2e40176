import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLIENT_TUNNEL_PATH, CLIENT_TUNNEL_SUBPROTOCOL } from "../proto/client-tunnel.ts";
import {
  CREDENTIAL_HEADER,
  CREDENTIALS_PATH,
  MAX_CREDENTIAL_ID_CHARACTERS,
  MAX_CREDENTIALS,
} from "../proto/credentials.ts";
import {
  CLIENT_REPLAY_BYTES,
  CLIENT_RESET_BURST,
  CLIENT_RESETS_PER_SECOND,
  CLIENT_STREAM_WINDOW_BYTES,
  CLIENT_WINDOW_BYTES,
  FAILURE_MAX_DELAY_MS,
  LEAVING_GRACE_MS,
  MAX_CLIENT_STREAMS,
  MAX_CLIENT_TUNNELS,
  MAX_CLIENT_TUNNELS_PER_ADDRESS,
  MAX_CREDENTIALS_BYTES,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  MAX_HELLO_BYTES,
  RETURNING_MS,
} from "./limits.ts";
import { withUnit } from "./testing/limits-table.ts";

const text = readFileSync(new URL("../docs/tunnel-protocol.md", import.meta.url), "utf8");

/** One section, its lines joined. */
function section(heading: string): string {
  const found = new RegExp(`\\n## ${heading}\\n([\\s\\S]*?)\\n## `).exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/tunnel-protocol.md has no section ${heading}`);
  return found.replaceAll(/\s*\n\s*/g, " ");
}

const bytes = (value: number): string => withUnit("_BYTES", value);
const seconds = (value: number): string => `${value / 1000} s`;

describe("docs/tunnel-protocol.md", () => {
  it("says how credentials are told, with what holds in the code", () => {
    const credentials = section("Credentials");
    for (const words of [
      `path \`${CREDENTIALS_PATH}\``,
      `in \`${CREDENTIAL_HEADER}\``,
      `at most ${MAX_CREDENTIALS} of them`,
      `1 to ${MAX_CREDENTIAL_ID_CHARACTERS} letters`,
      `at most ${bytes(MAX_CREDENTIALS_BYTES)}`,
    ]) {
      expect(credentials).toContain(words);
    }
    expect(text).toContain(`| HELLO, with its header | ${bytes(MAX_HELLO_BYTES)} |`);
    expect(text).toContain(`| \`${CREDENTIAL_HEADER}\` | the id`);
  });

  it("says how clients dial, with what holds in the code", () => {
    const clients = section("Clients");
    for (const words of [
      `\`GET /${CLIENT_TUNNEL_PATH}\``,
      `subprotocol \`${CLIENT_TUNNEL_SUBPROTOCOL}\``,
      `up to ${seconds(FAILURE_MAX_DELAY_MS)} late`,
      `wait ${seconds(RETURNING_MS)} for an exporter`,
      `after ${seconds(LEAVING_GRACE_MS)} when its browser says 1001`,
      `more than ${MAX_HEADERS} of them or ${bytes(MAX_HEADER_BYTES)}`,
      `${MAX_CLIENT_STREAMS} streams of a tunnel at once`,
      `${bytes(CLIENT_STREAM_WINDOW_BYTES)} held for each`,
      `${bytes(CLIENT_WINDOW_BYTES)} of the page's windows used`,
      `${bytes(CLIENT_REPLAY_BYTES)} kept for a resume`,
      `${CLIENT_RESET_BURST} streams reset at once and ${CLIENT_RESETS_PER_SECOND} more a second`,
      `${MAX_CLIENT_TUNNELS} such tunnels in all and ${MAX_CLIENT_TUNNELS_PER_ADDRESS} of one address`,
    ]) {
      expect(clients).toContain(words);
    }
  });
});
