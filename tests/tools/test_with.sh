#!/usr/bin/env bash
# tests/python/with.sh: which interpreter it takes, and what it does where none has the modules.
set -u
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS WORDS COMMAND...: its exit status, and words in what it prints.
expect() {
  local status=$1 words=$2 found=0
  shift 2
  "$@" >"$work/out" 2>&1 || found=$?
  if ((found != status)) || ! grep -qF -- "$words" "$work/out"; then
    echo "expected status $status and \"$words\", found status $found of: $*"
    cat "$work/out"
    failures=$((failures + 1))
  fi
}

# A checkout of its own: with.sh makes its environment in build/.
mkdir -p "$work/tests/python"
cp "$root/tests/python/with.sh" "$work/tests/python/"
with=$work/tests/python/with.sh
unset NEURODE_PYTHON NEURODE_LONG_TESTS
echo 'import sys; print("ran", *sys.argv[1:])' >"$work/script.py"
printf '#!/bin/sh\ncase $1 in -c) exit 0 ;; *) echo chosen "$@" ;; esac\n' >"$work/python"
chmod +x "$work/python"

expect 0 "ran one two" "$with" json,sys "$work/script.py" one two
expect 1 "has the modules json, no_such_module. On Debian" "$with" json,no_such_module "$work/script.py"
expect 77 "Skipped: no python3" "$with" --or-skip no_such_module "$work/script.py"
expect 0 "ran" "$with" --or-skip json "$work/script.py"
expect 0 "chosen -B $work/script.py a" env NEURODE_PYTHON="$work/python" "$with" no_such_module "$work/script.py" a
expect 0 "ran" env NEURODE_PYTHON=/no/such/python "$with" json "$work/script.py"
[[ ! -e $work/build ]] || { echo "an environment was made without being asked for"; failures=$((failures + 1)); }
((failures == 0))
