#!/bin/sh
# Chromium where /dev/ttyS0 is a USB serial adapter: in a mount namespace of its own, so that nothing else on the
# machine changes. Started by lab.ts in the place of the browser; the DevTools pipe passes through `exec`.
# Needs root. LAB_FOLDER has udev data and policies, LAB_PTY is the board's line, LAB_CHROMIUM the browser.
set -eu
if [ "${LAB_INSIDE:-}" != yes ]; then
  LAB_INSIDE=yes exec unshare --mount --propagation private -- "$0" "$@"
fi
mount --bind "$LAB_PTY" /dev/ttyS0
mount -t tmpfs tmpfs /run
mkdir -p /run/udev/data
cp "$LAB_FOLDER/udev-data" /run/udev/data/c4:64
touch /run/udev/control
mount --bind "$LAB_FOLDER/etc-chromium" /etc/chromium
if [ -n "${LAB_PRELOAD:-}" ]; then export LD_PRELOAD="$LAB_PRELOAD"; fi
exec "$LAB_CHROMIUM" "$@"
