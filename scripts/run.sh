#!/usr/bin/env bash
# `make run`: builds, makes the demo district on first use, serves it and prints the address.
# Settings: YIKE_DATA (folder, ./data), YIKE_LISTEN (127.0.0.1:8080), PEOPLE (size of the demo district).
. "$(dirname "$0")/lib.sh"

data=${YIKE_DATA:-$ROOT/data}
listen=${YIKE_LISTEN:-127.0.0.1:8080}

need cargo "Install Rust 1.95 or newer from https://rustup.rs, then open a new shell."
need cc "A C linker is needed: install your system's gcc (Debian: apt install build-essential)."
scripts/web.sh
cargo build --release --locked --package yike
yike=$TARGET/release/yike

# A finished demo district is left as it is, one that was cut off is made anew; other data is only served.
own_data() { [ -e "$data/yike.db" ] && [ ! -e "$data/demo" ]; }
finished() { [ -e "$data/demo.finished.json" ] && [ -z "${PEOPLE:-}" ]; }
if ! own_data && ! finished; then
  "$yike" demo --data "$data" ${PEOPLE:+--people "$PEOPLE"}
fi

say "Yike will be at http://$listen in a moment (Ctrl-C stops it)"
exec "$yike" serve --data "$data" --listen "$listen"
