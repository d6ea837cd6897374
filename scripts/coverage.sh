#!/bin/sh
# coverage.sh [BINARY [EXPERIMENTS]]: how often 95 % intervals of `run --replications 10` hold the true mean wait,
# of an M/M/8 queue (Erlang C) and of a queue with two classes, the first of which goes first (Cobham).
# Each experiment has a seed of its own. Prints shares; fails unless each is between 93.5 and 96.5 %. Takes minutes.
set -eu
binary=${1:-build/release/clustersim}
experiments=${2:-1000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat > "$dir/mmc.yaml" <<'END'
clustersim: 1
name: mmc
cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}
workload:
  - generate: {name: g, arrivals: {process: poisson, rate: 33.6/h}, gpus: 1, duration: {exponential: {mean: 10m}}, until: 5d}
policies: [fifo]
run: {warm_up: 12h}
outputs: [summary]
expect: [mean(wait) <= 1000d]
END
# The shortest estimate goes first: those of class `high` are all shorter than those of class `low`.
cat > "$dir/classes.yaml" <<'END'
clustersim: 1
name: classes
cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}
workload:
  - generate: {name: a, tenants: {high: 1}, arrivals: {process: poisson, rate: 12/h}, gpus: 8, duration: {exponential: {mean: 1m}}, limit: 30d, until: 8d}
  - generate: {name: b, tenants: {low: 1}, arrivals: {process: poisson, rate: 24/h}, gpus: 8, duration: {exponential: {mean: 1m}}, limit: 60d, until: 8d}
policies: [sjf]
run: {warm_up: 6h}
outputs: [summary]
expect: [mean(wait) of tenant high <= 1000d, mean(wait) of tenant low <= 1000d]
END

# "what lower upper" of each expectation, a line each
intervals() {
    "$binary" run "$dir/$1.yaml" --replications 10 --seed "$2" --format json --quiet --out "$dir/out" |
        awk -F'[:,]' '/"check":/ {what = $2} /"lower":/ {lower = $2} /"upper":/ && what != "" {print what, lower, $2; what = ""}'
}

for scenario in mmc classes; do
    seed=0
    while [ "$seed" -lt "$experiments" ]; do
        seed=$((seed + 1))
        intervals "$scenario" "$seed"
    done
done | sed 's/[" ]*//; s/ <= 1000d"//' | awk '
function erlang_c(c, a,  b, k) { # the probability to wait
    for (b = k = 1; k <= c; k++) b = a * b / (k + a * b)
    return b / (1 - a / c * (1 - b))
}
BEGIN {
    truth["mean(wait)"] = erlang_c(8, 5.6) * 600 / (8 - 5.6)
    w0 = 0.6 * 60 # load times the mean rest of a service
    truth["mean(wait) of tenant high"] = w0 / (1 - 0.2)
    truth["mean(wait) of tenant low"] = w0 / (1 - 0.2) / (1 - 0.6)
}
{
    upper = $NF; lower = $(NF - 1)
    what = $1
    for (i = 2; i < NF - 1; i++) what = what " " $i
    count[what]++
    held[what] += lower <= truth[what] && truth[what] <= upper
    width[what] += (upper - lower) / 2
}
END {
    for (what in truth) {
        share = count[what] > 0 ? 100 * held[what] / count[what] : 0
        bad += share < 93.5 || share > 96.5
        printf "%-26s true %8.3f s: %5.2f %% of %d intervals hold it; half width %.3f s\n", what, truth[what], share, count[what], width[what] / (count[what] > 0 ? count[what] : 1)
    }
    exit bad > 0
}'
