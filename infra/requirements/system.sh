#!/bin/sh
# Install the programs that only some tests need: Chromium opens the documentation, Valgrind counts
# instructions. This never fails: without one of them, its tests report that and are skipped.
set -u

have() {
  for name in "$@"; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}

missing=""
have chromium chromium-browser google-chrome || missing="chromium fonts-dejavu-core"
have valgrind || missing="$missing valgrind"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "system: installing Debian's $missing" >&2
  apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086 - a list of packages
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
fi
echo "system: not found: $missing; some tests are skipped. Fix: apt-get install $missing" >&2
