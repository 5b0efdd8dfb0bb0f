"""Result files of neurode, of studies (`neurode analyze -o`) and of comparisons, as datasets of xarray."""

from __future__ import annotations

import os
import stat
import time
from difflib import get_close_matches
from os import PathLike
from typing import TYPE_CHECKING

from neurode.errors import FileError, UsageError

if TYPE_CHECKING:
    import xarray as xr

# A writer locks its file for a fraction of a millisecond at a time.
PATIENCE = 3.0  # seconds
LARGEST_WHOLE = 2 << 30  # bytes of a file still being written that are read at once


class UnknownName(UsageError):
    """A name that nothing has; its text lists those there are, and the nearest one."""

    def __init__(self, what: str, name: str, allowed: list[str]) -> None:
        near = get_close_matches(name, allowed, 1)
        meant = f' (did you mean "{near[0]}"?)' if near else ""
        super().__init__(f'there is no {what} "{name}"{meant}; {listed(allowed)}')


def file_error(path: str | PathLike[str], what: str) -> FileError:
    return FileError(f"{path}: {what}", str(path))


def listed(names: list[str], most: int = 20) -> str:
    """'there are "a", "b" and "c"'."""
    quoted = [f'"{n}"' for n in names[:most]]
    if len(names) > most:
        return f"there are {', '.join(quoted)} and {len(names) - most} more"
    if len(quoted) < 2:
        return f"there is {quoted[0]}" if quoted else "there is none"
    return f"there are {', '.join(quoted[:-1])} and {quoted[-1]}"


def load(path: str | PathLike[str]) -> xr.Dataset:
    """Opens a file of neurode; its numbers are read where they are used.

    A file that is still being written shows the run up to the last flush: it is read at once and closed, so that the
    writer need not wait (above 2 GB it stays open; close it soon).

    Raises FileError if it cannot be read, or is not one of neurode's.
    """
    _check_regular(path)
    if _is_damaged(path):
        raise file_error(path, "is damaged: its bytes are not those that were written")
    data = _open(path)
    if "neurode_version" not in data.attrs:
        data.close()
        raise file_error(path, "was not written by neurode")
    if str(data.attrs.get("outcome")) == "running" and data.nbytes <= LARGEST_WHOLE:
        try:
            data.load()
        except Exception as e:
            raise file_error(path, _trouble(path, e)) from None
        finally:
            data.close()
    return data


def _check_regular(path: str | PathLike[str]) -> None:
    """To open what is no file, a pipe for one, may wait for ever."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a NUL in the name
        raise file_error(path, "there is no such file") from None
    except OSError as e:
        raise file_error(path, f"cannot be read: {e.strerror}") from None
    if stat.S_ISDIR(mode):
        raise file_error(path, "is a folder, not an HDF5 file")
    if not stat.S_ISREG(mode):
        raise file_error(path, "is no regular file")


def _is_damaged(path: str | PathLike[str]) -> bool:
    """The compiled module knows the checksum behind a finished file; pictures do without it."""
    try:
        from neurode._core import is_damaged
    except ImportError:
        return False
    return is_damaged(os.fsencode(path))


def _open(path: str | PathLike[str]) -> xr.Dataset:
    import xarray as xr

    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            # Units are not decoded: "h" and "days" would become dates.
            return xr.open_dataset(path, engine="h5netcdf", decode_times=False)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise file_error(path, "is held by another program that writes it; try again") from None
            time.sleep(0.01)
        except (ImportError, MemoryError):
            raise
        except Exception as e:  # the readers raise all sorts of things at damaged files
            raise file_error(path, _trouble(path, e)) from None


def _trouble(path: str | PathLike[str], e: Exception) -> str:
    """What is wrong with a file that could not be read."""
    import h5py

    try:
        if not h5py.is_hdf5(path):
            return "is not an HDF5 file, as results of neurode are"
    except OSError as other:
        e = other
    return f"cannot be read: {' '.join(str(getattr(e, 'strerror', None) or e).split())}"


def time_axis(variable: xr.DataArray) -> str | None:
    """The dimension of a variable along which time runs."""
    for name in variable.dims:
        if name in variable.coords and variable.coords[name].attrs.get("axis") == "T":
            return str(name)
    return None


def words(variable: xr.DataArray) -> list[str]:
    """What the numbers of a variable stand for, one word each, as the file spells it ("" for none)."""
    import numpy as np

    names = str(variable.attrs["flag_meanings"]).split()
    values = np.atleast_1d(variable.attrs["flag_values"])
    of = {int(v): "" if n == "none" else n for v, n in zip(values, names)}
    # A word that is missing is stored as a missing number.
    return [of.get(int(x), "") if np.isfinite(x) else "" for x in np.asarray(variable.values, dtype=float)]


def lines(data: xr.Dataset, attribute: str) -> list[str]:
    """A text of the file, line by line."""
    text = data.attrs.get(attribute, "")
    return str(text).split("\n") if isinstance(text, str) and text else []
