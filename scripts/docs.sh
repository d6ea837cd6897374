#!/bin/sh
# docs.sh - prints docs/CONFIG.md, LINTS.md, OUTPUTS.md and COMMANDS.md anew from the program's tables.
# usage: scripts/docs.sh [PROGRAM]            writes them
#        scripts/docs.sh --check [PROGRAM]    fails if they are not what the tables say
set -eu
cd "$(dirname "$0")/.."
check=""
[ "${1:-}" != --check ] || { check=yes; shift; }
program=${1:-build/debug/clustersim}
[ -x "$program" ] || { echo "docs: there is no $program; build it, or name another one" >&2; exit 1; }

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
bad=""
for manual in commands config lints outputs; do
    file=docs/$(printf '%s' "$manual" | tr '[:lower:]' '[:upper:]').md
    "$program" manual "$manual" >"$printed"
    if [ -z "$check" ]; then
        cmp -s "$printed" "$file" || { cat "$printed" >"$file"; echo "docs: wrote $file"; }
    elif ! diff -u "$file" "$printed"; then
        bad="$bad $file"
    fi
done
[ -z "$bad" ] || { echo "docs: out of date:$bad; run scripts/docs.sh $program and commit"; exit 1; }
