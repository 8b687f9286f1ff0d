# What the scripts share. Sourced, never run: `. "$(dirname "$0")/lib.sh"`.
# shellcheck shell=bash

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
# `cargo install` puts tools here, also where no profile file says so.
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
# shellcheck disable=SC2034  # read by the scripts that source this
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# need PROGRAM WHAT-TO-DO: stops with a remedy when a program is missing.
need() { have "$1" || die "$1 is not installed. $2"; }

# as_root COMMAND...: runs it as root, directly or by a sudo that asks for no password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# newer_than STAMP PATH...: true when STAMP is missing or any file below PATHs is newer.
newer_than() {
  local stamp=$1
  shift
  [ -e "$stamp" ] || return 0
  [ -n "$(find "$@" -type f -newer "$stamp" -print -quit 2>/dev/null)" ]
}
