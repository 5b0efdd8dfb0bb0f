#!/usr/bin/env bash
# tools/setup.sh on machines that are faked through PATH: what it installs, what it says, and what it leaves alone.
set -u
setup=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# machine: a fresh checkout with a package list of its own, and fakes that write down how they were called.
machine() {
  rm -rf "${work:?}"/*
  mkdir -p "$work/tree/tools" "$work/bin"
  cp "$setup/setup.sh" "$work/tree/tools/"
  printf 'run: g++ cmake libone-dev\ntest: libtwo-dev\n' >"$work/tree/tools/packages.txt"
  printf 'ID=debian\n' >"$work/os-release"
  : >"$work/calls"
  fake dpkg-query "echo dpkg-query >>$work/calls
    for p in \"\$@\"; do case \$p in -*) ;; *) grep -x \"installed \$p\" $work/installed ;; esac; done; exit 1"
  fake apt-get "echo apt-get \$DEBIAN_FRONTEND \"\$@\" >>$work/calls
    for p in \"\$@\"; do echo \"installed \$p\" >>$work/installed; done"
  fake sudo "echo sudo \"\$@\" >>$work/calls; \"\$@\""
  printf 'installed %s\n' "$@" >"$work/installed"
}

fake() {
  printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}

# call UID COMMAND...: in a bash that has sourced this tree's setup.sh; output to $work/out and $work/err.
call() {
  local uid=$1
  shift
  PATH=${path-$work/bin:/usr/bin:/bin} NEURODE_UID=$uid NEURODE_OS_RELEASE=$work/os-release \
    bash -uc 'source "$1/tools/setup.sh"; shift; "$@"' bash "$work/tree" "$@" \
    >"$work/out" 2>"$work/err" </dev/null
}

fault() {
  failures=$((failures + 1))
  printf 'line %s: %s\n--- out\n%s\n--- err\n%s\n--- calls\n%s\n' "${BASH_LINENO[1]}" "$*" \
    "$(<"$work/out")" "$(<"$work/err")" "$(<"$work/calls")"
}
expect() { "$@" || fault "does not hold: $*"; }
has() { grep -qF -- "$2" "$work/$1"; }
lacks() { ! has "$@"; }
silent() { [[ ! -s $work/out && ! -s $work/err ]]; }

# One package is missing, and one is not root: it is named and installed through sudo, the lists updated before.
machine g++ cmake
expect call 1000 need_packages run
expect has err "installing missing Debian packages: libone-dev"
expect has calls "sudo env DEBIAN_FRONTEND=noninteractive apt-get"
expect has calls "apt-get noninteractive"
expect [ "$(grep -c '^apt-get.* update' "$work/calls")" = 1 ]
expect grep -qE '^apt-get.* install -y --no-install-recommends libone-dev$' "$work/calls"
expect lacks calls cmake
expect [ ! -s "$work/out" ]

# The second time: no word, and not even a look.
: >"$work/calls"
expect call 1000 need_packages run
expect silent
expect [ ! -s "$work/calls" ]

# Another group, or a list that has changed, is looked at again.
expect call 1000 need_packages run test
expect has err "installing missing Debian packages: libtwo-dev"
: >"$work/calls"
sed -i 's/^run: /&libthree-dev /' "$work/tree/tools/packages.txt"
expect call 1000 need_packages run
expect grep -qE 'install -y --no-install-recommends libthree-dev$' "$work/calls"

# A failed build makes it look again.
: >"$work/calls"
expect call 1000 forget_packages
expect call 1000 need_packages run
expect [ "$(cat "$work/calls")" = dpkg-query ]

# Nothing is missing: nothing is called but dpkg-query.
machine g++ cmake libone-dev
expect call 1000 need_packages run
expect silent
expect [ "$(cat "$work/calls")" = dpkg-query ]

# A package that was removed but left its configuration is missing.
machine g++ cmake
echo "config-files libone-dev" >>"$work/installed"
expect call 1000 need_packages run
expect has err "missing Debian packages: libone-dev"

# Root needs no sudo.
machine g++
expect call 0 need_packages run
expect has calls "install -y --no-install-recommends cmake libone-dev"
expect lacks calls sudo

# Neither root nor sudo: says what to do, and fails.
machine g++ cmake
rm "$work/bin/sudo"
mkdir "$work/tools"
for tool in bash grep sed dirname readlink mkdir cat env rm; do ln -s "$(command -v "$tool")" "$work/tools/$tool"; done
path=$work/bin:$work/tools
expect eval '! call 1000 need_packages run'
expect has err "apt-get install --no-install-recommends libone-dev"
expect lacks calls apt-get
unset path

# apt-get fails: its output is shown, and the next time it is tried again.
machine g++ cmake
fake apt-get 'echo "E: Unable to locate package libone-dev"; exit 100'
expect eval '! call 0 need_packages run'
expect has err "E: Unable to locate package libone-dev"
expect has err "Could not install: libone-dev"
expect eval '! call 0 need_packages run'

# Not Debian: lists what is needed and goes on where the tools are there; says which tool is not.
machine g++
printf 'ID=fedora\n' >"$work/os-release"
for tool in c++ cmake ninja; do fake "$tool" true; done
expect call 1000 need_packages run
expect has err "This is not Debian"
expect has err "g++ cmake libone-dev"
expect [ ! -s "$work/calls" ]
machine g++
printf 'ID=fedora\n' >"$work/os-release"
mkdir "$work/tools"
for tool in bash grep sed dirname readlink mkdir cat env rm; do ln -s "$(command -v "$tool")" "$work/tools/$tool"; done
path=$work/bin:$work/tools
expect eval '! call 1000 need_packages run'
expect has err '"c++" is not in PATH'
unset path

# A group that the list does not have is an error of ours, not an empty list.
machine g++
expect eval '! call 0 need_packages runn'
expect has err 'no group "runn"'

# run_quietly: nothing of what went well, all of what failed, and its exit status.
expect call 0 run_quietly "$work/log" sh -c 'echo fine'
expect silent
call 0 run_quietly "$work/log" sh -c 'echo bad; exit 7'
expect [ $? = 7 ]
expect has err bad

# build_jobs: at least one, at most the processors.
call 0 build_jobs
expect [ "$(cat "$work/out")" -ge 1 ]
expect [ "$(cat "$work/out")" -le "$(nproc)" ]

((failures == 0)) && echo "tools/setup.sh: as expected"
exit $((failures > 0))
