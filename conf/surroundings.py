"""What a script of the gallery runs in, be it in the build or in a test."""

import os
import socket
import tempfile
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
    if " " in tempfile.gettempdir() and os.access("/tmp", os.W_OK | os.X_OK):
        # torch.compile hands the compiler paths of files there, and quotes none
        os.environ["TMPDIR"] = tempfile.tempdir = "/tmp"


def missing_loopback(source):
    """Return None, or line and message: why a script cannot run on this machine.

    One that names 127.0.0.1 starts processes that talk to each other by that address.
    Where nothing answers there, as in some sandboxes, they would wait for minutes.
    """
    before, address, _ = source.partition("127.0.0.1")
    if not address:
        return None
    try:
        with socket.create_server((address, 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        reason = f"needs {address}, which cannot be reached on this machine: {error}"
        return before.count("\n") + 1, reason
    return None


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
