#!/bin/sh
# check-headers.sh - every header compiles alone, and twice.
# usage: scripts/check-headers.sh BUILD_DIR   (from the repository root)
set -eu
flags="-std=c17 -D_POSIX_C_SOURCE=200809L -I. -I$1/generated -fsyntax-only -Wall -Wextra -Werror"
flags="$flags -Wno-unused-function $(pkg-config --cflags gsl yaml-0.1 cmocka) -x c -"
bad=0
for header in $(git ls-files '*.h'); do
    # shellcheck disable=SC2086
    printf '#include "%s"\n#include "%s"\nextern int only_this;\n' "$header" "$header" |
        ${CC:-gcc} $flags || { echo "$header does not compile alone"; bad=1; }
done
exit $bad
