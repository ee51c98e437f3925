#!/usr/bin/env bash
# How big, how heavy, how quick: the release program's size, its memory at rest with the demo programme loaded, and the
# time from its start to its first answer. Prints a table for docs/performance.md and one line a target.
#
# usage: scripts/measure.sh [--check] [--no-build]
#   --check      only the lines `ok - …` and `not ok - …`; exit 1 if a target is missed
#   --no-build   measure the release program that is there
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/lib/common.sh

mode=table build=yes
for argument; do
  case $argument in
    --check) mode=check ;;
    --no-build) build=no ;;
    *) fail "unknown argument $argument (--check, --no-build)" ;;
  esac
done
[ "$build" = no ] || { need_cargo && nice cargo build --release --locked --quiet --bin maillage; }
[ -x "$target/release/maillage" ] || fail "no release program in $target/release"
have python3 || fail "python3 is missing"
programme=src/cli/demo/programme.json
[ -f "$programme" ] || fail "the demo programme is not in the repository"

exec python3 - "$target/release/maillage" "$programme" "$mode" <<'PYTHON'
import http.client, os, platform, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

program, programme, mode = sys.argv[1:]
ROUNDS = 15
REST_SECONDS = 10
MB = 1_000_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


folder = tempfile.mkdtemp(prefix="maillage-measure-")
port = free_port()
env = {
    "PATH": os.environ["PATH"],
    "MAILLAGE_DATA_DIR": folder,
    "MAILLAGE_SERVER__LISTEN": f"127.0.0.1:{port}",
    "MAILLAGE_SERVER__BASE_URL": "https://agenda.example",
    # As the service and the image start it.
    "MALLOC_ARENA_MAX": "1",
}


def ask(path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def start(path):
    """The running node, and the milliseconds from its start to its first full answer to GET `path`."""
    begun = time.perf_counter()
    node = subprocess.Popen([program, "serve"], env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            if ask(path) == 200:
                return node, (time.perf_counter() - begun) * 1000
        except OSError:
            pass
        if node.poll() is not None or time.perf_counter() - begun > 30:
            sys.exit("the node did not start")
        time.sleep(0.001)


def stop(node):
    node.send_signal(signal.SIGTERM)
    node.wait(timeout=40)


def resident(node):
    """Resident memory in MB (VmRSS is given in KiB)."""
    with open(f"/proc/{node.pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / MB


try:
    subprocess.run([program, "import", os.path.abspath(programme)], env=env, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    size = os.path.getsize(program) / MB
    starts = []
    for _ in range(ROUNDS):
        node, elapsed = start("/")
        starts.append(elapsed)
        stop(node)
    node, _ = start("/")
    time.sleep(REST_SECONDS)
    idle = resident(node)
    for _ in range(500):
        for path in ("/", "/calendar.ics", "/calendar.json"):
            ask(path)
    time.sleep(REST_SECONDS)
    used = resident(node)
    stop(node)
finally:
    shutil.rmtree(folder, ignore_errors=True)

first = statistics.median(starts)
rows = [
    ("release program", f"{size:.1f} MB", "26 MB", size < 26),
    ("memory at rest, demo programme loaded (RSS)", f"{idle:.1f} MB", "26 MB", idle < 26),
    (f"from start to the first page, median of {ROUNDS}", f"{first:.0f} ms", "100 ms", first < 100),
]
if mode == "check":
    for what, value, target, met in rows:
        print(f"{'ok' if met else 'not ok'} - {what}: {value} (target: under {target})")
else:
    print("| what | measured | target |\n|---|---|---|")
    for what, value, target, _ in rows:
        print(f"| {what} | {value} | under {target} |")
    print(f"| the same, slowest of {ROUNDS} | {max(starts):.0f} ms | – |")
    print(f"| memory at rest after 1 500 requests (RSS) | {used:.1f} MB | – |")
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}")
sys.exit(mode == "check" and not all(met for *_, met in rows))
PYTHON
