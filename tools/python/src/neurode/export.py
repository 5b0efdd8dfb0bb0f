"""Results as Parquet, Feather (Arrow) and NWB files.

    python -m neurode.export xor.h5 -o xor.parquet

CSV, JSON, NPY and MAT-files are what the program `neurode export` writes.
"""

import argparse
import importlib
import sys
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from neurode.errors import UsageError

if TYPE_CHECKING:
    import xarray as xr

ENDINGS = {"parquet": ".parquet", "feather": ".feather", "nwb": ".nwb"}


def to_parquet(file_or_dataset: "str | PathLike | xr.Dataset", path: str | PathLike, *,
               variables: list[str] | None = None, time: tuple[float, float] | None = None, tidy: bool = False,
               overwrite: bool = False) -> list[Path]:  # fmt: skip
    """Writes a result as Parquet, for pandas.read_parquet, polars.read_parquet, DuckDB, R's arrow; the files written.

    A table for each time axis: a row a point in time, a column for the time and one for each element, `loss`,
    `hidden.a[0, 2]` with the labels in the order of the dimensions; a variable without time makes a table of its own, a
    row an element. With `tidy` a table for each set of dimensions: a row an element, its time and labels first, then a
    column a variable. A path ending in "/" or a folder that is there gets a file for each table, another path the only
    one; without a choice of variables those without time are left out of it.

    Columns have `units`, `long_name` and `variable` as metadata, the schema has the attributes of the file as JSON in
    `neurode`. Whole numbers that were never written are null. A group of rows holds 32 MB (but one point in time at
    least), and few of them are in memory at a time; each column takes some 30 kB more.

    variables: names (None: all). time: first and last, both included. Elements: give a dataset and its sel().
    Raises UsageError for what is not there or cannot be, FileError, ModuleNotFoundError naming the package.
    """
    parquet = _needs("pyarrow.parquet")

    def writer(part: Path, schema: Any) -> Any:
        return parquet.ParquetWriter(part, schema, compression="zstd")

    return _write_tables(file_or_dataset, path, ".parquet", writer, variables, time, tidy, overwrite)


def to_arrow(file_or_dataset: "str | PathLike | xr.Dataset", path: str | PathLike, *,
             variables: list[str] | None = None, time: tuple[float, float] | None = None, tidy: bool = False,
             overwrite: bool = False) -> list[Path]:  # fmt: skip
    """Writes a result as Arrow's IPC file (Feather 2), for pandas.read_feather, polars.read_ipc, R's read_feather.

    All else as to_parquet."""
    ipc = _needs("pyarrow.ipc")

    def writer(part: Path, schema: Any) -> Any:
        return ipc.new_file(part, schema, options=ipc.IpcWriteOptions(compression="lz4"))

    return _write_tables(file_or_dataset, path, ".feather", writer, variables, time, tidy, overwrite)


def to_nwb(file_or_dataset: "str | PathLike | xr.Dataset", path: str | PathLike, *,
           variables: list[str] | None = None, time: tuple[float, float] | None = None, overwrite: bool = False,
           **metadata: Any) -> list[Path]:  # fmt: skip
    """Writes a result as an NWB file, for pynwb, MatNWB, DANDI; the file written.

    Each variable with a time axis is a TimeSeries of `acquisition` (of `stimulus`, where its population is clamped):
    numbers as in the result, `conversion` to the SI unit where the unit is known, time in seconds (as a rate where it
    is even). Spikes are the table `units`: a row a neuron. Variables without time are in `scratch`, with the scenario
    and all attributes. The session starts when the result file was last written.

    metadata: more of pynwb.NWBFile, or other than what the file says: experimenter, institution, subject ...
    The rest as to_parquet; memory is bounded too, but for spikes.
    """
    selection, nwb = _needs("neurode._selection"), _needs("neurode._nwb")
    source = file_or_dataset if isinstance(file_or_dataset, (str, PathLike)) else file_or_dataset.encoding.get("source")
    with selection.selected(file_or_dataset, variables, time) as data, selection.new_file(path, overwrite) as part:
        for name in nwb.write(data, source, part, metadata):
            print(f"left out: {name}, which has no numbers", file=sys.stderr)
    return [Path(path)]


def _write_tables(file_or_dataset: Any, path: str | PathLike, ending: str, writer: Any, variables: list[str] | None,
                  time: tuple[float, float] | None, tidy: bool, overwrite: bool) -> list[Path]:  # fmt: skip
    selection, arrow = _needs("neurode._selection"), _needs("neurode._tables")
    folder = str(path).endswith("/") or Path(path).is_dir()
    written: list[Path] = []
    with selection.selected(file_or_dataset, variables, time) as data:
        tables = arrow.tables(data, tidy)
        if not folder and len(tables) > 1:
            timed = [t for t in tables if t.name in selection.axes(data)]
            if variables or tidy or len(timed) != 1:
                names = ", ".join(f'"{t.name}"' for t in tables)
                raise UsageError(f"one file cannot hold the tables {names}; choose variables of one of them, "
                                 f'or give a folder: "{Path(path).with_suffix("")}/"')  # fmt: skip
            tables = timed
        if folder:
            Path(path).mkdir(exist_ok=True)
        for table in tables:
            name = _unused(Path(path) / selection.file_name(table.name), ending, written) if folder else Path(path)
            with selection.new_file(name, overwrite) as part:
                schema = table.schema(data)
                with writer(part, schema) as out:
                    for batch in table.batches(schema):
                        out.write_batch(batch)
            written.append(name)
    return written


def _unused(stem: Path, ending: str, written: list[Path]) -> Path:
    """Names that become alike as files' are told apart by a number."""
    name, k = Path(f"{stem}{ending}"), 2
    while name in written:
        name, k = Path(f"{stem}_{k}{ending}"), k + 1
    return name


def _needs(module: str) -> ModuleType:
    """A module, or an error that says which package to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        package = (e.name or module).split(".")[0]
        if package == "neurode":
            raise
        package = {"hdmf": "pynwb"}.get(package, package)
        text = f'the Python package "{package}" is not installed, and this export needs it: pip install {package}'
        raise ModuleNotFoundError(text, name=package) from None


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0, 2 for wrong use, 4 for trouble with files or packages."""
    parser = argparse.ArgumentParser(prog="python -m neurode.export", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    add = parser.add_argument
    add("file", metavar="FILE", help="result file of neurode")
    add("-o", "--output", required=True, help="file to write; or a folder, ending in /, for a file each table")
    add("-f", "--format", choices=sorted(ENDINGS), help="default: by the ending of the output")
    add("-v", "--variable", action="append", metavar="NAME", help="variable to export; several times. Default: all")
    add("--time", nargs=2, type=float, metavar=("FROM", "TO"), help="only this window, both ends included")
    add("--tidy", action="store_true", help="tables with a row for each element, not a column (not for nwb)")
    add("--force", action="store_true", help="overwrite what is there")
    a = parser.parse_args(arguments)
    kind = a.format or next((k for k, ending in ENDINGS.items() if a.output.endswith(ending)), None)
    if kind is None:
        parser.error(f'no format: end "{a.output}" in one of {", ".join(ENDINGS.values())}, or choose one by --format')
    if kind == "nwb" and a.tidy:
        parser.error("--tidy is for tables; an NWB file has none")
    options: dict[str, Any] = {"variables": a.variable, "time": tuple(a.time) if a.time else None, "overwrite": a.force}
    if kind != "nwb":
        options["tidy"] = a.tidy
    write = {"parquet": to_parquet, "feather": to_arrow, "nwb": to_nwb}[kind]
    try:
        for path in write(a.file, a.output, **options):
            print(path)
    except UsageError as e:
        print(f"neurode: {e}", file=sys.stderr)
        return 2
    except (OSError, ModuleNotFoundError) as e:
        print(f"neurode: {e}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
