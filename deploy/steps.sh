# Sourced by the scripts of this folder: numbered steps with their times, and errors with a remedy.
# shellcheck shell=bash

SIGNET_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
SIGNET_STARTED=$SECONDS
SIGNET_STEP_STARTED=$SECONDS
SIGNET_STEP=""

say() { printf '%s\n' "$*" >&2; }

# fail WHAT REMEDY [EXIT CODE]
fail() {
  say ""
  say "error: $1"
  say "help: $2"
  exit "${3:-1}"
}

# step TITLE: ends the step before and begins one.
step() {
  step_done
  SIGNET_STEP="$1"
  SIGNET_STEP_STARTED=$SECONDS
  say "== $1"
}

step_done() {
  [ -n "$SIGNET_STEP" ] || return 0
  say "   done in $((SECONDS - SIGNET_STEP_STARTED)) s ($((SECONDS - SIGNET_STARTED)) s so far)"
  SIGNET_STEP=""
}

# Parallel jobs: one per processor, but no more than one per 1.5 GiB of memory.
jobs_here() {
  local cpus memory_kib
  cpus=$(nproc)
  memory_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  local by_memory=$((memory_kib / 1572864))
  [ "$by_memory" -ge 1 ] || by_memory=1
  echo $((cpus < by_memory ? cpus : by_memory))
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=http_proxy,https_proxy,no_proxy,HTTP_PROXY,HTTPS_PROXY,NO_PROXY,DEBIAN_FRONTEND "$@"
  else
    fail "packages must be installed, but this is not root and there is no sudo" \
      "run this script as root, or have these packages installed: $MISSING"
  fi
}

# build_preset PRESET [TARGET...]: configures once and builds, with progress.
build_preset() {
  local preset="$1"
  shift
  local log="$SIGNET_ROOT/build/$preset-configure.log"
  mkdir -p "$SIGNET_ROOT/build"
  if ! (cd "$SIGNET_ROOT" && cmake --preset "$preset" >"$log" 2>&1); then
    tail -n 25 "$log" >&2
    fail "cmake could not configure the preset $preset (all of it: $log)" "run deploy/install first"
  fi
  (cd "$SIGNET_ROOT" && cmake --build --preset "$preset" -j "$(jobs_here)" ${1:+--target "$@"}) >&2 ||
    fail "the preset $preset does not build" "read the first error above"
}

# test_preset PRESET [CTEST ARGUMENTS]: what failed is told again at the end, where a reader of the last lines finds
# it; and what skipped in a process whose other tests ran, which ctest calls passed.
test_preset() {
  local preset="$1" log="$SIGNET_ROOT/build/$1/Testing/Temporary/LastTest.log" skipped
  shift
  if ! (cd "$SIGNET_ROOT" && ctest --preset "$preset" -j "$(nproc)" --progress "$@"); then
    say "== what failed, first 80 lines (all of it: $log)"
    grep -aE -A 7 ': Failure$|ERROR: [A-Za-z]+Sanitizer|: runtime error: |terminate called' "$log" | cut -c 1-400 | head -n 80 || true
    return 8
  fi
  [ -f "$log" ] || return 0 # ctest was only asked for a list
  skipped="$(sed -nE 's/^\[  SKIPPED \] ([^ ]+) \(.*/\1/p' "$log" | sort -u)"
  [ -z "$skipped" ] || say "   skipped: $(echo $skipped)"
}
