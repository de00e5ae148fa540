"""How long steps take, from the file that ``make measure`` wrote; and a model of a GPU.

The role ``measured`` writes one number into the prose of ``docs/how_fast.md``::

    {measured}`cpu`                           a word about the machine or its versions
    {measured}`time 64 100 all`               a step with all threads; or: one
    {measured}`time 64 100 one compiled`      ... and mode, and type of the numbers
    {measured}`relative 64 100 one compiled`  how many times as long as plain eager
    {measured}`ratio 64 100 all`              how many times as long as on the GPU
    {measured}`ratio 64 100 all graph`        ... if a CUDA graph launches the step
    {measured}`below all`, `above all`        the sizes N*H between which 50 begins
    {measured}`launches`, `launch`, ...       the model's assumptions

The GPU is the one that was measured; if none was, it is that of the model. A file that
is not what its checksum says ends the build.
"""

import hashlib
import json
from pathlib import Path
from statistics import median

from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)

FILE = "measurements/step_times.json"  # in the folder of the pages
FASTER = 50  # times, as the source says
OWN = (64, 100)  # N and H of the network in the examples

# -- The model ---------------------------------------------------------------------
# An NVIDIA H200; gallery/examples_further/gpu_speed.py explains it, and counts.

D_IN, D_OUT = 1000, 10
LAUNCHES = 17  # kernels in a step
LAUNCH, LAUNCH_IN_GRAPH = 6e-6, 2.5e-6  # seconds
RATE = 0.75 * 67e12  # operations a second, in float32
MEMORY = 4.3e12  # bytes a second


def operations(N, H):
    """Return the floating point operations of a step."""
    return 4 * N * D_IN * H + 6 * N * H * D_OUT


def moved(N, H):
    """Return the bytes that the kernels of a step read and write, in float32."""
    numbers = 2 * N * D_IN + 7 * D_IN * H + 10.5 * N * H + 14 * N * D_OUT
    return round(4 * (numbers + 8 * H * D_OUT + 1))


def modelled(N, H, launch=LAUNCH):
    """Return the seconds of a step: launches or work, whichever takes longer."""
    return max(LAUNCHES * launch, operations(N, H) / RATE + moved(N, H) / MEMORY)


# -- The file ----------------------------------------------------------------------


class Measurements:
    """What ``make measure`` wrote."""

    def __init__(self, text):
        file = json.loads(text)
        self.machine, self.versions = file["machine"], file["versions"]
        self.date, self.method, self.rows = file["date"], file["method"], file["times"]
        self.all_threads = self.machine["threads"]

    def time(self, **wanted):
        """Return the seconds of the row with these entries."""
        for row in self.rows:
            if wanted.items() <= row.items():
                return row["median_s"]
        raise KeyError(f"not measured: {wanted}")

    def cpu(self, N, H, threads, mode="eager", dtype="float32"):
        """Return the seconds of a step on the CPU; ``KeyError`` if not measured."""
        size = {"N": int(N), "H": int(H), "device": "cpu"}
        number = {"one": 1, "all": self.all_threads}[threads]
        return self.time(**size, threads=number, mode=mode, dtype=dtype)

    def gpu(self, N, H, mode="eager", dtype="float32"):
        """Return the seconds of a step on the GPU; ``KeyError`` if not measured."""
        size = {"N": int(N), "H": int(H), "device": "cuda"}
        return self.time(**size, mode=mode, dtype=dtype)

    def ratio(self, N, H, threads, mode="eager"):
        """Return how many times as long a step takes on the CPU as on the GPU."""
        if self.machine["gpu"]:
            on_gpu = self.gpu(N, H, mode)
        else:
            launch = {"eager": LAUNCH, "graph": LAUNCH_IN_GRAPH}[mode]
            on_gpu = modelled(int(N), int(H), launch)
        return self.cpu(N, H, threads) / on_gpu

    def sizes(self, mode="eager", dtype="float32"):
        """Return the sizes measured on the CPU, the smallest first."""
        wanted = {"device": "cpu", "mode": mode, "dtype": dtype, "threads": 1}
        sizes = ((r["N"], r["H"]) for r in self.rows if wanted.items() <= r.items())
        return sorted(sizes, key=lambda size: (size[0] * size[1], size))

    def limits(self, threads):
        """Return the largest N*H with less than 50 times, and the smallest with it."""
        below, above = [], []
        for N, H in self.sizes():
            is_below = self.ratio(N, H, threads) < FASTER
            (below if is_below else above).append(N * H)
        return max(below, default=None), min(above, default=None)

    @property
    def differences(self):
        """Return the largest difference of losses from float64's, by type."""
        largest = {}
        for row in self.rows:
            kind = row["dtype"]
            largest[kind] = max(largest.get(kind, 0.0), row["difference"])
        return largest

    @property
    def spreads(self):
        """Return what the middle half of the samples spans, as a part of the median."""
        return [row["iqr_s"] / row["median_s"] for row in self.rows]


def load(env):
    """Return the measurements, for a page being read; ``OSError`` if there are none."""
    env.note_dependency(FILE)
    try:
        return Measurements(Path(env.srcdir, FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"no docs/{FILE}; make measure writes it") from None


def demand_checksum(app):
    """End the build if the file is not what its checksum says."""
    path = Path(app.srcdir, FILE)
    beside = path.with_name(f"{path.name}.sha256")
    if not path.is_file() and not beside.is_file():
        return  # a site that shows no measurements
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        is_whole = beside.read_text(encoding="utf-8").split() == [digest, path.name]
    except (OSError, UnicodeDecodeError):
        is_whole = False
    if not is_whole:
        words = "%s is not what %s says: bring both back from git, or run make measure"
        logger.warning(words, path.name, beside.name, location=f"{path}:1")
        raise SystemExit(1)  # any other is reported as a crash


# -- Numbers as text -----------------------------------------------------------------


def digits(value, number=2):
    """Return a number with so many digits that count: ``2.1``, ``240``."""
    return f"{float(f'{value:.{number}g}'):.12g}"


def seconds(value):
    """Return a time in its unit, with three digits at most: ``0.211 ms``."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= (size if unit == "s" else 0.1 * size):
            break
    return f"{digits(value / size, 3)} {unit}"


def thousands(value):
    """Return a whole number in groups of three digits, which are not torn apart."""
    if value is None:
        return _("none")
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def own_sizes(value):
    """Return how many times the network's own size a size is."""
    return _("none") if value is None else digits(value / (OWN[0] * OWN[1]))


def on_gpu(found):
    """Return which GPU a ratio is about."""
    if found.machine["gpu"]:
        return _("measured on %s") % found.machine["gpu"]
    return _("by a model, since no GPU was at hand")


WORDS = {
    **{
        key: lambda found, key=key: str(found.machine[key])
        for key in ("cpu", "cores", "threads", "memory_gib")
    },
    **{
        key: lambda found, key=key: found.versions[key].partition("+")[0]
        for key in ("python", "torch", "numpy")
    },
    "date": lambda found: found.date,
    "gpu": lambda found: found.machine["gpu"] or _("none"),
    "instructions": lambda found: found.machine["instructions"],
    "on-gpu": on_gpu,
    "time": lambda found, *what: seconds(found.cpu(*what)),
    "relative": lambda found, N, H, threads, *what: digits(
        found.cpu(N, H, threads, *what) / found.cpu(N, H, threads)
    ),
    "ratio": lambda found, *what: digits(found.ratio(*what)),
    "below": lambda found, threads: thousands(found.limits(threads)[0]),
    "above": lambda found, threads: thousands(found.limits(threads)[1]),
    "times-below": lambda found, threads: own_sizes(found.limits(threads)[0]),
    "times-above": lambda found, threads: own_sizes(found.limits(threads)[1]),
    "difference": lambda found, kind: f"{found.differences[kind]:.0e}",
    "steps": lambda found: str(found.method["steps_compared"]),
    "spread": lambda found: digits(100 * median(found.spreads)),
    "largest-spread": lambda found: digits(100 * max(found.spreads)),
    "samples": lambda found: str(found.method["samples_at_least"]),
    # The model
    "launches": lambda found: str(LAUNCHES),
    "launch": lambda found: seconds(LAUNCH),
    "launch-in-graph": lambda found: seconds(LAUNCH_IN_GRAPH),
    "launching": lambda found: seconds(LAUNCHES * LAUNCH),
    "working": lambda found, N, H: seconds(
        operations(int(N), int(H)) / RATE + moved(int(N), int(H)) / MEMORY
    ),
    "rate": lambda found: f"{RATE / 1e12:.0f}",
    "memory": lambda found: f"{MEMORY / 1e12:.1f}",
    "model": lambda found, N, H: seconds(modelled(int(N), int(H))),
}

ENGLISH = {"cpu", "instructions"}  # names, in the maker's words


class Measured(SphinxRole):
    """``{measured}`time 64 100 all```."""

    def run(self):
        """Return the number, or a system message."""
        name, *what = self.text.split()
        try:
            text = WORDS[name](load(self.env), *what)
        except (OSError, KeyError, TypeError, ValueError) as error:
            message = f"measured: {self.text}: {type(error).__name__}: {error}"
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        if name in ENGLISH:
            return [nodes.inline("", text, classes=["language-en"])], []
        return [nodes.Text(text)], []


def setup(app):
    """Add the role, and look at the file before any script is run."""
    app.add_role("measured", Measured())
    app.connect("builder-inited", demand_checksum, priority=290)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
