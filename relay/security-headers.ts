/**
 * What a browser is told about the page: which devices it may use, what it may load, who may frame it.
 * Above: static-files.ts. Below: nothing.
 * Specification: W3C Permissions Policy, CSP level 3.
 */

import type { HeaderList } from "../proto/tunnel/index.ts";

// Not "bluetooth": Chromium on Linux does not know it and says so in the console of each page; it is `self` anyway.
const PERMISSIONS = [
  "serial",
  "usb",
  "hid",
  "camera",
  "microphone",
  "screen-wake-lock",
  "local-network",
  "loopback-network",
  "picture-in-picture",
];

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // The editor, the terminal and Lit bring their styles in style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export const SECURITY_HEADERS: HeaderList = [
  ["permissions-policy", PERMISSIONS.map((name) => `${name}=(self)`).join(", ")],
  ["content-security-policy", CONTENT_SECURITY_POLICY],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];
