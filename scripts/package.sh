#!/bin/sh
# package.sh - makes build/package/clustersim_VERSION_ARCH.deb and shows what is in it.
set -eu
cd "$(dirname "$0")/.."
cmake -S . -B build/package -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF "$@" >/dev/null
cmake --build build/package >build/package.log 2>&1 || { cat build/package.log; exit 1; }
rm -f build/package/*.deb
(cd build/package && cpack -G DEB >cpack.log 2>&1) || { cat build/package/cpack.log; exit 1; }
deb=$(ls build/package/*.deb)
dpkg-deb --info "$deb"
dpkg-deb --contents "$deb"
echo "package: $deb"
