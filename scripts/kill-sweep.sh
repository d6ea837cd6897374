#!/bin/sh
# kill-sweep.sh - a sweep killed with SIGKILL at random moments and resumed: the same table?
#
# usage: scripts/kill-sweep.sh [PROGRAM [TIMES]]      (build/release/clustersim, 50 times)
#
# Each time a fresh sweep is begun, killed after a random part of the time it takes, and run again
# until it is done. Prints how often the kill found it at work.
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/release/clustersim}
times=${2:-50}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/s.yaml" <<'END'
clustersim: 1
name: s
cluster: {pools: [{name: a, machine: Standard_ND96isr_H100_v5, count: 1}]}
workload: [{generate: {name: r, arrivals: {rate: 12/h}, gpus: 2, duration: {exponential: {mean: 20m}}, until: 10d}}]
policies: [fifo, {name: shortest, sjf: {}}]
sweep: {vary: [nodes of pool a: {from: 2, to: 13}], replications: 2}
END
"$program" sweep "$dir/s.yaml" --quiet --out "$dir/whole"
begin=$(date +%s%N)
"$program" sweep "$dir/s.yaml" --quiet --out "$dir/whole"
takes_ms=$((($(date +%s%N) - begin) / 1000000 + 1))
killed=0
i=0
while [ "$i" -lt "$times" ]; do
    i=$((i + 1))
    rm -rf "$dir/cut"
    "$program" sweep "$dir/s.yaml" --quiet --out "$dir/cut" &
    pid=$!
    wait_ms=$(($(od -An -N4 -tu4 /dev/urandom) % takes_ms))
    sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || killed=$((killed + 1))
    "$program" sweep "$dir/s.yaml" --quiet --out "$dir/cut"
    cmp "$dir/whole/sweep.csv" "$dir/cut/sweep.csv"
done
echo "$times sweeps of $takes_ms ms, $killed killed at work: the same table each time"
