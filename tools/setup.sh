# Shared by tools/run, tools/test and .ci/run: finds and installs Debian packages, configures, builds. Sourced, by bash.
# Everything here speaks on standard error: standard output belongs to the program that is run.

neurode_root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
neurode_packages_file=$neurode_root/tools/packages.txt
neurode_os_release=${NEURODE_OS_RELEASE:-/etc/os-release}   # another file in the tests of this one

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# packages_of GROUP...: the packages of these groups, on one line.
packages_of() {
  local group line words=()
  for group in "$@"; do
    line=$(sed -n "s/^$group: *//p" "$neurode_packages_file")
    [[ -n $line ]] || die "tools/packages.txt has no group \"$group\""
    words+=("$line")
  done
  printf '%s\n' "${words[*]}"
}

# missing_packages PACKAGE...: those that are not installed, on one line.
missing_packages() {
  local installed package missing=()
  # dpkg-query exits with 1 as soon as one is unknown; what it does know is still printed.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF -- "installed $package" <<<"$installed" || missing+=("$package")
  done
  printf '%s\n' "${missing[*]}"
}

on_debian() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null &&
    grep -qE '^ID(_LIKE)?=.*debian' "$neurode_os_release" 2>/dev/null
}

# run_quietly LOG COMMAND...: shows what the command printed only if it fails.
run_quietly() {
  local log=$1 status=0
  shift
  "$@" </dev/null >"$log" 2>&1 || status=$?
  if ((status != 0)); then
    cat "$log" >&2
    say "failed (exit status $status): $*"
  fi
  return "$status"
}

# install_packages PACKAGE...: by apt-get, as root or through sudo.
install_packages() {
  local as_root=() log=$neurode_root/build/apt.log
  if ((${NEURODE_UID:-$EUID} != 0)); then
    if ! command -v sudo >/dev/null; then
      say "Not root, and there is no sudo. As root, run:"
      die "  apt-get update && apt-get install --no-install-recommends $*"
    fi
    as_root=(sudo)
  fi
  # sudo drops the environment, so the variable is set behind it. Another apt at work is waited for.
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  run_quietly "$log" "${apt[@]}" update || say "apt-get update failed; trying with the package lists that are here"
  run_quietly "$log" "${apt[@]}" install -y --no-install-recommends "$@" ||
    die "Could not install: $*"
}

# need_packages GROUP...: installs what is missing. A stamp in build/, holding the list itself, spares the next check.
need_packages() {
  local packages missing stamp
  packages=$(packages_of "$@") || exit 1
  stamp=$neurode_root/build/packages-$(IFS=-; printf '%s' "$*").stamp
  [[ -r $stamp && $(<"$stamp") == "$packages" ]] && return 0
  mkdir -p "$neurode_root/build"
  if on_debian; then
    missing=$(missing_packages $packages)
    if [[ -n $missing ]]; then
      say "installing missing Debian packages: $missing"
      install_packages $missing
    fi
  else
    say "This is not Debian, so nothing is installed for you. neurode needs what these Debian 12 packages hold:"
    say "  $packages"
    local tool
    for tool in c++ cmake ninja; do
      command -v "$tool" >/dev/null || die "\"$tool\" is not in PATH; install it and try again."
    done
  fi
  printf '%s\n' "$packages" >"$stamp"
}

# A failed build may mean that a package was removed since: look at them again the next time.
forget_packages() { rm -f "$neurode_root"/build/packages-*.stamp; }

# build_jobs: as many compilers as there are processors, but no more than memory allows (about 1.2 GB each).
build_jobs() {
  local processors memory_kb jobs
  processors=$(nproc 2>/dev/null || echo 1)
  memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null)
  jobs=$((${memory_kb:-8000000} / 1200000))
  ((jobs < 1)) && jobs=1
  ((jobs > processors)) && jobs=$processors
  printf '%s\n' "$jobs"
}

# configure PRESET: makes build/PRESET, if it is not there, or was made for a checkout that has since moved or by a preset
# that has since changed (its compiler, say, which a build folder never changes by itself).
configure() {
  local build=$neurode_root/build/$1 cache=$neurode_root/build/$1/CMakeCache.txt fresh=()
  if [[ -f $build/build.ninja && -f $cache && ! $neurode_root/CMakePresets.json -nt $cache ]]; then
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$neurode_root" "$cache" && return 0
  fi
  [[ -f $cache ]] && fresh=(--fresh)
  mkdir -p "$build"
  run_quietly "$build/configure.log" cmake -S "$neurode_root" --preset "$1" "${fresh[@]}" || {
    forget_packages
    return 1
  }
}

# say_after SECONDS WORDS: waits without a child process, which would outlive it and hold the caller's pipes open.
say_after() {
  local never
  exec 9>&- {never}<> <(:)
  read -r -t "$1" -u "$never" || say "$2"
}

# build PRESET TARGET: quiet; says what it does when that takes long enough for one to wonder.
build() {
  local build=$neurode_root/build/$1 log=$neurode_root/build/$1/build.log notice= status=0
  if [[ -x $build/neurode ]]; then
    say_after 1.5 "building neurode" &
    notice=$!
  else
    say "building neurode (first time takes some minutes)"
  fi
  ninja -C "$build" -j "$(build_jobs)" "$2" </dev/null >"$log" 2>&1 || status=$?
  if [[ -n $notice ]]; then
    kill "$notice" 2>/dev/null
    wait "$notice" 2>/dev/null
  fi
  if ((status != 0)); then
    forget_packages
    grep -vE '^\[[0-9]+/[0-9]+\]|^ninja: Entering' "$log" >&2
    say "The build failed; all of its output is in ${log#"$PWD/"}"
  fi
  return "$status"
}

# locked COMMAND...: one set-up at a time in this checkout; a second tools/run waits for the first.
locked() {
  mkdir -p "$neurode_root/build"
  exec 9>"$neurode_root/build/.lock"
  flock 9 2>/dev/null || true
  "$@"
  local status=$?
  exec 9>&-   # what is run next must not inherit the lock
  return "$status"
}
