#!/usr/bin/env bash
# run.sh install|subdirectory SOURCE BUILD WORK [CMAKE OPTIONS]: builds the consumer against what BUILD installs, or
# with SOURCE as a subfolder, in the folder WORK (made anew), and runs it.
set -euo pipefail
mode=$1 source=$2 build=$3 work=$4
shift 4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rm -rf "$work"
mkdir -p "$work"
options=(-G Ninja "$@")
case $mode in
  install)
    cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
    "$work/prefix/bin/neurode" --version
    [[ -f $work/prefix/share/neurode/python/neurode/plot/__main__.py ]]  # what neurode plot starts
    # What only the library's own sources include, its user must not need.
    options+=(-DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
    for package in Boost tomlplusplus CLI11 doctest; do options+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON"); done
    if grep -rn --include='*.cmake' -F "$source" "$work/prefix"; then
      echo "The installed package names the source folder."
      exit 1
    fi
    ;;
  subdirectory) options+=(-DNEURODE_SOURCE="$source") ;;
  *) echo "no mode \"$mode\""; exit 2 ;;
esac
cmake -S "$here" -B "$work/build" "${options[@]}"
cmake --build "$work/build" --target consumer -j 2
"$work/build/consumer"
