#!/usr/bin/env bash
# npm.sh FOLDER: installs the npm packages a folder's lock file names; does nothing when they are there.
. "$(dirname "$0")/lib.sh"

folder=$1
need npm "Install Node.js 20 or newer (https://nodejs.org, or Debian's nodejs and npm packages)."
stamp=$folder/node_modules/.package-lock.json
if newer_than "$stamp" "$folder/package.json" "$folder/package-lock.json"; then
  say "npm: installing packages of $folder/"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) >&2
  touch "$stamp"
fi
