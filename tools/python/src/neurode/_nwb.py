"""Results as files of Neurodata Without Borders (NWB 2)."""

import json
import time
import tomllib
import uuid
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from hdmf.backends.hdf5.h5_utils import H5DataIO
from hdmf.common import VectorData, VectorIndex
from hdmf.data_utils import GenericDataChunkIterator
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.misc import Units

from neurode._selection import attributes, labels, time_first
from neurode._units import seconds_in, to_si
from neurode.files import time_axis

MOST_DIMENSIONS = 4  # of a TimeSeries' numbers
BUFFER_GB = 0.032


class _Numbers(GenericDataChunkIterator):
    """A variable's numbers, read as they are written; dimensions beyond NWB's joined into one."""

    def __init__(self, variable: xr.DataArray):
        self.variable = variable
        self.joined = variable.ndim > MOST_DIMENSIONS
        shape = variable.shape
        self.shape = (shape[0], int(np.prod(shape[1:]))) if self.joined else shape
        super().__init__(buffer_gb=BUFFER_GB)

    def _get_data(self, selection: tuple[slice, ...]) -> np.ndarray:
        if not self.joined:
            return self.variable[selection].values
        return self.variable[selection[0]].values.reshape(-1, self.shape[1])[:, selection[1]]

    def _get_maxshape(self) -> tuple[int, ...]:
        return self.shape

    def _get_dtype(self) -> np.dtype:
        return self.variable.dtype.newbyteorder("=")


def write(data: xr.Dataset, source: str | PathLike | None, path: Path, given: dict[str, Any]) -> list[str]:
    """Writes the NWB file; the names of variables that there was no point of, which it has no place for."""
    about = attributes(data)
    # A result does not say when it was made; its file does, where nobody has copied it without.
    start = datetime.fromtimestamp(Path(source).stat().st_mtime if source else time.time(), timezone.utc)
    nwb = NWBFile(**(_description(about, start) | given))
    names = map(str, data.data_vars)
    spiking = {name.removesuffix(".spike_neuron") for name in names if name.endswith(".spike_neuron")}
    clamped = _clamped(about)
    first_on: dict[str, TimeSeries] = {}
    empty = []
    for v in data.data_vars.values():
        name = str(v.name)
        population = name.split(".")[0]
        if population in spiking and name in (f"{population}.spike_neuron", f"{population}.spike_sample"):
            continue
        if v.size == 0:
            empty.append(name)
        elif time_axis(v) is None:
            nwb.add_scratch(np.atleast_1d(v.values), name=_plain(name), description=_words(v))
        else:
            series = _series(time_first(v), first_on)
            (nwb.add_stimulus if population in clamped else nwb.add_acquisition)(series)
    if spiking:
        nwb.units = _units(data, {name: _neurons(about, name) for name in sorted(spiking)})
    nwb.add_scratch(str(about.get("scenario", "")), name="scenario", description="the scenario as it was run, in TOML")
    text = json.dumps(about, indent=1)
    nwb.add_scratch(text, name="attributes", description="all attributes of the result file, in JSON")
    with NWBHDF5IO(path, "w") as io:
        io.write(nwb)
    return empty


def _description(about: dict[str, Any], start: datetime) -> dict[str, Any]:
    """What NWBFile wants to know of the whole."""
    title = str(about.get("title") or about.get("scenario_file") or "simulation")
    told = "neurode_version build integrator seed outcome message time_reached steps rejected rhs".split()
    out = {
        "session_description": f"{title} (simulated by neurode {about.get('neurode_version', '')})",
        "identifier": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(about) + start.isoformat())),
        "session_start_time": start,
        "experiment_description": title,
        "keywords": ["simulation", "neurode"],
        "data_collection": "simulated; no animal was used",
        "notes": "\n".join(f"{key}: {about[key]}" for key in told if about.get(key) not in (None, "")),
    }
    stimuli = _scenario(about).get("stimulus", {})
    return out | ({"stimulus_notes": json.dumps(stimuli, default=str)} if stimuli else {})


def _scenario(about: dict[str, Any]) -> dict[str, Any]:
    try:
        return tomllib.loads(str(about.get("scenario", "")))
    except tomllib.TOMLDecodeError:
        return {}


def _clamped(about: dict[str, Any]) -> set[str]:
    """Populations that hold what is presented to the network."""
    populations = _scenario(about).get("population", {})
    return {name for name, keys in populations.items() if isinstance(keys, dict) and keys.get("model") == "clamped"}


def _neurons(about: dict[str, Any], population: str) -> int:
    """How many a population has, by the scenario; 0 where that is not known."""
    size = _scenario(about).get("population", {}).get(population, {}).get("size", 0)
    return int(np.prod(size, dtype=int))


def _plain(name: str) -> str:
    """Without what NWB takes for paths and types."""
    return name.replace(" -> ", "_to_").replace(" : ", "_").replace("/", "_").replace(":", "_")


def _words(v: xr.DataArray) -> str:
    unit = v.attrs.get("units")
    shape = ", ".join(map(str, v.dims))
    return f"{v.attrs.get('long_name') or v.name} ({shape}){' in ' + unit if unit else ''}: variable {v.name}"


def _seconds(axis: xr.DataArray) -> np.ndarray:
    """Times in seconds. What has no unit of time counts as seconds."""
    times = axis.values.astype(float)
    factor = seconds_in(str(axis.attrs.get("units", "")))
    return times if factor in (None, 1.0) else times * factor


def _series(v: xr.DataArray, first_on: dict[str, TimeSeries]) -> TimeSeries:
    axis = str(time_axis(v))
    si = to_si(str(v.attrs.get("units", "")))
    unit: dict[str, Any] = {"unit": v.attrs.get("units") or "a.u."}
    if si:
        unit = {"unit": si.unit, "conversion": si.factor, "offset": si.offset}
    if axis in first_on and first_on[axis].timestamps is not None:
        when: dict[str, Any] = {"timestamps": first_on[axis]}  # a link: they are in the file once
    else:
        when = _when(_seconds(v.coords[axis]))
    numbers = H5DataIO(_Numbers(v), compression="gzip", shuffle=True)
    of = {str(d): labels(v, str(d)) for d in v.dims[1:]}
    subset = "; ".join(f"{d} {list(map(int, n))}" for d, n in of.items() if not np.array_equal(n, np.arange(n.size)))
    comments = {"comments": f"elements along dimensions: {subset}"} if subset else {}
    series = TimeSeries(name=_plain(str(v.name)), data=numbers, description=_words(v), **unit, **when, **comments)
    first_on.setdefault(axis, series)
    return series


def _when(times: np.ndarray) -> dict[str, Any]:
    """A rate where the times are even up to rounding, as NWB wants it, else the times themselves."""
    if times.size > 1 and times[-1] > times[0]:
        rate = (times.size - 1) / (times[-1] - times[0])
        if np.abs(times - (times[0] + np.arange(times.size) / rate)).max() <= 8 * np.spacing(np.abs(times).max()):
            return {"starting_time": float(times[0]), "rate": float(rate)}
    return {"timestamps": H5DataIO(times, compression="gzip", shuffle=True)}


def _units(data: xr.Dataset, populations: dict[str, int]) -> Units:
    """One unit a neuron (and sample) of the populations whose spikes were recorded, silent ones included where their
    number is known. The spikes are in memory as a whole."""
    spike_times, counts, names, neurons, samples = [], [], [], [], []
    for population, known in populations.items():
        which = data[f"{population}.spike_neuron"].values
        sample = f"{population}.spike_sample"
        cell = data[sample].values if sample in data.data_vars else np.zeros_like(which)
        size = max(known, int(which.max(initial=-1)) + 1)
        repeats = max(data.sizes.get("sample", 1) if sample in data.data_vars else 1, int(cell.max(initial=0)) + 1)
        order = np.lexsort((np.arange(which.size), which, cell))  # by sample, neuron, time
        spike_times.append(_seconds(data[f"{population}.spike_time"])[order])
        counts.append(np.bincount(cell * size + which, minlength=size * repeats))
        names += [population] * (size * repeats)
        neurons.append(np.tile(np.arange(size), repeats))
        samples.append(np.repeat(np.arange(repeats), size))
    together = np.concatenate(spike_times)
    spikes = VectorData(name="spike_times", description="times of the spikes in seconds", data=together)
    ends = VectorIndex(name="spike_times_index", data=np.cumsum(np.concatenate(counts)), target=spikes)
    of = np.concatenate(neurons)
    columns = [
        spikes,
        ends,
        VectorData(name="population", description="name of the population", data=names),
        VectorData(name="neuron", description="its number in the population, from 0", data=of),
    ]
    if any(s.any() for s in samples):
        of = np.concatenate(samples)
        columns.append(VectorData(name="sample", description="number of the sample, from 0", data=of))
    # Times are those of roots of the threshold's condition: apart by whatever numbers can tell apart.
    resolution = float(np.spacing(np.abs(together).max())) if together.size else float(np.finfo(float).tiny)
    colnames = [c.name for c in columns if c is not ends]
    return Units(name="units", description="spikes of simulated neurons", columns=columns, colnames=colnames,
                 resolution=resolution)  # fmt: skip
