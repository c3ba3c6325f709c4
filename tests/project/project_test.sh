#!/usr/bin/env bash
# usage: project_test.sh CASE SOURCE_TREE BUILD_TREE
set -eu
case=$1 source=$2 build=$3
fairlead=$build/bin/fairlead
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; [ ! -f "$work/out" ] || tail -n 60 "$work/out"; exit 1; }
expect() { grep -qE -- "$1" "$work/out" || fail "the output has no /$1/"; }
run() { # run EXPECTED_EXIT COMMAND...
  local wanted=$1 got=0; shift
  "$@" >"$work/out" 2>&1 </dev/null || got=$?
  [ "$got" = "$wanted" ] || fail "$* exited with $got, not $wanted"
}
git_copy() { # the example as a repository of its own, on branch main
  cp -r "$source/examples/microservice" "$work/project"
  find "$work/project" -name __pycache__ -prune -exec rm -rf {} +
  git -C "$work/project" init -q -b main
  git -C "$work/project" add -A
  git -C "$work/project" -c user.name=t -c user.email=t@example.com commit -qm first
}

case $case in
  own_pipeline)
    # All jobs but `unit` and the benchmarks, on the build tree that is being tested.
    run 0 "$fairlead" exec --cwd "$source" --variable "BUILD_TREE=$build"
    expect 'own pipeline is valid'
    run 0 "$fairlead" exec --cwd "$source" --list
    expect 'unit'
    ;;
  example_pipeline)
    git_copy
    run 0 "$fairlead" exec --cwd "$work/project"
    expect 'integration is ok'
    expect 'deploy_staging'
    expect 'manual'
    expect 'services'  # the shell executor says that it cannot start them
    ;;
  example_gates)
    git_copy
    run 0 "$fairlead" exec --cwd "$work/project" --manual deploy_staging --manual deploy_production
    expect 'staging is ok'
    expect 'production is ok'
    ;;
  wrapper_builds_nothing_twice)
    # A copy of the wrapper beside a stand-in binary: it must run it with the
    # arguments as given, and must notice a newer source.
    mkdir -p "$work/w/scripts/lib" "$work/w/build/release/bin"
    cp "$source/scripts/fairlead" "$work/w/scripts/"
    (cd "$work/w" && mkdir base model proto parser agent executors runner server local terminal cli cmake && touch CMakeLists.txt CMakePresets.json)
    printf '#!/bin/sh\nprintf "<%%s>" "$@"\nexit 7\n' >"$work/w/build/release/bin/fairlead"
    chmod +x "$work/w/build/release/bin/fairlead"
    echo 'say() { :; }; build() { echo built; }' >"$work/w/scripts/lib/common.sh"
    printf '#!/bin/sh\necho set up\n' >"$work/w/scripts/setup"; chmod +x "$work/w/scripts/setup"
    touch -d '+1 second' "$work/w/build/release/.fairlead-built"
    run 7 "$work/w/scripts/fairlead" exec 'a b' --x
    [ "$(cat "$work/out")" = '<exec><a b><--x>' ] || fail "arguments were changed, or something was built"
    touch -d '+2 seconds' "$work/w/parser/new.cpp"
    run 7 "$work/w/scripts/fairlead"
    expect built
    ;;
  include_graph_refuses)
    mkdir -p "$work/w/scripts/lib" "$work/w/runner/build" "$work/w/server/core" "$work/w/base"
    cp "$source/scripts/lib/include_graph.py" "$work/w/scripts/lib/"
    echo '#include "server/core/x.hpp"' >"$work/w/runner/build/bad.cpp"
    run 1 python3 "$work/w/scripts/lib/include_graph.py" --check
    expect 'runner/build/bad.cpp:1: runner/build must not include from server/core'
    echo '#include "base/x.hpp"' >"$work/w/runner/build/bad.cpp"
    run 0 python3 "$work/w/scripts/lib/include_graph.py" --check
    ;;
  setup_is_idempotent)
    run 0 "$source/scripts/setup"
    expect 'packages are installed'
    ;;
  *) fail "unknown case $case" ;;
esac
echo "$case: ok"
