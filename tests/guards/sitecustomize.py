"""Ends any process of Python that holds both TensorFlow and PyTorch.

Python imports this module at its start wherever ``PYTHONPATH`` has its folder.
``tests/conftest.py`` sees to that, and ``.ci/run`` by the Makefile's ``GUARDS``. So it
looks after every process of the tests, of the builds and downloads that they start, and
of CI's own build. Libraries ask whether a module can be found without loading it; only
what is loaded counts.
"""

import os
import sys
import traceback

NAMES = {"torch", "tensorflow"}
STATUS = 86  # of a process that was ended here


def end_if_both_are_loaded(event, arguments):
    """End the process at the first import that finds both loaded, if only in part."""
    if event == "import" and sys.modules.keys() >= NAMES:
        traceback.print_stack()
        os.write(2, b"tests/guards: torch and tensorflow are loaded in one process\n")
        os._exit(STATUS)


sys.addaudithook(end_if_both_are_loaded)
