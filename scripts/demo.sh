#!/usr/bin/env bash
# Builds and starts the demo: two nodes with the whole demo programme, in a temporary folder, until Ctrl-C.
# Arguments go to `maillage demo` (--port 9000, --today …).
#
# A development build: the optimised one takes several times as long to compile and does not read faster to one person.
# PROFILE=release scripts/demo.sh uses that one.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
source scripts/lib/common.sh

need_cargo
have cc || need_apt cc gcc libc6-dev
profile=${PROFILE:-dev}
echo "Building (a few minutes the first time)…"
cargo build --locked --quiet --profile "$profile" --bin maillage
folder=$profile
[ "$profile" = dev ] && folder=debug
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$here"
exec "$target/$folder/maillage" demo "$@"
