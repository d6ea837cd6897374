#!/bin/sh
# update-golden.sh - writes the expected results of tests/data/scenarios anew, for a change of
# predictions that is meant. Read the difference before you commit it, and say in the commit why.
# usage: scripts/update-golden.sh [BUILD_DIR]
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/debug}/clustersim
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for golden in tests/data/scenarios/*/*.jobs.csv; do
    base=${golden%.jobs.csv}
    "$program" run "$(dirname "$base")/scenario.yaml" --policy "$(basename "$base")" \
        --out "$out" --quiet --no-plots 2>"$out.said" || { cat "$out.said"; exit 1; }
    cp "$out/jobs.csv" "$base.jobs.csv"
    cp "$out/tasks.csv" "$base.tasks.csv"
done
rm -f "$out.said"
git diff --stat -- tests/data/scenarios
