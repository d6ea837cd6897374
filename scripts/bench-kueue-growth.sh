#!/bin/sh
# bench-kueue-growth.sh - what Kueue's decisions cost as queues, preemptions and nodes grow. Builds the release preset.
# usage: scripts/bench-kueue-growth.sh
# Seconds are user and system time of the fastest of three runs on one core.
set -eu
cd "$(dirname "$0")/.."
cmake --preset release >/dev/null
cmake --build --preset release --target clustersim >/dev/null
program=$(realpath build/release/clustersim)
scripts=$(realpath scripts)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# seconds SCENARIO [TIMES]: of one run; the clock is coarse, so a short one is run many times
seconds() {
    for _ in 1 2 3; do
        { time -p sh -c 'for _ in $(seq "$1"); do "$2" run "$3" --policy kueue --out out --quiet --no-plots; done' sh "${2:-1}" "$program" "$1" >&2; } 2>&1 |
            awk -v times="${2:-1}" '/^(user|sys)/ { s += $2 } /error/ { print > "/dev/stderr" } END { print s / times }'
    done | sort -n | head -1
}

# count METRIC STATISTIC: of the last run
count() {
    awk -F, -v metric="$1" -v statistic="$2" '$2 == "" && $4 == metric && $5 == statistic { print $6 }' out/summary.csv
}

# tail of a scenario
rest() { echo 'policies: [{name: kueue, kueue: {objects: [objects.yaml], termination: 0s}}]'; echo "outputs: [jobs, summary]"; }

echo "Pending workloads of three classes in one ClusterQueue, quota for a hundred CPUs:"
"$scripts/kueue-performance.sh" baseline one >/dev/null
awk 'BEGIN { RS = "---\n"; ORS = "---\n" } /cq-0-0/ || /ResourceFlavor/' one/objects.yaml | sed 's/nominalQuota: 20/nominalQuota: 100/; s/borrowingLimit: 100//; $d' >objects.yaml
for n in 1000 10000 100000; do
    awk -v n=$n 'BEGIN { print "submit_s,run_s,cpus,tasks,priority,queue,namespace"
        for (i = 0; i < n; i++) print "0,1," 1 + 2 * (i % 3) ",1," i % 3 ",cq-0-0,cq-0-0" }' >jobs.csv
    { echo "{clustersim: 1, name: pending, workload: [{csv: jobs.csv}],"; rest | sed 's/$/,/'; echo "}"; } >s.yaml
    s=$(seconds s.yaml $((100000 / n)))
    echo "$n $s $(count makespan mean)" | awk '{ printf "  %6d workloads %8.3f s %6.1f us each; all done after %d simulated seconds\n", $1, $2, $2 / $1 * 1e6, $3 }'
done

echo "1,000 ClusterQueues, 10,000 workloads with quota, ten heads that preempt a hundred of them:"
"$scripts/kueue-performance.sh" large-scale large >/dev/null
cp large/objects.yaml objects.yaml
for waves in 0 500; do
    awk -v waves=$waves 'BEGIN { print "submit_s,run_s,cpus,tasks,priority,queue,namespace"
        for (q = 0; q < 100; q++) for (c = 0; c < 10; c++) for (i = 0; i < 10; i++)
            print "0,1000000,2,1,50,cq-" q "-" c ",cq-" q "-" c
        for (w = 0; w < waves; w++) for (c = 0; c < 10; c++)
            print 100 + 10 * w ",1,20,1,200,cq-" (7 * w + 13 * c) % 100 "-" c ",cq-" (7 * w + 13 * c) % 100 "-" c }' >jobs.csv
    { echo "{clustersim: 1, name: waves, run: {until: 3h}, workload: [{csv: jobs.csv}],"; rest | sed 's/$/,/'; echo "}"; } >s.yaml
    s=$(seconds s.yaml)
    [ $waves = 0 ] && none=$s || echo "$s $none $waves $(count preemptions sum)" |
        awk '{ printf "  %d times: %.2f ms each, with the readmission of all victims; %d evictions\n", $3, ($1 - $2) / $3 * 1e3, $4 }'
done

echo "Places by topology on 10,000 nodes, one job of two to eight pods after the other:"
"$scripts/kueue-performance.sh" tas . 10
sed -E 's/between: [0-9]+ms, batch: 30/between: 10s, batch: 1/; s/count: 64/count: 1000/; s/^outputs:.*/outputs: [summary]/; s/^sample:.*/sample: 1d/' scenario.yaml >calm.yaml
sed -E 's/jobs: [0-9]+/jobs: 1/' calm.yaml >start.yaml
none=$(seconds start.yaml)
s=$(seconds calm.yaml)
echo "$s $none $(count jobs count)" | awk '{ printf "  %d jobs: %.2f ms each, kube-scheduler included\n", $3, ($1 - $2) / ($3 - 9) * 1e3 }'
