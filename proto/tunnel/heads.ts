/**
 * JSON payloads of frames: heads of requests and responses, HELLO, GOAWAY, and RST's text. Checked, since a peer wrote them.
 * Above: tunnel.ts. Below: types.ts. Specification: docs/tunnel-protocol.md, "Frames".
 */

import { type Credential, parseCredentials } from "../credentials.ts";
import { encodeU32, readU32 } from "./frame.ts";
import {
  MAX_INSTANCE_CHARACTERS,
  MAX_NAME_CHARACTERS,
  MAX_RESET_TEXT_BYTES,
  MAX_WINDOW_BYTES,
  MIN_WINDOW_BYTES,
} from "./limits.ts";
import { TunnelProtocolError } from "./protocol-error.ts";
import {
  type ExporterIdentity,
  type HeaderList,
  type Hello,
  type RequestHead,
  type ResponseHead,
  StreamReset,
} from "./types.ts";

/** Stream ids in frames. */
const MAX_U32 = 0xffff_ffff;
/** Close codes of a WebSocket (RFC 6455, section 5.5.1). */
const MAX_U16 = 0xffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const lenientDecoder = new TextDecoder();

export function encodeJson(
  value: RequestHead | ResponseHead | Hello | Goaway | { readonly h: HeaderList },
): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Payload of GOAWAY. */
export interface Goaway {
  /** The highest stream id of the receiver's that the sender has taken; higher ones were not touched. */
  readonly last: number;
  /** A close code. */
  readonly code: number;
  readonly text: string;
}

export function parseRequestHead(payload: Uint8Array): RequestHead {
  const { method, path, h } = parseObject(payload, "OPEN");
  if (typeof method !== "string" || typeof path !== "string") {
    throw new TunnelProtocolError("OPEN lacks a method or a path");
  }
  return { method, path, h: checkHeaders(h, "OPEN") };
}

export function parseResponseHead(payload: Uint8Array): ResponseHead {
  const { status, h } = parseObject(payload, "HEADERS");
  if (!isWhole(status, { from: 200, to: 599 })) {
    throw new TunnelProtocolError("HEADERS lacks an HTTP status");
  }
  return { status, h: checkHeaders(h, "HEADERS") };
}

export function parseTrailers(payload: Uint8Array): HeaderList {
  return checkHeaders(parseObject(payload, "HEADERS").h, "HEADERS");
}

export function parseGoaway(payload: Uint8Array): Goaway {
  const { last, code, text } = parseObject(payload, "GOAWAY");
  if (!isWhole(last, { to: MAX_U32 })) throw new TunnelProtocolError("GOAWAY's last is not a stream id");
  if (!isWhole(code, { to: MAX_U16 })) throw new TunnelProtocolError("GOAWAY's code is not a close code");
  if (typeof text !== "string") throw new TunnelProtocolError("GOAWAY has no text");
  return { last, code, text };
}

export function parseHello(payload: Uint8Array): Hello {
  const hello = parseObject(payload, "HELLO");
  const { v, role, instance, windows, tunnel, received, dial, exporter, attachToken, takeOver, passphrase } =
    hello;
  if (v !== 1) {
    // Only a number is repeated: other values may be long, or no text at all.
    const version = typeof v === "number" ? `version ${v}` : "an unknown version";
    throw new TunnelProtocolError(`HELLO is of ${version}, this side speaks version 1`);
  }
  if (role !== "relay" && role !== "page") throw new TunnelProtocolError("HELLO has no role");
  if (!isInstance(instance)) {
    throw new TunnelProtocolError(`HELLO has no instance of 1 to ${MAX_INSTANCE_CHARACTERS} characters`);
  }
  if (tunnel !== undefined && !isInstance(tunnel)) {
    throw new TunnelProtocolError(`HELLO's tunnel has not 1 to ${MAX_INSTANCE_CHARACTERS} characters`);
  }
  if (!isObject(windows) || !isWindow(windows.stream) || !isWindow(windows.connection)) {
    throw new TunnelProtocolError(`HELLO's windows are not from ${MIN_WINDOW_BYTES} to ${MAX_WINDOW_BYTES}`);
  }
  if (!isWhole(received)) throw new TunnelProtocolError("HELLO has no resume position");
  // A relay that says it as well says nothing new, but no nonsense either.
  if ((role === "page" || dial !== undefined) && !isWhole(dial, { from: 1 })) {
    throw new TunnelProtocolError("HELLO does not count the page's connections from 1");
  }
  if (attachToken !== undefined && typeof attachToken !== "string") {
    throw new TunnelProtocolError("HELLO's attach token is not text");
  }
  if (takeOver !== undefined && typeof takeOver !== "boolean") {
    throw new TunnelProtocolError("HELLO's takeOver is neither true nor false");
  }
  if (passphrase !== undefined && typeof passphrase !== "string") {
    throw new TunnelProtocolError("HELLO's passphrase is not text");
  }
  return {
    v,
    role,
    instance,
    windows: { stream: windows.stream, connection: windows.connection },
    ...(tunnel === undefined ? {} : { tunnel }),
    received,
    ...(dial === undefined ? {} : { dial }),
    ...(exporter === undefined ? {} : { exporter: checkExporter(exporter) }),
    ...(attachToken === undefined ? {} : { attachToken }),
    ...(takeOver === undefined ? {} : { takeOver }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

function checkExporter(exporter: unknown): ExporterIdentity {
  if (!isObject(exporter)) throw new TunnelProtocolError("HELLO's exporter is not an object");
  const { uuid, name, passphraseHash, credentials } = exporter;
  if (typeof uuid !== "string" || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) {
    throw new TunnelProtocolError("HELLO's exporter has no uuid in lower case");
  }
  if (typeof name !== "string" || name.length === 0 || name.length > MAX_NAME_CHARACTERS) {
    throw new TunnelProtocolError(`HELLO's exporter has no name of 1 to ${MAX_NAME_CHARACTERS} characters`);
  }
  if (
    passphraseHash !== undefined &&
    (typeof passphraseHash !== "string" || !/^[0-9a-f]{64}$/.test(passphraseHash))
  ) {
    throw new TunnelProtocolError("HELLO's passphrase hash is not 64 hexadecimal digits");
  }
  return {
    uuid,
    name,
    ...(passphraseHash === undefined ? {} : { passphraseHash }),
    ...(credentials === undefined ? {} : { credentials: checkCredentials(credentials) }),
  };
}

function checkCredentials(value: unknown): readonly Credential[] {
  const parsed = parseCredentials(value, "HELLO's credentials");
  if ("problem" in parsed) throw new TunnelProtocolError(parsed.problem);
  return parsed.credentials;
}

function isInstance(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= MAX_INSTANCE_CHARACTERS;
}

function isWindow(value: unknown): value is number {
  return isWhole(value, { from: MIN_WINDOW_BYTES, to: MAX_WINDOW_BYTES });
}

/** JSON has no bound for its numbers: 1e999 is Infinity to JavaScript, and above 2^53 there are gaps. */
function isWhole(value: unknown, { from = 0, to = Number.MAX_SAFE_INTEGER } = {}): value is number {
  return Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to;
}

/** RST: u32 status, then text, cut to MAX_RESET_TEXT_BYTES. */
export function encodeReset(code: number, message: string): Uint8Array {
  const text = encoder.encode(message).subarray(0, MAX_RESET_TEXT_BYTES);
  const payload = new Uint8Array(4 + text.length);
  payload.set(encodeU32(code));
  payload.set(text, 4);
  return payload;
}

export function parseReset(payload: Uint8Array): StreamReset {
  if (payload.length < 4) throw new TunnelProtocolError("RST lacks its status");
  // A cut in the middle of a character is the sender's right: it becomes a replacement character.
  return new StreamReset(readU32(payload, 0), lenientDecoder.decode(payload.subarray(4)));
}

export function parseU32(payload: Uint8Array, frame: string): number {
  if (payload.length !== 4) throw new TunnelProtocolError(`${frame} is not 4 bytes long`);
  return readU32(payload, 0);
}

function parseObject(payload: Uint8Array, frame: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(payload));
  } catch {
    throw new TunnelProtocolError(`${frame} is not JSON in UTF-8`);
  }
  if (!isObject(value)) throw new TunnelProtocolError(`${frame} is not a JSON object`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkHeaders(value: unknown, frame: string): HeaderList {
  if (!Array.isArray(value)) throw new TunnelProtocolError(`${frame} has no header list`);
  for (const pair of value) {
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      typeof pair[0] !== "string" ||
      typeof pair[1] !== "string"
    ) {
      throw new TunnelProtocolError(`${frame} has a header that is not a pair of texts`);
    }
  }
  return value as HeaderList;
}
