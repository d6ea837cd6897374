#!/bin/sh
# random-kueue.sh - random small clusters under Kueue, with everything recomputed at every step.
#
# usage: scripts/random-kueue.sh [SITES [FIRST [PRESET]]]     1000000 from site 0 on, debug
#
# Each site has four ClusterQueues in two cohorts, fourteen workloads and 120 steps of events and
# edits. Checked: usage added up from scratch equals the incremental one; nobody is evicted for a
# preemptor that fits without that, or whom its policies spare; nobody gets more than the limits of
# its ClusterQueue and cohort. A site depends on its number alone: one that fails is run again by
# scripts/random-kueue.sh 1 NUMBER. The number of every thousandth is written.
set -eu
cd "$(dirname "$0")/.."
preset=${3:-debug}
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" --target test_kueue_random >/dev/null
exec "build/$preset/tests/test_kueue_random" "${1:-1000000}" "${2:-0}"
