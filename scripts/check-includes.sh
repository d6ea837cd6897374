#!/bin/sh
# check-includes.sh - fails if a folder includes a folder it may not know (DESIGN.md).
# usage: scripts/check-includes.sh   (from the repository root)
set -eu

# folder: what it may include. sim/cli is the only one that knows all.
allowed='
sim       sim
models    models sim
workloads workloads models sim
policies  policies models sim
results   results models sim
cli       sim models policies workloads results
tests     tests sim models workloads policies results
'

complain() {
    for file in $(git ls-files '*.c' '*.h'); do
        case $file in
        sim/cli/*) from=cli ;;
        *) from=${file%%/*} ;;
        esac
        may=$(printf '%s\n' "$allowed" | awk -v f="$from" '$1 == f { $1 = ""; print }')
        awk -F'"' '/^#include "/ { print NR, $2 }' "$file" | while read -r line path; do
            to=${path%%/*}
            case " $may " in
            *" $to "*) ;;
            *) echo "$file:$line: $from may not include $to/ (only:$may)" ;;
            esac
            case $path in
            *.c) echo "$file:$line: a .c file is included" ;;
            sim/cli/*) [ "$from" = cli ] || echo "$file:$line: nobody may include sim/cli/" ;;
            policies/*/*)
                # A scheduler knows itself and placement/, and no other scheduler.
                mine=$(printf '%s' "$file" | cut -d/ -f2)
                theirs=$(printf '%s' "$path" | cut -d/ -f2)
                [ "$from" != policies ] || [ "$theirs" = "$mine" ] || [ "$theirs" = placement ] ||
                    echo "$file:$line: a scheduler may not include another one: $path"
                ;;
            esac
        done
    done
}

bad=$(complain)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
