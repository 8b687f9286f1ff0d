#!/usr/bin/env bash
# Plays the journeys of e2e/ in Chromium against a real server with a small demo district.
. "$(dirname "$0")/lib.sh"

scripts/npm.sh e2e
scripts/web.sh
cargo build --locked --package yike
YIKE_BIN=$TARGET/debug/yike
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) \
  || die "Chromium is not installed (Debian: apt install chromium)."
# The journeys share one district: making it takes longer than walking through it.
if [ -z "${YIKE_E2E_DATA:-}" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  YIKE_E2E_DATA=$folder/data
fi
"$YIKE_BIN" demo --data "$YIKE_E2E_DATA" --people "${YIKE_E2E_PEOPLE:-20000}"
export YIKE_BIN YIKE_E2E_DATA CHROMIUM
npm --prefix e2e test --silent
