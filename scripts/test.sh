#!/bin/sh
# test.sh - installs what is missing, builds and runs all tests: debug and release, gcc and clang,
# AddressSanitizer and UBSan. The first run takes some minutes.
# usage: scripts/test.sh [PRESET...]   (default: debug release asan clang)
# Longer checks are scripts of their own: fuzz.sh, bench.sh.
set -eu
cd "$(dirname "$0")/.."
scripts/install.sh test

presets=${*:-debug release asan clang}
jobs=$(nproc)
for preset in $presets; do
    echo "== $preset: build"
    cmake --preset "$preset" -DCLUSTERSIM_WERROR=ON >/dev/null
    cmake --build --preset "$preset" -j "$jobs" | grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Generating)' || true
    cmake --build --preset "$preset" -j "$jobs" >/dev/null # grep hides the exit status
    echo "== $preset: tests"
    ctest --preset "$preset" -j "$jobs" --output-on-failure --quiet \
        --output-log "build/$preset/tests.log" || { cat "build/$preset/tests.log"; exit 1; }
    tail -n 3 "build/$preset/tests.log"
done
echo "== all tests passed: $presets"
