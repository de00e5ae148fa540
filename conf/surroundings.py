"""What a script of the gallery runs in, be it in the build or in a test."""

import os
import warnings

import machine_notices

# Two threads on two shared cores stall each other; TensorFlow's notes about the
# machine it runs on are not for readers. What the user has set stays.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",  # else sums depend on the number of cores
    "TF_NUM_INTEROP_THREADS": "1",
}


def set_environment():
    """Set what is not set; to be called before NumPy or a framework is imported."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def make_warnings_errors():
    """Let a warning that a script's own line causes end the script.

    Sphinx-Gallery and our tests both run a script as ``__main__``. What libraries say
    of the machine is left out.
    """
    machine_notices.ignore()
    for category in (DeprecationWarning, FutureWarning, UserWarning):
        warnings.filterwarnings("error", category=category, module="__main__")
    # plt.show() says so where pictures are written to files, as they are here.
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")


def hook(gallery_conf, script):
    """Do the same before each script of the build; Sphinx-Gallery calls this."""
    make_warnings_errors()
