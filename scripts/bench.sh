#!/bin/sh
# bench.sh - how fast the program is, and how that grows. Builds the release preset and prints a table.
# usage: scripts/bench.sh [JOBS]      (default: 10000000 jobs in the longest run)
# Run it on an idle machine; all runs use one core. Needs GNU time (apt-get install time). Logs of
# ../shared/traces are replayed where they are present.
set -eu
cd "$(dirname "$0")/.."
jobs=${1:-10000000}
command -v /usr/bin/time >/dev/null || { echo "bench: GNU time is missing: apt-get install time" >&2; exit 1; }
cmake --preset release >/dev/null
cmake --build --preset release --target clustersim >/dev/null
program=$(pwd)/build/release/clustersim
shared=$(realpath "${CLUSTERSIM_SHARED:-../shared}" 2>/dev/null || true)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# scenario NODES JOBS: jobs of 1, 2, 4 and 8 GPUs, an hour long in the mean, at a load of 0.97
scenario() {
    cat <<X
clustersim: 1
name: bench
cluster:
  pools: [{name: n, machine: Standard_ND96isr_H100_v5, count: $1}]
workload:
  - generate:
      name: j
      arrivals: {process: poisson, rate: $(awk "BEGIN {print 0.97 * 8 * $1 / 3.75}")/h}
      gpus: {values: [1, 2, 4, 8], weights: [1, 1, 1, 1]}
      duration: {exponential: {mean: 1h}}
      jobs: $2
policies: [fifo]
outputs: [jobs]
sample: 1d
X
}

# row NAME JOBS SCENARIO TARGET: the fastest of three runs; TARGET is where jobs.csv goes
row() {
    rm -rf out
    mkdir out
    [ "$4" = file ] || ln -s /dev/null out/jobs.csv
    for _ in 1 2 3; do
        /usr/bin/time -a -o "$work/times" -f "%U %S %M" "$program" run "$3" --out out --quiet --no-plots
    done
    sort -n "$work/times" | head -1 | awk -v name="$1" -v jobs="$2" '{
        s = $1 + $2
        printf "%-44s %8.2f s %8.2f us/job %8.2f million jobs/s %7.1f MB\n", name, s, s / jobs * 1e6, jobs / s / 1e6, $3 / 1024 }'
    rm "$work/times"
}

# log NAME LOG PROCESSORS: a log under EASY, from the .gz to jobs.csv
log() {
    [ -r "$shared/traces/swf/$2" ] || { echo "$1: no $2 in $shared/traces/swf, skipped"; return 0; }
    echo "machines: [{name: all, vcpus: $3, memory: 1TiB}]" >machine.yaml
    cat >log.yaml <<X
clustersim: 1
name: log
cluster: {machines: [machine.yaml], pools: [{name: all, machine: all}]}
workload: [{swf: $shared/traces/swf/$2, as: {processor: cpu}}]
policies: [easy]
outputs: [jobs]
X
    row "$1" "$4" log.yaml file
}

scenario 1000 "$jobs" >long.yaml
"$program" run long.yaml --out wait --quiet --no-plots >/dev/null
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "wait_s") w = i }
         NR > 1 { sum += $w } END { printf "mean wait of the run below: %.1f minutes\n", sum / (NR - 1) / 60 }' wait/jobs.csv
rm -rf wait
row "fifo, 1,000 nodes, jobs.csv to /dev/null" "$jobs" long.yaml null
row "fifo, 1,000 nodes, jobs.csv to a file" "$jobs" long.yaml file
for n in 100000 1000000; do
    scenario 1000 "$n" >s.yaml
    row "fifo, 1,000 nodes, $n jobs" "$n" s.yaml null
done
for n in 100 10000; do
    scenario "$n" 1000000 >s.yaml
    row "fifo, $n nodes, 1000000 jobs" 1000000 s.yaml null
done
log "EASY on KTH-SP2 (28,489 jobs)" KTH-SP2-predictsim.swf.gz 100 28489
log "EASY on CEA-Curie (298,092 jobs)" CEA-Curie-2011-2.1-cln.swf.gz 80640 298092
