# Sourced by the scripts beside this folder. Sets `root` and the helpers below.
set -eu
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Runs a command as root: directly, or by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "needs root for: $* (run as root, or install sudo)"
  fi
}

# Configures a preset once (or again when CMake's own files changed) and builds.
# build PRESET [TARGET...]
build() {
  local preset=$1; shift
  local targets=()
  if [ $# -gt 0 ]; then targets=(--target "$@"); fi
  local werror=OFF
  if [ -n "${CI:-}" ]; then werror=ON; fi
  # One compiler cache for every checkout on this machine, whatever its path.
  export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/fairlead-ccache}
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  if [ ! -f "$root/build/$preset/build.ninja" ] || [ -n "${CI:-}" ]; then
    say "configure $preset"
    (cd "$root" && cmake --preset "$preset" -DFAIRLEAD_WERROR=$werror >&2)
  fi
  say "build $preset ${*:-(all)}"
  (cd "$root" && cmake --build --preset "$preset" -j "${FAIRLEAD_JOBS:-2}" "${targets[@]}" >&2)
}
