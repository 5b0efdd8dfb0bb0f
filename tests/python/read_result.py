#!/usr/bin/env python3
"""Opens a result file of neurode as its users do: with h5py, xarray and ncdump.

    read_result.py FILE [--npy FOLDER] [--csv FILE]

Checks what every result file has to have (labelled dimensions, growing time axes, units as text, attributes as text and
numbers), and, where given, that exported arrays and tables hold the file's numbers to the last bit. Prints what it saw;
ends with an AssertionError at the first thing that is not so.
"""

import argparse
import csv
import pathlib
import re
import shutil
import subprocess

import h5py
import numpy as np
import xarray

OWN = {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "_Netcdf4Dimid", "_NCProperties"}


def same(a, b):
    """Equal to the last bit, NaN where NaN."""
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def is_scale(dataset):
    return h5py.h5ds.is_scale(dataset.id)


def dimensions(dataset):
    """The names of a dataset's dimensions: its own if it is a scale, else its scales'."""
    if is_scale(dataset):
        return (dataset.name.lstrip("/"),)
    for d in dataset.dims:
        assert len(d) == 1, f"{dataset.name}: a dimension has {len(d)} scales, not one"
    return tuple(d[0].name.lstrip("/") for d in dataset.dims)


def check_h5py(path):
    """Shapes, names, types of attributes; returns {name: (dimensions, numbers)}."""
    seen = {}
    with h5py.File(path, "r") as f:
        properties = f.attrs["_NCProperties"]
        text = properties.decode() if isinstance(properties, bytes) else properties
        assert re.match(r"version=2,neurode=[\d.]+,hdf5=[\d.]+$", text), text
        for name, dataset in f.items():
            assert isinstance(dataset, h5py.Dataset), f"{name} is no dataset"
            seen[name] = (dimensions(dataset), dataset[()])
            for key, value in dataset.attrs.items():
                if key in ("units", "long_name", "axis"):
                    assert isinstance(value, str) and value, f"{name}: {key} is {value!r}, not a text"
            for axis, dimension in enumerate(seen[name][0]):
                assert is_scale(f[dimension]), f"{dimension} is no dimension scale"
                assert f[dimension].shape[0] == dataset.shape[axis], f"{name}: not as long as {dimension}"
                if f[dimension].maxshape[0] is None:
                    assert axis == 0, f"{name}: a time axis that is not its first dimension"
                    assert dataset.maxshape[0] is None, f"{name} cannot grow with {dimension}"
        for key, value in f.attrs.items():
            assert key in OWN or isinstance(value, (str, np.int64, np.float64, np.ndarray, h5py.Empty)), (key, value)
        axes = [n for n, d in f.items() if is_scale(d) and d.maxshape == (None,)]
        assert axes, "no time axis"
        for name in axes:
            assert f[name].attrs["axis"] == "T"
            assert np.all(np.diff(f[name][()]) > 0), f"{name} does not increase"
    print(f"h5py {h5py.__version__}: {len(seen)} variables, time axes {axes}")
    return seen


def check_xarray(path, seen, engine):
    """The same through xarray: labelled, and no number taken for a date."""
    with xarray.open_dataset(path, engine=engine) as ds:
        assert set(ds.variables) == set(seen), set(ds.variables) ^ set(seen)
        for name, (dims, numbers) in seen.items():
            variable = ds[name]
            assert variable.dims == dims, f"{name}: {variable.dims}, not {dims}"
            assert variable.dtype.kind in "fi", f"{name} was decoded to {variable.dtype}"
            assert same(np.asarray(variable.values), np.asarray(numbers)), f"{name}: other numbers"
        with h5py.File(path, "r") as f:
            for name in seen:
                unit = f[name].attrs.get("units")
                assert ds[name].attrs.get("units") == unit, f"{name}: unit {ds[name].attrs.get('units')!r}, not {unit!r}"
            texts = {k: v for k, v in f.attrs.items() if isinstance(v, str)}
        for key, value in texts.items():
            assert ds.attrs[key] == value, f"attribute {key}"
    print(f"xarray {xarray.__version__} ({engine}): dimensions {dict(ds.sizes)}")


def check_ncdump(path, seen):
    """The netCDF library itself opens it and knows its dimensions."""
    if not shutil.which("ncdump"):
        print("ncdump: not installed, not tried")
        return
    header = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
    plain = header.replace("\\", "")
    for name, (dims, _) in seen.items():
        shape = f"({', '.join(dims)})" if dims else ""
        assert f" {name}{shape} ;" in plain, f"ncdump does not show {name}{shape}"
    assert "UNLIMITED" in header
    print("ncdump: as it should be")


def check_npy(folder, seen):
    """Every array of an export is the variable it is named after."""
    names = {re.sub(r"[^A-Za-z0-9._+-]", "_", n.replace(" -> ", "_to_")): n for n in seen}
    files = sorted(pathlib.Path(folder).glob("*.npy"))
    assert files, f"no arrays in {folder}"
    for file in files:
        numbers = np.load(file)
        expected = np.asarray(seen[names[file.stem]][1])
        assert numbers.flags["C_CONTIGUOUS"] and same(numbers, expected), f"{file.name}: other numbers"
    print(f"numpy {np.__version__}: {len(files)} arrays")


def check_csv(file, seen):
    """Every column of a table, element by element."""
    with open(file, newline="") as text:
        rows = list(csv.reader(text))
    columns = dict(zip(rows[0], zip(*rows[1:])))
    assert len(columns) == len(rows[0]), "two columns of one name"
    for title, fields in columns.items():
        match = re.match(r"(.*)\[([-\d, ]+)\]$", title)
        name, labels = (match[1], [int(i) for i in match[2].split(",")]) if match else (title, [])
        dims, numbers = seen[name]
        for d, label in zip(dims[1:], labels):
            numbers = numbers.take(np.flatnonzero(seen[d][1] == label)[0], axis=1)
        assert same(np.array([numbers.dtype.type(x) for x in fields], numbers.dtype), numbers), f"{title}: other numbers"
    print(f"csv: {len(columns)} columns")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--npy", metavar="FOLDER")
    parser.add_argument("--csv", metavar="FILE")
    a = parser.parse_args()
    seen = check_h5py(a.file)
    check_xarray(a.file, seen, "h5netcdf")
    if "netcdf4" in xarray.backends.list_engines():
        check_xarray(a.file, seen, "netcdf4")
    check_ncdump(a.file, seen)
    if a.npy:
        check_npy(a.npy, seen)
    if a.csv:
        check_csv(a.csv, seen)


if __name__ == "__main__":
    main()
