#!/usr/bin/env bash
# valgrind.sh NEURODE: starts the program in each of a few ways under valgrind's memcheck. Nothing may be read before it
# is written, no memory used that is not there, none lost. Exit status 77, which ctest shows as skipped, where the
# program was compiled for instructions that valgrind does not know (Debian 12's knows no AVX-512).
set -uo pipefail
neurode=$(readlink -f "$1")
scenarios=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../scenarios" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export OMP_NUM_THREADS=1

if ! command -v valgrind >/dev/null; then
  echo "valgrind is not in PATH. On Debian 12: apt-get install valgrind"
  exit 1
fi

checked() {
  local status=0
  echo "+ neurode $*"
  valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
    --log-file=report "$neurode" "$@" </dev/null >out 2>&1 || status=$?
  if grep -q 'Illegal opcode' report && "$neurode" "$@" </dev/null >out 2>&1; then  # it is valgrind that knows it not
    echo "Skipped: this program is compiled for this machine's processor, and $(valgrind --version) does not know all of"
    echo "its instructions. The build of \"tools/test --coverage\" is for any x86-64 processor, and runs this test."
    exit 77
  fi
  if ((status != 0)); then
    cat out report
    echo "exit status $status"
    exit 1
  fi
}

checked --version
checked list models
checked check "$scenarios/xor_coupled.toml"
checked run "$scenarios/xor_coupled.toml" --set time.end=1 -o result.h5
checked info result.h5
[[ -s result.h5 ]]
