#!/bin/sh
# fuzz.sh - feed the readers what a fuzzer thinks up (clang's libFuzzer with sanitizers).
#
# usage: scripts/fuzz.sh [READER [SECONDS]]     all readers, 60 seconds each, if not said otherwise
#
# New inputs are kept in build/fuzz/corpus/READER and built upon by the next run; one that breaks
# a reader is left in build/fuzz and named at the end. Put it into tests/fuzz/corpus/READER with
# the fix: there it is run by every ctest.
set -eu
cd "$(dirname "$0")/.."
seconds=${2:-60}
cmake --preset fuzz >/dev/null
for source in tests/fuzz/fuzz_*.c; do
    reader=$(basename "$source" .c | sed 's/^fuzz_//')
    [ "$reader" != driver ] || continue
    [ "${1:-$reader}" = "$reader" ] || continue
    cmake --build --preset fuzz --target "fuzz_$reader"
    found=build/fuzz/corpus/$reader
    mkdir -p "$found"
    echo "$reader: $seconds s"
    "build/fuzz/tests/fuzz/fuzz_$reader" -max_total_time="$seconds" -timeout=10 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/$reader-" "$found" \
        "tests/fuzz/corpus/$reader"
done
