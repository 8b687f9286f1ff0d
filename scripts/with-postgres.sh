#!/usr/bin/env bash
# with-postgres.sh COMMAND...: runs a command beside a private PostgreSQL server, then removes the server.
#
# The server lives in a temporary folder, listens on a free port of 127.0.0.1 only, and belongs to an
# unprivileged user (PostgreSQL refuses to run as root). YIKE_TEST_PG holds its URL; when it is set
# already, that server is used and none is started.
. "$(dirname "$0")/lib.sh"

if [ -n "${YIKE_TEST_PG:-}" ]; then
  exec "$@"
fi

# The newest server programs: on the path, or where Debian puts them.
shopt -s nullglob
homes=(/usr/lib/postgresql/*/bin)
shopt -u nullglob
if [ ${#homes[@]} -gt 0 ]; then
  bin=$(printf '%s\n' "${homes[@]}" | sort -V | tail -n 1)
elif have initdb; then
  bin=$(dirname "$(command -v initdb)")
else
  die "PostgreSQL's server is not installed (Debian: apt install postgresql)."
fi

home=$(mktemp -d "${TMPDIR:-/tmp}/yike-pg.XXXXXX")
as_owner() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  chown "$owner" "$home"
  as_owner() { (cd "$home" && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups "$@"); }
fi

stop() {
  as_owner "$bin/pg_ctl" -D "$home/data" -m immediate -s stop 2>/dev/null || true
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s' "$password" >"$home/password"
chmod 600 "$home/password"
[ "$(id -u)" -ne 0 ] || chown "$owner" "$home/password"
as_owner "$bin/initdb" -D "$home/data" -U yike --pwfile "$home/password" --auth scram-sha-256 \
  --encoding UTF8 --locale C >/dev/null

# Two starters may pick the same free port: the later one fails to bind and tries another.
started=
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 20000))
  if as_owner "$bin/pg_ctl" -D "$home/data" -l "$home/log" -s -w -t 60 start -o "-c listen_addresses=127.0.0.1 \
      -c port=$port -c unix_socket_directories=$home -c fsync=off -c synchronous_commit=off \
      -c full_page_writes=off -c max_connections=200" 2>/dev/null; then
    started=yes
    break
  fi
done
[ -n "$started" ] || {
  cat "$home/log" >&2
  die "PostgreSQL did not start; its log is above."
}

say "postgres: $("$bin/postgres" --version) on port $port"
export YIKE_TEST_PG="postgres://yike:$password@127.0.0.1:$port/postgres"
status=0
"$@" || status=$?
exit "$status"
