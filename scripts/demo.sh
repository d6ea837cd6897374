#!/bin/sh
# demo.sh - installs what is missing, builds clustersim and compares three schedulers, and fifo, on four H100
# nodes that four teams share. Leaves CSVs and plots in out/four-teams.
# usage: scripts/demo.sh
set -eu
cd "$(dirname "$0")/.."
scripts/install.sh build

echo "demo: build (release)"
cmake --preset release >/dev/null
cmake --build --preset release --target clustersim -j "$(nproc)" >build/demo.log 2>&1 ||
    { cat build/demo.log; exit 1; }

echo "demo: clustersim compare examples/four-teams/compare.yaml"
echo "demo: 2,870 jobs of four teams in two weeks on 4 nodes of 8 H100: which scheduler serves them best?"
echo
build/release/clustersim compare examples/four-teams/compare.yaml
