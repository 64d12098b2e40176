/**
 * Which addresses nobody but this machine can open.
 * Above: web/window/page-urls.ts orders addresses by it, web/ui/share/addresses.ts says it of a link. Below: nothing.
 * Specification: RFC 6761, section 6.3; RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3.
 */

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** False of what is no URL. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
