"""Run a command and write what it took: ``python measure.py RESULT COMMAND ...``.

Seconds by the clock, seconds of all processors, and the most memory that all its
processes had at one time, in bytes. Pages that processes share count once (Linux's
"proportional set size"). A process whose parent has ended comes to this one, so none
is missed.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time

import psutil

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's <sys/prctl.h>
INTERVAL = 0.2  # seconds


def memory_of_children():
    """Return the memory of all processes below this one, in bytes."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has just ended
            continue
    return total


def main():
    """Run, measure, and end with the command's exit status."""
    result, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    most, over = [0], threading.Event()

    def watch():
        while not over.wait(INTERVAL):
            most[0] = max(most[0], memory_of_children())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    status = subprocess.run(command, check=False).returncode
    wall = time.perf_counter() - began
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    over.set()
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(result, "w", encoding="utf-8") as file:
        cpu = used.ru_utime + used.ru_stime
        json.dump({"wall": wall, "cpu": cpu, "memory": most[0]}, file)
    sys.exit(status)


if __name__ == "__main__":
    main()
