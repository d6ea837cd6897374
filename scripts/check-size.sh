#!/bin/sh
# check-size.sh - does `clustersim size` find what looking at every candidate finds?
#
# usage: scripts/check-size.sh [SCENARIOS [REPLICATIONS [PROGRAM]]]     (100, 2000, build/release/clustersim)
#
# Random small scenarios (1 to 16 nodes of one GPU, FIFO, SJF or EASY, a limit on the mean or the 95th percentile
# of the waits). The truth is the least number of nodes whose mean over REPLICATIONS runs keeps the limit, all
# numbers of nodes being run (`sweep`). Prints how many answers are the same, how far the others are off, and the
# part of the runs that `size` took. 2,000 replications of 100 scenarios take an hour or so on one core.
set -eu
cd "$(dirname "$0")/.."
scenarios=${1:-100}
replications=${2:-2000}
program=${3:-build/release/clustersim}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

make_scenario() { # SEED
    awk -v seed="$1" -v replications="$replications" 'BEGIN {
        srand(seed)
        split("fifo sjf easy", policies, " ")
        split("mean(wait) p95(wait)", metrics, " ")
        rate = 2 + int(rand() * 10); minutes = 20 + int(rand() * 40)
        metric = metrics[1 + int(rand() * 2)]
        limit = metric == "mean(wait)" ? 1 + int(rand() * 15) : 5 + int(rand() * 55)
        print "clustersim: 1\nname: s\nseed: " seed
        print "cluster: {pools: [{name: a, machine: Standard_NC40ads_H100_v5, count: 1}]}"
        print "workload: [{generate: {name: r, arrivals: {process: poisson, rate: " rate "/h}, gpus: 1,"
        print "  cpus_per_gpu: 1, memory_per_gpu: 1GiB, duration: {exponential: {mean: " minutes "m}}, until: 2d}}]"
        print "policies: [" policies[1 + int(rand() * 3)] "]"
        print "size: {vary: [nodes of pool a: {from: 1, to: 16}], target: [" metric " <= " limit "m]}"
        print "sweep: {vary: [nodes of pool a: {from: 1, to: 16}], replications: " replications ", measure: " metric "}"
        print "# limit_s " limit * 60
    }'
}

same=0; near=0; far=0; runs=0; seed=0
while [ "$seed" -lt "$scenarios" ]; do
    seed=$((seed + 1))
    make_scenario "$seed" >"$dir/s.yaml"
    limit=$(awk '/^# limit_s/ {print $3}' "$dir/s.yaml")
    "$program" size "$dir/s.yaml" --quiet --out "$dir/size" || true
    found=$(awk -F, '$5 == "yes" {print $1}' "$dir/size/size.csv")
    runs=$((runs + $(awk -F, 'NR > 1 {n += $3} END {print n + 0}' "$dir/size/size.csv")))
    "$program" sweep "$dir/s.yaml" --quiet --out "$dir/sweep"
    truth=$(awk -F, -v limit="$limit" 'NR > 1 {sum[$2] += $6; n[$2]++}
        END {for (c = 1; c <= 16; c++) if (n[c] && sum[c] / n[c] <= limit) {print c; exit}}' "$dir/sweep/sweep.csv")
    off=$((${found:-17} - ${truth:-17}))
    case $off in
    0) same=$((same + 1)) ;;
    1 | -1) near=$((near + 1)); echo "scenario $seed: ${found:-none}, truth ${truth:-none}" ;;
    *) far=$((far + 1)); echo "scenario $seed: ${found:-none}, truth ${truth:-none}" ;;
    esac
done
all=$((scenarios * 16 * replications))
echo "$scenarios scenarios: $same the same, $near one step off, $far more; $runs runs of $all"
[ "$far" -eq 0 ] && [ $((same * 100)) -ge $((scenarios * 95)) ] && [ $((runs * 10)) -le "$all" ]
