#!/bin/sh
# check-symbols.sh - libraries may not end the process, read the clock or the environment, print, or
# hold mutable globals: seen on the object files.
# usage: scripts/check-symbols.sh BUILD_DIR   (a debug build without sanitizers)
set -eu
cd "$1"

# The exception: check.c aborts.
bad=$(for lib in sim models policies workloads results; do
    [ -f "$lib/lib$lib.a" ] || continue
    objdump -t "$lib/lib$lib.a" | awk -v lib="$lib" '
    /file format/ { object = $1; sub(/:$/, "", object); next }
    / \*UND\*/ && $NF ~ /^(exit|_exit|_Exit|quick_exit|abort|s?rand|random|drand48|time|clock|clock_gettime|gettimeofday|getenv|secure_getenv|printf|puts|putchar|gsl_rng_env_setup)$/ {
        if (!(object == "check.c.o" && $NF == "abort"))
            print lib "/" object ": may not call " $NF
    }
    / O \.(data|bss|tbss|tdata)[ \t]/ || / \*COM\*/ { print lib "/" object ": mutable global " $NF }'
done)
[ -z "$bad" ] || { echo "$bad"; exit 1; }
