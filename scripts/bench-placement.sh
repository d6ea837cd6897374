#!/bin/sh
# bench-placement.sh - what placing a pod costs, and how that grows with the nodes. Builds the release preset, prints a table.
# usage: scripts/bench-placement.sh [PODS]      (default: 1000000)
# Half of the nodes of 8 H100s take parts of GPUs, on the other half MIG instances are made on demand; 1,250 nodes are 10,000 GPUs.
# The figures are those of whole runs: arriving, being placed, ending, and a row in jobs.csv. One core. Needs GNU time.
set -eu
cd "$(dirname "$0")/.."
pods=${1:-1000000}
command -v /usr/bin/time >/dev/null || { echo "bench: GNU time is missing: apt-get install time" >&2; exit 1; }
cmake --preset release >/dev/null
cmake --build --preset release --target clustersim >/dev/null
program=$(pwd)/build/release/clustersim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir out
ln -s /dev/null out/jobs.csv

# scenario NODES PLACEMENT: an hour each in the mean; nine tenths of the shared GPUs and two thirds of the MIG slices are taken
scenario() {
    half=$(($1 / 2))
    cat <<Y
clustersim: 1
name: bench
cluster:
  pools:
    - {name: shares, machine: Standard_ND96isr_H100_v5, count: $half}
    - {name: mig, machine: Standard_ND96isr_H100_v5, count: $half, mig: {manager: dynamic}, taints: "mig=only:NoSchedule"}
workload:
  - generate:
      name: share
      arrivals: {process: poisson, rate: $(awk "BEGIN {print 0.9 * 8 * $half / 0.425}")/h}
      tasks: 1
      gpu_share: {values: [0.1, 0.2, 0.3, 0.5, 0.7, 0.75]}
      cpus: 1
      duration: {exponential: {mean: 1h}}
      jobs: $((pods / 2))
  - generate:
      name: mig
      arrivals: {process: poisson, rate: $(awk "BEGIN {print 0.66 * 8 * 8 * $half / 2.2}")/h}
      mig: {values: [1g.10gb, 2g.20gb, 3g.40gb, 4g.40gb], weights: [4, 3, 2, 1]}
      load: {width: 0.12}
      tolerations: "mig=only:NoSchedule"
      cpus: 1
      duration: {exponential: {mean: 1h}}
      jobs: $((pods / 2))
policies: [{name: p, kube-scheduler: {placement: $2}}]
outputs: [jobs]
sample: 1d
Y
}

for placement in first-fit least-allocated mig-aware fgd; do
    for nodes in 100 1250 10000; do
        scenario "$nodes" "$placement" >s.yaml
        for _ in 1 2 3; do
            /usr/bin/time -a -o times -f "%U %S %M" "$program" run s.yaml --out out --quiet --no-plots
        done
        sort -n times | head -1 | awk -v name="$placement, $nodes nodes" -v pods="$pods" -v nodes="$nodes" '{
            us = ($1 + $2) / pods * 1e6
            printf "%-32s %8.2f us/pod %7.1f MB\n", name, us, $3 / 1024 }'
        rm times
    done
done
