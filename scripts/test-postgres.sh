#!/usr/bin/env bash
# A throwaway PostgreSQL cluster for the tests: `start` prints its URL, `stop` removes it, `url` prints where it would be.
# One cluster a user and machine, on a Unix socket only; each test makes its own schema in it. A watchdog stops a
# forgotten one after ten idle minutes. `restart` ends it as a crash would and starts it again. Exit 3: PostgreSQL is not
# installed. MAILLAGE_TEST_POSTGRES_OPTIONS adds options of the server.
set -euo pipefail

dir=${MAILLAGE_TEST_POSTGRES_DIR:-/tmp/maillage-test-postgres-$(id -u)}
url="postgres:///postgres?host=$dir&user=maillage"

find_bin() {
  local candidate
  for candidate in $(ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -rV); do
    [ -x "$candidate/postgres" ] && [ -x "$candidate/initdb" ] && { echo "$candidate"; return; }
  done
  command -v postgres >/dev/null && command -v initdb >/dev/null && dirname "$(readlink -f "$(command -v initdb)")"
}

# The server refuses to run as root: give it to a lesser user.
as_server() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
  local user=nobody
  id postgres >/dev/null 2>&1 && user=postgres
  (cd / && setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME=/tmp "$@")
}

# Cheap, because every test process asks; the lock in start() means that a live server is a ready one.
running() {
  local pid
  [ -S "$dir/.s.PGSQL.5432" ] && read -r pid <"$dir/data/postmaster.pid" && kill -0 "$pid"
} 2>/dev/null

# Ten minutes without a test (each touches the heartbeat), and the cluster goes.
watch() {
  while sleep 60; do
    [ -f "$dir/data/postmaster.pid" ] || exit 0
    [ -n "$(find "$dir/heartbeat" -mmin -10 2>/dev/null)" ] || { "$0" stop; exit 0; }
  done
}

start() {
  mkdir -p "$dir" && chmod 755 "$dir"
  exec 9>"$dir.lock" && flock 9
  touch "$dir/heartbeat"
  if ! running; then
    need_bin
    rm -rf "$dir/data"
    mkdir "$dir/data"
    if [ "$(id -u)" -eq 0 ]; then chown "$(as_server id -u)" "$dir" "$dir/data"; fi
    chmod 700 "$dir/data"
    as_server "$bin/initdb" -D "$dir/data" -U maillage -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1
    as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -s -w -o "-c listen_addresses='' -c unix_socket_directories='$dir' \
      -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB \
      -c max_locks_per_transaction=256 -c max_pred_locks_per_transaction=256 ${MAILLAGE_TEST_POSTGRES_OPTIONS:-}" start 9>&- >/dev/null 2>&1 </dev/null
    setsid "$0" watch 9>&- >/dev/null 2>&1 </dev/null &
  fi
  echo "$url"
}

restart() {
  exec 9>"$dir.lock" && flock 9
  need_bin
  as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -s -w -m immediate restart 9>&- >/dev/null 2>&1 </dev/null
}

stop() {
  exec 9>"$dir.lock" && flock 9
  if [ -f "$dir/data/postmaster.pid" ]; then need_bin; as_server "$bin/pg_ctl" -D "$dir/data" -s -m immediate stop || true; fi
  rm -rf "$dir" "$dir.lock"
}

need_bin() { bin=$(find_bin) || { echo "PostgreSQL (initdb, postgres) is not installed" >&2; exit 3; }; }

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  restart) restart ;;
  watch) watch ;;
  url) echo "$url" ;;
  *) echo "usage: $0 start|stop|restart|url" >&2; exit 2 ;;
esac
