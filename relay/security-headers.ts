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

const contentSecurityPolicy = (connectSources: string): string =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    // The editor, the terminal and Lit bring their styles in style elements.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    `connect-src ${connectSources}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

const securityHeaders = (connectSources: string): HeaderList => [
  ["permissions-policy", PERMISSIONS.map((name) => `${name}=(self)`).join(", ")],
  ["content-security-policy", contentSecurityPolicy(connectSources)],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];

export const SECURITY_HEADERS = securityHeaders("'self' ws: wss:");

/**
 * For the script that the exporter's worker is: a worker has the policy that came with its own script, not that of its page. It gets
 * files that a client names by URL (web/http/may-fetch.ts says which); window and interpreter never do.
 */
export const EXPORTER_WORKER_HEADERS = securityHeaders("'self' ws: wss: https:");
