#!/usr/bin/env bash
# Installs what the tests need and is missing: Debian packages (as root or by sudo), npm packages, cargo tools.
. "$(dirname "$0")/lib.sh"

need cargo "Install Rust 1.95 or newer from https://rustup.rs, then open a new shell."
need npm "Install Node.js 20 or newer (https://nodejs.org, or Debian's nodejs and npm packages)."

postgres_there() { have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
chromium_there() { have chromium || have chromium-browser || have google-chrome; }
cjk_there() { have fc-list && [ -n "$(fc-list :lang=zh-cn family | head -n 1)" ]; }

missing=()
have cc || missing+=(build-essential)
postgres_there || missing+=(postgresql)
chromium_there || missing+=(chromium)
have ogrinfo || missing+=(gdal-bin)
have osmium || missing+=(osmium-tool)
have fc-list || missing+=(fontconfig)
cjk_there || missing+=(fonts-noto-cjk)
have shellcheck || missing+=(shellcheck)
if [ ${#missing[@]} -gt 0 ]; then
  have apt-get || die "the tests need ${missing[*]} (Debian's names). Install them with your package manager."
  say "setup: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  install() {
    as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends "$@"
  }
  install "${missing[@]}" >&2 || die "could not install ${missing[*]}. As root: apt-get install ${missing[*]}"
fi

for tool in cargo-nextest cargo-deny; do
  have "$tool" && continue
  say "setup: installing $tool with cargo (some minutes, once)"
  cargo install --locked --quiet "$tool" >&2 || die "could not install $tool. By hand: cargo install --locked $tool"
done

scripts/npm.sh web
scripts/npm.sh e2e
