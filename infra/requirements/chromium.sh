#!/bin/sh
# Have a Chromium for the tests that look at the documentation. Never fails: without one they are left out.
set -u
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "chromium: installing Debian's package" >&2
  apt-get update -qq >/dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core \
    >/dev/null 2>&1 && exit 0
fi
echo "chromium: not found; the documentation is not looked at in a browser. Mend: apt-get install chromium" >&2
