#!/bin/sh
# check-docs.sh - runs the commands in README.md and docs, and compares what they print with what stands there.
# usage: scripts/check-docs.sh [--update] PROGRAM [FILE.md...]   (default: README.md, docs/*.md, examples/*/*.md)
# In blocks marked `console`, lines after `$ ` are commands; what follows is their output. Those that begin with
# scripts/ or git are not run. A line <!-- file: NAME --> puts the block after it into NAME first. All runs in a
# copy of examples/. --update writes the output into the files.
set -eu
update=""
[ "${1:-}" != --update ] || { update=yes; shift; }
program=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
root=$(pwd)
[ $# -gt 0 ] || set -- README.md $(ls docs/*.md examples/*/*.md 2>/dev/null)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/run"
ln -s "$program" "$work/bin/clustersim"
cp -r examples "$work/run/"
PATH="$work/bin:$PATH"
export PATH

bad=0
for doc in "$@"; do
    (cd "$work/run" && awk '
        /^<!-- file: .* -->$/ { file = $3 }
        /^```/ && !inside { inside = 1; console = ($0 == "```console"); keep = 1; into = file; file = ""; print; next }
        /^```/ { inside = 0; console = 0; if (into != "") close(into); into = ""; print; next }
        console && /^\$ / {
            print
            command = substr($0, 3)
            keep = command ~ /^(scripts\/|git )/
            if (!keep) {
                command = "{ " command "; } 2>&1 </dev/null"
                while ((command | getline line) > 0) print line
                close(command)
            }
            next
        }
        inside && into != "" { print > into }
        !console || keep { print }' "$root/$doc") >"$work/new.md"
    if [ -n "$update" ]; then
        cmp -s "$work/new.md" "$doc" || { cp "$work/new.md" "$doc"; echo "updated $doc"; }
    elif ! diff -u "$doc" "$work/new.md"; then
        bad=1
        echo "$doc: the commands print something else; scripts/check-docs.sh --update PROGRAM writes it" >&2
    fi
done
exit $bad
