"""python -m neurode.plot FILE ...: a picture of a file of neurode. Exit status: 0 done; 2 wrong use; 4 file trouble."""

import argparse
import logging
import os
import re
import sys
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

ENDINGS = (".svg", ".png", ".pdf")
NEEDED = {
    "matplotlib": "python3-matplotlib",
    "xarray": "python3-xarray",
    "h5netcdf": "python3-h5netcdf",
    "h5py": "python3-h5py",
}


class Parser(argparse.ArgumentParser):
    """Faults in one line, as those of neurode are."""

    def error(self, message: str):
        print(f"neurode plot: {message}\nneurode plot --help tells how it is used.", file=sys.stderr)
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    p = Parser(
        "neurode plot", description="A picture of a result file, of a study's or of a comparison's", allow_abbrev=False
    )
    p.add_argument("FILE", nargs="+", help="File to draw; of several runs the losses over each other")
    p.add_argument(
        "-o",
        "--output",
        help="Picture, .svg, .png or .pdf. Default: FILE.svg in the current folder, or the next free name",
    )
    p.add_argument("--kind", help="Kind of picture. Default: what suits the file")
    p.add_argument("--variables", help="NAME,NAME,...: what is drawn, also single elements: hidden.a[3]")
    p.add_argument("--from", dest="low", type=number, help="Time that the picture begins at")
    p.add_argument("--to", dest="high", type=number, help="Time that it ends at")
    p.add_argument(
        "--sample", type=whole, help="Sample whose activity is drawn. Default: all where they are few, else the first"
    )
    p.add_argument("--size", type=size, help="WIDTHxHEIGHT in inches: 7x4")
    p.add_argument("-f", "--force", action="store_true", help="Overwrite the file named with -o")
    return p


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no number') from None


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'"{text}" is no number of a sample; allowed: 0, 1, 2, ...')
    return int(text)


def size(text: str) -> tuple[float, float]:
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError:
        width = height = 0.0
    if not (0.5 <= width <= 100 and 0.5 <= height <= 100):
        raise argparse.ArgumentTypeError(
            f'"{text}" is no size; allowed: WIDTHxHEIGHT in inches from 0.5 to 100, as 7x4'
        )
    return width, height


def main(words: list[str] | None = None) -> int:
    a = parser().parse_args(words)
    if absent := [name for name in NEEDED if find_spec(name) is None]:
        packages = " ".join(NEEDED[name] for name in absent)
        print(
            f"neurode: {sys.executable} has no {', '.join(absent)}; install them: apt-get install {packages}, or "
            f"pip install {' '.join(absent)}",
            file=sys.stderr,
        )
        return 4
    from neurode.errors import FileError, UsageError

    # Of a home that cannot be written, of letters and rounding: a listing of the source helps nobody.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            draw(a)
        if letters := lacking(told):
            print(f"the font has no {letters}: boxes stand for them", file=sys.stderr)
    except FileError as e:
        print(f"neurode: {e}", file=sys.stderr)
        return 4
    except UsageError as e:
        print(f"neurode: {e}", file=sys.stderr)
        return 2
    except MemoryError:
        print(
            "neurode: there is not enough memory for this picture; --from and --to, or fewer --variables need less",
            file=sys.stderr,
        )
        return 3
    except OSError as e:
        print(f"neurode: {', '.join(a.FILE)}: cannot be read: {e}", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        return 130
    except Exception as e:
        print(f"neurode: a fault of the program itself, please report it: {type(e).__name__}: {e}", file=sys.stderr)
        return 70
    return 0


def lacking(told: list[warnings.WarningMessage]) -> str:
    """The letters of texts that warnings say the font does not have."""
    found = [re.match(r"Glyph (\d+) ", str(w.message)) for w in told]
    letters = dict.fromkeys(f'"{chr(int(m[1]))}"' for m in found if m)
    return ", ".join([*letters][:10]) + (", ..." if len(letters) > 10 else "")


def draw(a: argparse.Namespace) -> None:
    import matplotlib

    matplotlib.use("Agg")  # no window, wherever it runs
    from matplotlib import pyplot as plt

    from neurode.errors import UsageError
    from neurode.files import load
    from neurode.plot.figures import Options, figure

    output = Path(a.output) if a.output is not None else free_name(Path(a.FILE[0]).stem)
    if output.suffix.lower() not in ENDINGS:
        raise UsageError(f'"{output}" names no kind of picture; allowed: a name ending in .svg, .png or .pdf')
    data = [load(f) for f in a.FILE]
    check_writable(output, a.force)
    names = [n.strip() for n in a.variables.split(",")] if a.variables else []
    names = joined(names)
    between = None if a.low is None and a.high is None else (a.low, a.high)
    options = Options(a.kind, names, between, a.sample)
    fig = figure(data[0] if len(data) == 1 else data, options, a.size, [Path(f).stem for f in a.FILE])
    save(fig, output)
    plt.close(fig)
    if fig.left_out:
        shown = ", ".join(f'"{n}"' for n in fig.left_out[:10]) + (", ..." if len(fig.left_out) > 10 else "")
        print(f"left out: {shown}; --variables chooses", file=sys.stderr)
    print(f"wrote {output}")


def joined(names: list[str]) -> list[str]:
    """Commas in brackets part the numbers of an element, "w[0,1]", not names."""
    out: list[str] = []
    for name in names:
        if out and out[-1].count("[") > out[-1].count("]"):
            out[-1] += "," + name
        else:
            out.append(name)
    return out


def free_name(stem: str) -> Path:
    """STEM.svg in the current folder, or the next free STEM-2.svg."""
    k = 1
    while os.path.lexists(name := f"{stem}.svg" if k == 1 else f"{stem}-{k}.svg"):
        k += 1
    return Path(name)


def check_writable(output: Path, force: bool) -> None:
    from neurode.files import file_error

    if output.is_dir():
        raise file_error(output, "is a folder, not a file that can be written")
    if output.exists() and not force:
        raise file_error(output, "exists already; choose another name, or overwrite it with --force")
    if not output.parent.is_dir():
        raise file_error(output, f'cannot be written: there is no folder "{output.parent}"')


def save(fig, output: Path) -> None:
    """Under another name first: a picture that cannot be finished leaves the older one."""
    from neurode.files import file_error
    from neurode.plot.style import print_style

    half = output.with_name(f".{output.stem}-{os.getpid()}{output.suffix}")
    # Without dates, so that the same file gives the same picture.
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(output.suffix.lower(), {})
    try:
        with print_style():
            fig.savefig(half, metadata=metadata)
        half.replace(output)
    except OSError as e:
        raise file_error(output, f"cannot be written: {e.strerror or e}") from None
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
