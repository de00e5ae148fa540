"""Print the exact versions in the environment of this Python, as JSON.

``make versions`` runs it in each environment. It imports PyTorch alone, for the label
of its build, which no package's metadata has.
"""

import json
import platform
import sysconfig
from importlib import metadata


def tensorflow() -> str:
    """Return the version of TensorFlow, which comes as one of two packages."""
    try:
        return metadata.version("tensorflow")
    except metadata.PackageNotFoundError:
        return metadata.version("tensorflow-cpu")


def main() -> None:
    """Print one line."""
    import torch

    versions = {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "tensorflow": tensorflow(),
        "numpy": metadata.version("numpy"),
        "platform": sysconfig.get_platform(),
    }
    print(json.dumps(versions))


if __name__ == "__main__":
    main()
