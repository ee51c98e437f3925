#!/usr/bin/env bash
# Shared by the scripts of this folder: where things are, how to say that something is missing, how to install it.
# Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
# Tools built with cargo are kept from one run to the next.
tools=${TOOLS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/maillage-tools}
export PATH="$tools/bin:$PATH"

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

need_cargo() {
  have cargo || fail "cargo is missing: install Rust $(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml") or newer (https://rustup.rs)"
}

# need_apt COMMAND PACKAGE…: the packages are installed where we may, named where we may not.
need_apt() {
  local command=$1
  shift
  have "$command" && return
  if [ "$(id -u)" != 0 ] || ! have apt-get; then
    fail "$command is missing; install the package(s) $* (this script does it by itself as root on Debian and Ubuntu)"
  fi
  say "installing $*"
  apt-get update -q </dev/null >/dev/null || true
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" </dev/null >/dev/null ||
    fail "apt-get could not install $*"
  have "$command" || fail "$command is still missing after installing $*"
}

# need_cargo_tool COMMAND VERSION: a cargo subcommand, built once into $tools. Without optimisation: it works for seconds, and
# would be built for minutes.
need_cargo_tool() {
  have "$1" && return
  need_cargo
  say "building $1 $2 into $tools (some minutes, once)"
  CARGO_TARGET_DIR="$tools/target" cargo install --quiet --locked --debug --root "$tools" --version "$2" "$1" </dev/null ||
    fail "cargo could not install $1 $2"
  rm -rf "$tools/target"
}

# need_node_modules FOLDER: exactly what its package-lock.json says.
need_node_modules() {
  have node && have npm || fail "node (20 or newer) and npm are missing"
  local stamp="$1/node_modules/.installed-from"
  cmp -s "$1/package-lock.json" "$stamp" && return
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) || fail "npm ci failed in $1"
  cp "$1/package-lock.json" "$stamp"
}

# PostgreSQL's server programs; Debian keeps them outside PATH.
need_postgres() {
  local found
  found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -n "$found" ] && PATH="$found:$PATH"
  have postgres && return
  need_apt pg_ctlcluster postgresql
  PATH="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1):$PATH"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for SECONDS COMMAND…: until the command succeeds; fails after that many seconds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}
