#!/bin/sh
# gate-alarms.sh [BINARY [SEEDS]]: how often the gate (--baseline) refuses what did not get worse, and passes what did.
# Prints how many of 200 seeds it refuses: the same scenario; a change that alters all luck and nothing else (the same
# seed, and another one); 10 % more jobs. Fails if more than 5 % of the harmless ones are refused. Takes a few minutes.
set -eu
binary=${1:-build/release/clustersim}
seeds=${2:-200}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

scenario() { # name of the source, rate
    cat <<END
clustersim: 1
name: gate
cluster: {pools: [{name: p, machine: Standard_ND96isr_H100_v5, count: 1}]}
workload:
  - generate: {name: $1, arrivals: {process: poisson, rate: $2}, gpus: 8, duration: {exponential: {mean: 4m}}, until: 3d}
policies: [fifo, sjf]
run: {warm_up: 6h}
outputs: [summary]
END
}
scenario base 10.5/h > "$dir/base.yaml"
scenario renamed 10.5/h > "$dir/renamed.yaml"
scenario base 11.55/h > "$dir/worse.yaml"

refused() { # scenario, seed
    code=0
    "$binary" compare "$dir/$1.yaml" --baseline "$dir/before" --seed "$2" --quiet --no-plots --out "$dir/now" > "$dir/said" 2>&1 || code=$?
    [ "$code" -le 1 ] || { cat "$dir/said" >&2; exit 1; }
    echo "$code"
}
same=0 paired=0 apart=0 worse=0 seed=0
while [ "$seed" -lt "$seeds" ]; do
    seed=$((seed + 1))
    "$binary" compare "$dir/base.yaml" --replications 20 --seed "$seed" --quiet --no-plots --out "$dir/before"
    same=$((same + $(refused base "$seed")))
    paired=$((paired + $(refused renamed "$seed")))
    apart=$((apart + $(refused base $((seed + 100000)))))
    worse=$((worse + $(refused worse "$seed")))
done
echo "of $seeds seeds refused: $same the same, $paired other luck, $apart another seed, $worse 10 % more jobs"
[ $((20 * same)) -le "$seeds" ] && [ $((20 * paired)) -le "$seeds" ] && [ $((20 * apart)) -le "$seeds" ]
