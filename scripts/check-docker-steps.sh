#!/usr/bin/env bash
# Carries out the steps of the Dockerfile without Docker, in a scratch folder, and tries what comes out: the program
# starts as a plain user in a root that holds nothing but what was copied there, answers its health check, keeps its
# data in the volume and nowhere else, and ends when told to. Then the systemd unit is checked.
# Prints one line a check: `ok - …`, `not ok - …`.
#
# usage: scripts/check-docker-steps.sh [--built]
#   --built   the release program of this folder was just built and stands for the one of the Dockerfile: of the copied sources it is
#             only checked that they are whole (a second build of the same takes six minutes)
#
# What it cannot do: pull the base images. `apt-get install` is checked against the packages Debian knows, and the
# libraries that debian:bookworm-slim brings are copied from this machine.
set -uo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/common.sh

scratch=$(mktemp -d)
image=$scratch/image
[ "${1:-}" = --built ] && built=yes || built=no
pid=
failures=0

finish() {
  [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null
  rm -rf "$scratch"
}
trap finish EXIT

# expect NAME COMMAND…
expect() {
  local name=$1
  shift
  if "$@" >"$scratch/log" 2>&1; then echo "ok - $name"; else
    echo "not ok - $name"
    sed 's/^/    /' "$scratch/log" | tail -20
    failures=$((failures + 1))
    return 1
  fi
}

# ["a", "b"] as lines.
words() { python3 -c 'import json, sys; print("\n".join(json.loads(sys.argv[1])))' "$1"; }

# --- the steps, in order ---------------------------------------------------------------------------------------------

build_sources=() environment=() entrypoint=() command=() health=()
stage='' user='' volume='' stop_signal=TERM base=''

step_from() {
  base=$1
  [ "${2:-}" = AS ] && stage=$3 || stage=final
}

step_copy() {
  local from=
  case $1 in --from=*) from=${1#--from=} && shift ;; esac
  local destination=${*: -1} sources=("${@:1:$#-1}") source
  if [ -n "$from" ]; then
    # The build ran in $scratch/build with our target folder.
    source=${sources[0]/#\/build\/target/$target}
    install -D -m 0755 "$source" "$image$destination"
    return
  fi
  for source in "${sources[@]}"; do
    [ -n "$(git ls-files "$source")" ] || { echo "$source is not in the repository"; return 1; }
    build_sources+=("$source")
    mkdir -p "$scratch/build"
    # Only what is committed or would be: never a stray file of this folder.
    git ls-files -z --cached --others --exclude-standard "$source" | tar -c --null -T - | tar -x -C "$scratch/build" || return 1
  done
}

step_run() {
  local line=$*
  case $line in
    "cargo build "*)
      [ "$built" = no ] || line=${line/build --release/check --quiet}
      (cd "$scratch/build" && nice env CARGO_TARGET_DIR="$target" bash -c "$line" </dev/null)
      ;;
    "apt-get update && apt-get install "*)
      local package
      have apt-cache || { echo "no apt here to ask"; return 1; }
      for package in $(sed 's/.*--no-install-recommends \([^&]*\)&&.*/\1/' <<<"$line"); do
        apt-cache show --no-all-versions "$package" >/dev/null || return 1
      done
      # What that package is for: the certificates, from this machine.
      need_apt update-ca-certificates ca-certificates
      mkdir -p "$image/etc/ssl/certs" && cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
      ;;
    "install -d "*)
      # In the scratch root instead of the image's; without root, the owner is us.
      line=${line/ \/var/ "$image/var"}
      [ "$(id -u)" = 0 ] || line=$(sed -E 's/-[og] [0-9]+//g' <<<"$line")
      bash -c "$line"
      ;;
    *) echo "unknown step: teach it to this script" && return 1 ;;
  esac
}

carry_out() {
  local verb=$1 rest=$2
  case $verb in
    FROM) step_from $rest ;;
    WORKDIR | EXPOSE) ;;
    COPY) expect "$stage: COPY $rest" step_copy $rest ;;
    RUN)
      local how=
      case $built$rest in "yescargo build"*) how=' (the copied sources are whole; this program was built before)' ;; esac
      expect "$stage: RUN $rest$how" step_run "$rest"
      ;;
    ENV) environment+=("$rest") ;;
    USER) user=$rest ;;
    VOLUME) volume=$rest ;;
    STOPSIGNAL) stop_signal=${rest#SIG} ;;
    ENTRYPOINT) mapfile -t entrypoint < <(words "$rest") ;;
    CMD) mapfile -t command < <(words "$rest") ;;
    HEALTHCHECK) mapfile -t health < <(words "${rest#*CMD }") ;;
    *) expect "Dockerfile: $verb is understood" false ;;
  esac
}

need_cargo
have python3 || fail "python3 is missing"
mkdir -p "$image"
while read -r verb rest; do
  [[ -z $verb || $verb == \#* ]] && continue
  carry_out "$verb" "$rest" || exit 1
done <Dockerfile

# --- the image -------------------------------------------------------------------------------------------------------

expect "final: a user that is not root" test "${user%%:*}" -gt 0
expect "final: one volume, writable by that user" test -d "$image$volume"

# The base image's share: the dynamic linker and the C library. Anything else would be missing there.
base_libraries() {
  local name path
  while read -r name path; do
    case $name in
      libc.so.* | libm.so.* | libgcc_s.so.* | libdl.so.* | libpthread.so.* | librt.so.* | ld-linux*) ;;
      *) echo "$name is not in $base" && return 1 ;;
    esac
    install -D -m 0755 "$(readlink -f "$path")" "$image$path"
  done < <(ldd "$image/usr/local/bin/maillage" | awk '$2 == "=>" { print $1, $3 } $1 ~ /^\// { n = split($1, p, "/"); print p[n], $1 }')
}
expect "final: needs no library that $base lacks" base_libraries
mkdir -p "$image/tmp" && chmod 1777 "$image/tmp"

port=$(free_port)
environment+=("MAILLAGE_SERVER__LISTEN=127.0.0.1:$port" "MAILLAGE_SERVER__BASE_URL=https://agenda.example" PATH=/usr/local/bin)

# inside COMMAND…: as the container would run it; without root, the closest there is.
if [ "$(id -u)" = 0 ]; then
  chroot=$(PATH="$PATH:/usr/sbin:/sbin" command -v chroot) || fail "chroot is missing"
  inside() { exec env -i "${environment[@]}" "$chroot" --userspec="$user" "$image" "$@"; }
else
  echo "(not root: run as $(id -un), without a root folder of its own)"
  environment+=("MAILLAGE_DATA_DIR=$image$volume")
  inside() { local program=$1; shift; cd "$image$volume" && exec env -i "${environment[@]}" "$image/usr/local/bin/$program" "$@"; }
fi

healthy() { (inside "${health[@]}"); }

start() {
  (inside "${entrypoint[@]}" "${command[@]}") >"$scratch/serve.log" 2>&1 &
  pid=$!
  wait_for 20 healthy || { cat "$scratch/serve.log"; return 1; }
}

stop() {
  kill "-$stop_signal" "$pid"
  local end=$((SECONDS + 25))
  while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do sleep 0.1; done
  wait "$pid"
  local code=$?
  pid=
  [ "$code" = 0 ] || { echo "exit code $code"; cat "$scratch/serve.log"; return 1; }
}

answers() { python3 -c 'import sys, urllib.request as u; sys.exit(u.urlopen(sys.argv[1], timeout=5).status != 200)' "http://127.0.0.1:$port$1"; }
# It answers no; 125 and more would mean that it could not even be asked.
unhealthy() { (inside "${health[@]}"); [ $? = 1 ]; }
same_user() { [ "$(id -u)" != 0 ] || [ "$(ps -o uid= -p "$pid" | tr -d ' ')" = "${user%%:*}" ]; }
only_in_volume() {
  local strays
  strays=$(find "$image" -newer "$scratch/before" -type f ! -path "$image$volume/*")
  [ -z "$strays" ] || { echo "$strays"; return 1; }
  [ -n "$(find "$image$volume" -type f)" ]
}
has_member() { (inside "${entrypoint[@]}" user add accueil@centre.example --password-stdin <<<'trois chats sur un mur'); }
# The same address twice is refused: the first one is still there.
kept_member() { ! has_member; }

touch "$scratch/before" && sleep 0.05
expect "health check: fails before the start" unhealthy
expect "start: health check answers" start || exit 1
expect "run: as user ${user%%:*}" same_user
expect "run: the page is served" answers /
expect "run: a command of the same image reaches the same data" has_member
expect "stop: SIG$stop_signal ends it, code 0" stop
expect "volume: everything it wrote is in $volume" only_in_volume
expect "restart: on the same volume" start
expect "restart: the data is still there" kept_member
expect "stop: again" stop

# --- the systemd unit ------------------------------------------------------------------------------------------------

# The path of the unit exists only where it is installed: check it with the program that was just built.
unit_is_valid() {
  sed "s#/usr/local/bin/maillage#$image/usr/local/bin/maillage#" config/maillage.service >"$scratch/maillage.service"
  local said
  said=$(systemd-analyze verify "$scratch/maillage.service" 2>&1) && [ -z "$(grep maillage <<<"$said")" ] || { echo "$said"; return 1; }
}
unit_is_closed() {
  systemd-analyze security --offline=true --threshold=20 "$scratch/maillage.service"
}
need_apt systemd-analyze systemd
expect "systemd: the unit is valid" unit_is_valid
expect "systemd: exposure under 2.0 of 10" unit_is_closed

[ "$failures" = 0 ]
