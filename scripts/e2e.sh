#!/usr/bin/env bash
# Plays the journeys of e2e/ in Chromium against a real server with a small demo district.
. "$(dirname "$0")/lib.sh"

scripts/npm.sh e2e
scripts/web.sh
cargo build --locked --package yike
YIKE_BIN=$TARGET/debug/yike
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome) \
  || die "Chromium is not installed (Debian: apt install chromium)."
export YIKE_BIN CHROMIUM
npm --prefix e2e test --silent
