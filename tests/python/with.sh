#!/usr/bin/env bash
# with.sh MODULE,... SCRIPT [ARGUMENTS]: runs a Python script with the first interpreter (3.11 or newer) that has these
# modules. The python3 in PATH may be one that Debian's packages do not reach.
set -u
modules=$1
shift
for python in python3 /usr/bin/python3; do
  "$python" -c '
import importlib.util, sys
sys.exit(sys.version_info < (3, 11) or not all(map(importlib.util.find_spec, sys.argv[1].split(","))))
' "$modules" 2>/dev/null && exec "$python" -B "$@"
done
echo "No python3 (3.11 or newer) here has the modules ${modules//,/, }. On Debian 12:" >&2
echo "  apt-get install python3 python3-h5py python3-h5netcdf python3-xarray python3-matplotlib python3-jsonschema" >&2
exit 1
