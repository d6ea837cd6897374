#!/bin/sh
# check-format.sh - all C files look as .clang-format says, and none has outgrown its room.
# usage: scripts/check-format.sh   (from the repository root)
set -eu
files=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files
long=$(for file in $files; do
    case $file in
    tests/*) most=900 ;;
    *.h) most=300 ;;
    *) most=500 ;;
    esac
    lines=$(wc -l <"$file")
    [ "$lines" -le "$most" ] || echo "$file has $lines lines; at most $most are allowed"
done)
[ -z "$long" ] || { echo "$long"; exit 1; }
