"""Sets of environments in words: ranges of versions, and what sets some of them apart.

A range goes from one measured version to another, and every measured version between
them is in it.
"""

import re
from collections.abc import Callable, Collection
from itertools import combinations

from checks import Environment
from packaging.version import Version
from sphinx.locale import _

Environments = Collection[Environment]


def public(environment: Environment) -> str:
    """Return the version of PyTorch without its build's label."""
    return environment.torch.partition("+")[0]


def build(environment: Environment) -> str:
    """Return what PyTorch was built for: ``CPU``, ``CUDA 13.0``, or its label."""
    label = environment.torch.partition("+")[2]
    if cuda := re.fullmatch(r"cu(\d+)(\d)", label):
        return f"CUDA {cuda[1]}.{cuda[2]}"
    return label.upper() if label == "cpu" else label


def _attribute(name: str) -> Callable[[Environment], str]:
    return lambda environment: getattr(environment, name)


# What may set environments apart, in words; the first that does is named.
PARTS: dict[str, Callable[[Environment], str]] = {
    "PyTorch": public,
    "NumPy": _attribute("numpy"),
    "Python": _attribute("python"),
    "TensorFlow": _attribute("tensorflow"),
    "build": build,
    "platform": _attribute("platform"),
}
SHOWN = ("Python", "NumPy", "PyTorch", "TensorFlow")


def part(name: str, group: Environments, everyone: Environments) -> str:
    """Return the versions of one package in a group: ``PyTorch 2.13.0 to 2.15.0``."""
    of = PARTS[name]
    values = {of(environment) for environment in group}
    if of is build:
        return _("a build for {builds}").format(builds=", ".join(sorted(values)))
    if name not in SHOWN:
        return ", ".join(sorted(values))
    measured = sorted({of(environment) for environment in everyone}, key=Version)
    runs: list[list[str]] = [[]]
    for version in measured:
        if version in values:
            runs[-1].append(version)
        elif runs[-1]:
            runs.append([])
    return f"{name} {', '.join(_range(run) for run in runs if run)}"


def _range(run: list[str]) -> str:
    if len(run) == 1:
        return run[0]
    return _("{first} to {last}").format(first=run[0], last=run[-1])


def parts(group: Environments, everyone: Environments, names: Collection[str]) -> str:
    """Return the versions of several packages in a group."""
    return " · ".join(part(name, group, everyone) for name in names)


def apart(group: Environments, everyone: Environments) -> str:
    """Return what a group has in common that no other environment has.

    It is as little as possible: PyTorch's version, say, or that and Python's. Where
    nothing is in common, all are named.
    """
    wanted = set(group)
    if wanted == set(everyone):
        return _("all versions measured")
    for size in range(1, len(PARTS) + 1):
        for names in combinations(PARTS, size):
            allowed = {name: set(map(PARTS[name], group)) for name in names}
            found = {
                environment
                for environment in everyone
                if all(PARTS[n](environment) in allowed[n] for n in names)
            }
            if found == wanted:
                return parts(group, everyone, names)
    ordered = sorted(group, key=lambda environment: environment.order)
    return "; ".join(parts([each], [each], SHOWN) for each in ordered)
