#!/bin/sh
# install.sh - installs from Debian what clustersim needs, if something is missing.
# usage: scripts/install.sh [build | test]     (default: build)
# Works as root, or with sudo. Does nothing, and needs no network, if all packages are there.
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libgsl-dev libyaml-dev zlib1g-dev libsqlite3-dev gnuplot-nox"
test="$build git clang clang-format libcmocka-dev libclang-rt-14-dev valgrind binutils"

case "${1:-build}" in
build) want=$build ;;
test) want=$test ;;
*) echo "usage: scripts/install.sh [build | test]" >&2; exit 2 ;;
esac

missing=""
for package in $want; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" ||
        missing="$missing $package"
done
[ -n "$missing" ] || { echo "install: all packages are there"; exit 0; }

as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "install: run as root, or install sudo" >&2; exit 1; }
    as_root="sudo"
fi
echo "install: apt-get install$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
