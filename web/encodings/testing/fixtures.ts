/**
 * Small files that Python's lzma and bz2 have made, for what Node cannot make. By Python 3.11:
 *
 *     text = b"".join(b"line %03d of a small image\n" % n for n in range(26))
 *     xz            lzma.compress(text)
 *     xzStreams     lzma.compress(b"first ", check=lzma.CHECK_CRC32) + bytes(8) + lzma.compress(b"second")
 *     xzEmpty       lzma.compress(b"")
 *     xzSha256      lzma.compress(b"first ", check=lzma.CHECK_SHA256)
 *     xzX86         lzma.compress(b"first ", filters=[{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2}])
 *     xzDictionary  lzma.compress(b"first ", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 128 << 20}])
 *     lzma          lzma.compress(b"first ", format=lzma.FORMAT_ALONE)
 *     bz2           bz2.compress(text)
 *     bz2Streams    bz2.compress(b"first ", 9) + bz2.compress(b"second", 1)
 *     bz2Empty      bz2.compress(b"")
 *     bz2Runs       bz2.compress(b"".join(bytes([65 + n]) * n for n in range(12)) + b"z" * 260 + b"y" * 4 + b"x" * 1000)
 *
 * Above: tests of codecs. Below: nothing.
 */

/** `text` of the above. */
export const TEXT: Uint8Array = new TextEncoder().encode(
  Array.from({ length: 26 }, (_, line) => `line ${String(line).padStart(3, "0")} of a small image\n`).join(
    "",
  ),
);

const BASE64 = {
  xz:
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AKjAFZdADYaSh8IoCpIUyiDjIiGbup8MJ1clxW+tVhm9sGxPJ6E0chasZZM00c8" +
    "Lwkg4XnrAz6xIlbgKDqAjKnbvYk0T1ntsmE72Hbygw93KWBvKwogCLSs8jWEAAAAIdLXC0aGLaUAAXKkBQAAAHOxxjexxGf7" +
    "AgAAAAAEWVo=",
  xzStreams:
    "/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAFZmlyc3QgAAAA/HrxHAABGgbF6sh5kEKZDQEAAAAAAVlaAAAAAAAAAAD9N3pY" +
    "WgAABObWtEYCACEBFgAAAHQv5aMBAAVzZWNvbmQAAAA46IjFxjC0dAABHgbBL6QdH7bzfQEAAAAABFla",
  xzEmpty: "/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=",
  xzSha256:
    "/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAFZmlyc3QgAAAAH57p749RxAPZae7DQqCEu70Sbf5pFclZS4OHPKDBaZ8AATYG" +
    "a4H5QBibS5oBAAAAAApZWg==",
  xzX86: "/Td6WFoAAATm1rRGAgEEACEBFgANhjUfAQAFZmlyc3QgAAAA5vUbUSR5EHIAAR4GwS+kHR+2830BAAAAAARZWg==",
  xzDictionary: "/Td6WFoAAATm1rRGAgAhAR4AAACbB1FmAQAFZmlyc3QgAAAA5vUbUSR5EHIAAR4GwS+kHR+2830BAAAAAARZWg==",
  lzma: "XQAAgAD//////////wAzGkqsDHLB6nYf//4reAA=",
  bz2:
    "QlpoOTFBWSZTWT4Xe3oAAPdZgAAQQAB/4COniAAgAIQSFKeof6pMIZAUqoNNGjTIw2BC3EL4IWnfx5umfWu29ttttttt4ELO" +
    "czgQ2IbEwMYiRJEpJISNttt4EL+S/JbJbpeUsEtSWyXZLdLhLolgS5F3JFOFCQPhd7eg",
  bz2Streams:
    "QlpoOTFBWSZTWaRjnbsAAACRgEAAASAcACAAIYAMAycu4u5IpwoSFIxzt2BCWmgxMUFZJlNZJooCNAAAAoGADgGIACAAIhho" +
    "MAcCmF3JFOFCQJooCNA=",
  bz2Empty: "QlpoORdyRThQkAAAAAA=",
  bz2Runs:
    "QlpoOTFBWSZTWcfG154AAAVEgf+AH/wAcACAAAggAEiNUNA02CZCEINBo0AaPpPCs94nMSWCMbWCWCmGQOouwhxOgeiIZCKJ" +
    "eaJADPi7kinChIY+Nrzw",
};

/** What it is before compression comes from above. */
export function fixture(name: keyof typeof BASE64): Uint8Array {
  return Uint8Array.from(atob(BASE64[name]), (character) => character.charCodeAt(0));
}
