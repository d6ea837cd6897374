#!/bin/sh
# bench-kueue.sh - Kueue's own performance tests: how long they take here, and what comes out beside what Kueue's CI published.
# usage: scripts/bench-kueue.sh [BINARY [PART [TEST ...]]]
# Without BINARY the release preset is built and the fastest of three runs counts. PART n runs the n-th part of the jobs. Prints the table of docs/KUEUE-PERFORMANCE.md; fails if
# a job does not finish, if a class does not wait longer than the one above it, if quotas are used less than Kueue demands (but for tas, see
# there), or if the time with 50 writes per second is more than 20 % off (the last two with all jobs only).
set -eu
cd "$(dirname "$0")/.."
program=${1:-} part=${2:-1} runs=1
if [ -z "$program" ]; then
    runs=3
    cmake --preset release >/dev/null
    cmake --build --preset release --target clustersim >/dev/null
    program=build/release/clustersim
fi
program=$(realpath "$program")
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- baseline large-scale tas
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# published TEST: wall time, least usage in %, mean usage, mean time to admission of large, medium and small, in seconds. Of tas, the means
# over its three kinds of each class.
published() {
    case $1 in
    baseline) echo 351.1 50 55.9 16.5 76.8 215.5 ;;
    large-scale) echo 1179.4 31.6 38.6 105.6 256.4 700.4 ;;
    tas) echo 401.5 57 62.4 39.0 106.6 243.6 ;;
    esac
}

# look TEST POLICY TIMES: from the results in $work/out, and complains
look() {
    awk -F, -v test="$1" -v policy="$2" -v part="$part" -v published="$(published "$1")" -v times="$3" '
    FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; next }
    FILENAME ~ /jobs.csv$/ {
        class = $at["name"]; sub(/-.*/, "", class)
        n[class]++; all++
        if ($at["state"] != "ended" || $at["cause"] != "done") { bad++; next }
        wait[class] += $at["admit_s"] - $at["submit_s"]
        if ($at["end_s"] > wall) wall = $at["end_s"]
        used += cpus(class) * ($at["end_s"] - $at["admit_s"])
        evictions += $at["preemptions"]
        next
    }
    $at["resource"] == "cpu" { nominal += $at["nominal"]; taken += $at["used"]; queues[$at["queue"]] = 1 }
    function cpus(class) { return class == "large" ? 20 : class == "medium" ? 5 : 1 }
    function mean(class) { return wait[class] / n[class] }
    function complain(text) { print "bench-kueue: " test ", " policy ": " text > "/dev/stderr"; failed = 1 }
    END {
        split(published, p, " ")
        for (q in queues) len++
        # Quota that is taken but not used yet counts for Kueue; without a control plane there is none, and steps of a second are too coarse.
        usage = policy == "kueue" ? 100 * used / (20 * len * wall) : 100 * taken / nominal
        if (bad > 0) complain(bad " of " all " jobs did not finish")
        if (mean("large") >= mean("medium") || mean("medium") >= mean("small")) complain("a class waits no longer than the one above it")
        if (part == 1 && policy == "kueue" && test != "tas" && usage < p[2]) complain(usage " % of the quotas are used, " p[2] " demanded")
        if (part == 1 && policy != "kueue" && (wall < 0.8 * p[1] || wall > 1.2 * p[1])) complain(wall " s, published " p[1] " s")
        printf "| %s | %s | %d | %.1f | %.1f | %.1f | %.1f | %.1f | %d | %s |\n", test, policy, all, wall, usage, mean("large"), mean("medium"), mean("small"), evictions, times
        exit failed
    }' "$work/out/jobs.csv" "$work/out/queues.csv"
}

# run TEST POLICY: $best is user and system time of the fastest run
run() {
    best=
    for _ in $(seq $runs); do
        rm -rf "$work/out"
        t=$( { time -p "$program" run "$work/$1/scenario.yaml" --policy "$2" --out "$work/out" --quiet --no-plots >&2; } 2>&1 |
            awk '/^(user|sys)/ { s += $2 } END { printf "%.2f", s }')
        best=$(printf '%s\n%s\n' "$best" "$t" | awk 'NF' | sort -n | head -1)
    done
}

status=0
echo "| test | policy | jobs | wall, s | usage, % | large, s | medium, s | small, s | evictions | computed in, s |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for test in "$@"; do
    scripts/kueue-performance.sh "$test" "$work/$test" "$part"
    # shellcheck disable=SC2046
    [ "$part" != 1 ] || printf '| %s | published |  | %s | %s | %s | %s | %s |  |  |\n' "$test" $(published "$test" | cut -d' ' -f1,3-)
    for policy in kueue kueue-50qps; do
        run "$test" "$policy"
        look "$test" "$policy" "$best" || status=1
    done
done
exit $status
