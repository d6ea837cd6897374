#!/bin/sh
# kueue-performance.sh - writes one of the performance tests of Kueue v0.20 (test/performance/scheduler) as a scenario.
# usage: scripts/kueue-performance.sh baseline|large-scale|tas FOLDER [PART]
# PART n: every queue gets the n-th part of its jobs. Every cohort x queue x class is a generator of its own, whose first job comes
# after the first interval. Two policies: `kueue`, where nothing takes time, and `kueue-50qps`, with Kueue's client of 50 writes per
# second. An evicted job gives its quota back at once, as in the test, which fakes the pods.
set -eu
[ $# -ge 2 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
config=$1 folder=$2 part=${3:-1}
mkdir -p "$folder"

# class, jobs of a queue, every, pods, cpus of a pod, priority, runs for, annotations
rack=cloud.provider.com/topology-rack
kueue=kueue.x-k8s.io/podset
slices() { echo "$kueue-slice-required-topology: $rack, $kueue-slice-size: \"$1\""; }
case $config in
baseline)
    cohorts=5 queues=6
    classes='small|350|100ms|1|1|50|200ms|
medium|100|500ms|1|5|100|500ms|
large|50|1200ms|1|20|200|1000ms|' ;;
large-scale)
    cohorts=10 queues=100
    classes='small|35|60ms|1|1|50|150ms|
medium|11|300ms|1|5|100|350ms|
large|4|700ms|1|20|200|700ms|' ;;
tas)
    cohorts=5 queues=6
    classes="small-required|120|100ms|2|0.5|50|200ms|$kueue-required-topology: $rack
small-preferred|120|100ms|2|0.5|50|200ms|$kueue-preferred-topology: $rack
small-balanced|110|100ms|2|0.5|50|200ms|$(slices 1)
medium-required|34|500ms|4|1.25|100|500ms|$kueue-required-topology: $rack
medium-preferred|33|500ms|4|1.25|100|500ms|$kueue-preferred-topology: $rack
medium-balanced|33|500ms|4|1.25|100|500ms|$(slices 2)
large-required|17|1200ms|8|2.5|200|1000ms|$kueue-required-topology: $rack
large-preferred|17|1200ms|8|2.5|200|1000ms|$kueue-preferred-topology: $rack
large-balanced|16|1200ms|8|2.5|200|1000ms|$(slices 4)" ;;
*) echo "kueue-performance: '$config': expected baseline, large-scale or tas" >&2; exit 2 ;;
esac

# each FORMAT: for every queue, with %s for its name three times and then its cohort
each() {
    awk -v cohorts=$cohorts -v queues=$queues -v format="$1" 'BEGIN {
        for (c = 0; c < cohorts; c++)
            for (q = 0; q < queues; q++) {
                name = "cq-" q "-" c
                printf format, name, name, name, name, c
            } }'
}

{
    flavor=rf more=
    [ "$config" != tas ] || flavor=tas-flavor more='nodeLabels: {cloud.provider.com/node-group: tas-node-group}, topologyName: default-topology'
    echo "{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: $flavor}, spec: {$more}}"
    [ "$config" != tas ] || cat <<X
---
apiVersion: kueue.x-k8s.io/v1beta2
kind: Topology
metadata: {name: default-topology}
spec: {levels: [{nodeLabel: cloud.provider.com/topology-block}, {nodeLabel: $rack}, {nodeLabel: kubernetes.io/hostname}]}
X
    each "---
{apiVersion: v1, kind: Namespace, metadata: {name: %s}}
---
{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: %s, namespace: %s}, spec: {clusterQueue: %s}}
"
    each "---
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: {name: %s}
spec:
  # %.0s%.0s%.0s
  cohortName: cohort-%s
  namespaceSelector: {}
  preemption: {reclaimWithinCohort: Any, withinClusterQueue: LowerPriority}
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{name: $flavor, resources: [{name: cpu, nominalQuota: 20, borrowingLimit: 100}]}]
" | sed '/^  # $/d'
} >"$folder/objects.yaml"

{
    cat <<X
# Written by scripts/kueue-performance.sh $config: Kueue's performance test of that name, $cohorts cohorts of $queues ClusterQueues.
clustersim: 1
name: kueue-$config
workload:
X
    shared="&queues {$(each '%s: 1, %.0s%.0s%.0s%.0s')}"
    echo "$classes" | while IFS='|' read -r class jobs every pods cpus priority runs annotations; do
        cat <<X
  - generate:
      name: $class
      tenants: $shared
      turns: true
      arrivals: {process: renewal, between: $every, batch: $((cohorts * queues))}
      tasks: $pods
      gpus_per_task: 0
      cpus: $cpus
      priority: $priority
      duration: $runs
      jobs: $((jobs / part * cohorts * queues))
X
        [ -z "$annotations" ] || echo "      annotations: {$annotations}"
        shared='*queues'
    done
    [ "$config" != tas ] || {
        printf 'cluster:\n  machines: [machines.yaml]\n  pools:\n'
        for i in 0 1 2 3 4 5 6 7 8 9; do
            echo "  - {name: r$i, machine: node, count: 64, labels: {cloud.provider.com/topology-block: b, $rack: r$i, cloud.provider.com/node-group: tas-node-group}}"
        done
        echo 'machines: [{name: node, vcpus: 96, memory: 256GiB}]' >"$folder/machines.yaml"
    }
    stack=
    [ "$config" != tas ] || stack='stack: [kueue, kube-scheduler], '
    cat <<X
policies:
  - {name: kueue, ${stack}kueue: {objects: [objects.yaml], termination: 0s}}
  - {name: kueue-50qps, ${stack}kueue: {objects: [objects.yaml], termination: 0s, control_plane: {qps: 50, burst: 100}}}
outputs: [jobs, queues, summary]
sample: $([ "$config" = large-scale ] && echo 10s || echo 100ms)
X
} >"$folder/scenario.yaml"
