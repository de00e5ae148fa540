"""What libraries say of the machine reaches no page, and fails no build and no test.

A library that finds no GPU, or a Python that it does not like, says so in its log or by
a warning. That is true of one machine and not of the next, so no script can expect it.
This is the one list of such remarks. Each entry has who says it and how it begins.
Whatever else is said, or the same words by a line of the script itself, still counts.

TensorFlow's remarks of this kind are written by compiled code, past Python's streams;
``surroundings`` sets the variable that silences them.
"""

import logging
import re
import warnings

LOGGED = {  # by the logger's name
    "torch.utils.cpp_extension": "No CUDA runtime is found",  # nvcc, but no GPU
    "torch.utils.flop_counter": "triton not found",  # PyTorch's build for the CPU
    "torch._inductor.utils": "Not enough SMs to use max_autotune_gemm mode",
}
WARNED = {  # by a module of PyTorch
    "Guards may run slower on Python 3.13.0": RuntimeWarning,
    "CUDA initialization: ": UserWarning,  # a driver that is too old, for example
    "Can't initialize NVML": UserWarning,
}


class _Beginning(logging.Filter):
    """Drops the messages of one logger that begin with certain words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the message is to be shown."""
        return not record.getMessage().startswith(self.words)


def ignore() -> None:
    """Let none of these remarks be shown in this process; call it once."""
    for name, words in LOGGED.items():
        logging.getLogger(name).addFilter(_Beginning(words))
    for words, category in WARNED.items():
        warnings.filterwarnings("ignore", re.escape(words), category, r"torch(\.|$)")
