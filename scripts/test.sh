#!/usr/bin/env bash
# All tests, as CI runs them. The last line is the total: `N passed, N failed`, and `, N skipped` if some were.
#
# usage: scripts/test.sh [PART…]
#   rust      formatting, clippy, and the tests on SQLite and PostgreSQL
#   faults    kill -9, full disks, wrong clocks, restarted databases, under load (some minutes)
#   simulation  networks of nodes that break, from seeds: SIMULATION_SEEDS (1000) worlds of SIMULATION_NODES (8)
#   browser   the pages in Chromium, two nodes side by side
#   interop   another implementation of ActivityPub (Fedify) against a node
#   fuzz      each property on inputs that libFuzzer searches for, for a bounded time
#   deny      licences, sources and known flaws of the dependencies
#   image     the steps of the Dockerfile and of the service, run outside Docker; size, memory, start-up time
# Without an argument: all of them. Missing tools are installed where that is allowed, and named where it is not.
set -uo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/common.sh

logs=$(mktemp -d)
# A PostgreSQL server of this run's own: nobody else's idle one stops under it.
export MAILLAGE_TEST_POSTGRES_DIR=/tmp/maillage-test-postgres-run-$$
passed=0 failed=0 skipped=0 complete=no
# Tests and worlds wait for disks and for each other: with one a processor, a fifth of the time passes idly.
at_once=$((2 * $(nproc)))

# Whatever ends this script, the total comes last, and an early end counts as a failure.
finish() {
  case ${release:-} in [0-9]*) kill "$release" 2>/dev/null ;; esac
  scripts/test-postgres.sh stop
  rm -rf "$logs"
  [ "$complete" = yes ] || failed=$((failed + 1))
  local summary="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
  printf '\n%s\n' "$summary"
  [ "$failed" = 0 ] || exit 1
}
trap finish EXIT

# add PASSED FAILED SKIPPED
add() {
  passed=$((passed + ${1:-0})) failed=$((failed + ${2:-0})) skipped=$((skipped + ${3:-0}))
}

# check NAME COMMAND…: one check that passes or fails as a whole.
check() {
  local name=$1
  shift
  say "$name"
  if "$@" </dev/null; then add 1 0; else
    add 0 1
    echo "FAILED: $name"
  fi
}

# suite NAME COUNT COMMAND…: a test runner; COUNT reads "passed failed skipped" from its log.
# A runner that fails without counting a failure, or that ran nothing, is a failure of its own.
suite() {
  local name=$1 count=$2 log p f s status
  shift 2
  log=$logs/${name// /-}
  say "$name"
  "$@" </dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  read -r p f s < <("$count" "$log")
  p=${p:-0} f=${f:-0} s=${s:-0}
  if [ "$status" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  if [ "$p" = 0 ] && [ "$f" = 0 ]; then
    echo "FAILED: $name ran no test"
    f=1
  fi
  add "$p" "$f" "$s"
}

# The last number before each word in nextest's summary line.
count_nextest() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E '^ *Summary ' | tail -1 | awk '{
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) p = $(i - 1)
      if ($i ~ /^(failed|timed)/) f += $(i - 1)
      if ($i ~ /^skipped/) s = $(i - 1)
    }
    print p + 0, f + 0, s + 0 }'
}

# The same of a part of the tests: the others have a part of their own.
count_part() {
  count_nextest "$1" | awk '{ print $1, $2, 0 }'
}

# The closing counts of `node --test`.
count_node() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    $2 == "pass" { p = $3 } $2 == "fail" { f = $3 } $2 == "cancelled" { c = $3 } $2 == "skipped" { s = $3 }
    END { print p + 0, f + c + 0, s + 0 }'
}

# Lines `ok - …`, `not ok - …`, `skipped - …`.
count_lines() {
  echo "$(grep -c '^ok - ' "$1") $(grep -c '^not ok - ' "$1") $(grep -c '^skipped - ' "$1")"
}

# Only the fault tests are ignored, and they have their part.
no_test_left_out() {
  ! grep -rn '#\[ignore' src tests --include='*.rs' | grep -v '^tests/faults/'
}

part_rust() {
  need_cargo
  have cc || need_apt cc gcc libc6-dev
  need_postgres
  need_cargo_tool cargo-nextest 0.9.143
  check "formatting" cargo fmt --all --check
  check "no test is left out" no_test_left_out
  check "clippy" cargo clippy --locked --quiet --all-targets -- -D warnings
  scripts/test-postgres.sh start >/dev/null || fail "PostgreSQL does not start"
  # Without PostgreSQL these tests fail instead of being passed over.
  MAILLAGE_TEST_REQUIRE_POSTGRES=1 suite "rust tests" count_part \
    cargo nextest run --locked --no-fail-fast --test-threads "$at_once" --status-level fail --final-status-level fail
}

part_faults() {
  need_cargo
  have cc || need_apt cc gcc libc6-dev
  need_postgres
  need_cargo_tool cargo-nextest 0.9.143
  scripts/test-postgres.sh start >/dev/null || fail "PostgreSQL does not start"
  # Ignored in the everyday loop. The seed of a failing run is in its output: MAILLAGE_FAULT_SEED repeats it.
  MAILLAGE_TEST_REQUIRE_POSTGRES=1 suite "fault tests" count_part \
    cargo nextest run --locked --no-fail-fast --status-level fail --final-status-level fail \
    --run-ignored only -E 'test(/^faults::/)'
}

# The last line of the simulation: `N passed, N failed`.
count_worlds() {
  grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -1 | awk '{ print $1, $3, 0 }'
}

# The release programs are built while tests run that wait more than they work.
release=
start_release() {
  [ -z "$release" ] || return 0
  need_cargo
  have cc || need_apt cc gcc libc6-dev
  nice cargo build --locked --quiet --release --bin maillage --example simulation </dev/null >"$logs/release" 2>&1 &
  release=$!
}

finish_release() {
  start_release
  if wait "$release"; then
    release=built
  else
    release=
    cat "$logs/release"
    return 1
  fi
}

part_simulation() {
  check "release programs" finish_release
  suite "simulation" count_worlds "$target/release/examples/simulation" \
    --seeds "${SIMULATION_SEEDS:-1000}" --nodes "${SIMULATION_NODES:-8}" --jobs "$at_once"
}

# The program that the outside tests drive: the same build as the Rust tests.
build_node() {
  need_cargo
  # With the tests: alone it has other features of some dependencies, and is built anew with all that uses them.
  cargo build --locked --quiet --bin maillage --test main || return 1
  MAILLAGE_TEST_BIN=$target/debug/maillage
  export MAILLAGE_TEST_BIN
}

part_browser() {
  if [ -z "${CHROMIUM:-}" ]; then
    have chromium || have chromium-browser || need_apt chromium chromium
    CHROMIUM=$(command -v chromium || command -v chromium-browser)
    export CHROMIUM
  fi
  need_node_modules tests/browser
  build_node || { add 0 1; return; }
  suite "browser tests" count_node node --test --test-reporter=spec --test-concurrency=1 tests/browser/*.test.mjs
}

part_interop() {
  need_node_modules tests/interop
  build_node || { add 0 1; return; }
  suite "interop tests" count_node node --test --test-reporter=spec --test-concurrency=1 tests/interop/*.test.mjs
}

# fuzz NAME: one target for $FUZZ_SECONDS, its words and its status in $logs.
fuzz() {
  # New inputs go to a folder of this run; the corpus of the repository stays as it is.
  mkdir -p "$logs/corpus/$1"
  cargo fuzz run --dev --sanitizer none "$1" "$logs/corpus/$1" "fuzz/corpus/$1" -- \
    -max_total_time="${FUZZ_SECONDS:-12}" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 -verbosity=0 \
    </dev/null >"$logs/fuzz-$1" 2>&1
  echo $? >"$logs/fuzz-$1.status"
}

# What a target said: its figures, or everything when it failed.
fuzzed() {
  if [ "$(cat "$logs/fuzz-$1.status")" = 0 ]; then
    grep '^stat::' "$logs/fuzz-$1"
  else
    cat "$logs/fuzz-$1"
    return 1
  fi
}

# The properties of tests/properties, a processor each. cargo-fuzz asks for unstable flags of the compiler.
part_fuzz() {
  local name
  need_cargo_tool cargo-fuzz 0.13.2
  have g++ || need_apt g++ g++
  export RUSTC_BOOTSTRAP=1 logs
  export -f fuzz
  check "fuzz targets" cargo fuzz build --dev --sanitizer none
  cargo fuzz list | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
  unset RUSTC_BOOTSTRAP
  for name in $(cargo fuzz list); do check "fuzz $name" fuzzed "$name"; done
}

part_deny() {
  need_cargo_tool cargo-deny 0.20.2
  check "licences" cargo deny --log-level error check licenses
  check "bans" cargo deny --log-level error check bans
  check "sources" cargo deny --log-level error check sources
  say "advisories"
  # The list of known flaws lives on another server: where it cannot be reached, that is said, and counted.
  if ! timeout 120 cargo deny fetch db </dev/null >"$logs/advisories" 2>&1; then
    echo "skipped - advisories: the RustSec database cannot be fetched from here (offline?)"
    add 0 0 1
  else
    check "advisories" cargo deny --log-level error check advisories
  fi
}

part_image() {
  local built=
  # Of this run, and of these sources.
  [ "$release" != built ] || built=--built
  suite "image and service" count_lines scripts/check-docker-steps.sh $built
  suite "size, memory, start" count_lines scripts/measure.sh --check --no-build
}

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(rust faults deny interop browser simulation fuzz image)
for part in "${parts[@]}"; do
  case $part in
    rust | faults | simulation | browser | interop | fuzz | deny | image) ;;
    *) fail "unknown part $part (rust, faults, simulation, browser, interop, fuzz, deny, image)" ;;
  esac
done
for part in "${parts[@]}"; do
  started=$SECONDS
  case " ${parts[*]} " in
    *" simulation "*) case $part in faults | deny | interop | browser) start_release ;; esac ;;
  esac
  "part_$part"
  echo "($part: $((SECONDS - started)) s)"
done
complete=yes
