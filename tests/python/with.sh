#!/usr/bin/env bash
# with.sh [--or-skip] MODULE,... SCRIPT [ARGUMENTS]: runs a Python script with the first interpreter (3.11 or newer) that
# has these modules: $NEURODE_PYTHON, python3 (which may be one that Debian's packages do not reach), /usr/bin/python3.
#
# --or-skip is for modules that are on PyPI only: exit status 77, which ctest shows as skipped, where no interpreter has
# them. With NEURODE_LONG_TESTS=1 a virtual environment in build/ is tried last, made by pip where need be.
set -u
optional=
if [[ $1 == --or-skip ]]; then
  optional=1
  shift
fi
modules=$1
shift

has_modules() {
  "$1" -c '
import importlib.util, sys
sys.exit(sys.version_info < (3, 11) or not all(map(importlib.util.find_spec, sys.argv[1].split(","))))
' "$modules" 2>/dev/null
}

for python in ${NEURODE_PYTHON:+"$NEURODE_PYTHON"} python3 /usr/bin/python3; do
  has_modules "$python" && exec "$python" -B "$@"
done
if [[ -n $optional && ${NEURODE_LONG_TESTS:-} == 1 ]]; then
  build=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)/build
  python=$build/python/bin/python
  mkdir -p "$build"
  # One at a time: ctest runs several tests at once.
  (
    flock 9
    has_modules "$python" || { /usr/bin/python3 -m venv "$build/python" && "$python" -m pip install -q ${modules//,/ }; }
  ) 9>"$build/python.lock" && has_modules "$python" && exec "$python" -B "$@"
fi
if [[ -n $optional ]]; then
  echo "Skipped: no python3 (3.11 or newer) here has the modules ${modules//,/, }. Either of"
  echo "  python3 -m venv ~/exports && ~/exports/bin/pip install ${modules//,/ }; NEURODE_PYTHON=~/exports/bin/python ..."
  echo "  tools/test --long"
  exit 77
fi
echo "No python3 (3.11 or newer) here has the modules ${modules//,/, }. On Debian 12:" >&2
echo "  apt-get install python3 python3-h5py python3-h5netcdf python3-xarray python3-matplotlib python3-jsonschema" >&2
exit 1
