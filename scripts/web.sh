#!/usr/bin/env bash
# Builds the browser's part (map, charts, styles) into web/dist; does nothing when it is up to date.
. "$(dirname "$0")/lib.sh"

scripts/npm.sh web
stamp=web/dist/.built
sources=(web/package.json web/package-lock.json web/build.mjs web/licences.mjs web/src)
if newer_than "$stamp" "${sources[@]}"; then
  say "web: building the browser's part"
  (cd web && npm run --silent build) >&2
  touch "$stamp"
  # A release build carries these files; the compiler looks again only when this source is newer.
  touch crates/yike-web/src/assets.rs
fi
