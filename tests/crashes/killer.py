"""Kill a build at its n-th change of a file; put on the path as ``sitecustomize``.

Python tells an audit hook of each file that it is about to open, move or delete. All
processes of a build count together. At the change number ``KILL_AT`` the file opened
before is cut in half, as a full buffer would leave it, and the build is killed with
signal 9, which no process can catch.
"""

import os
import sys
import threading

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.copyfile")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
FOLDER, LOG = os.environ["KILL_IN"], os.environ["KILL_LOG"]
KILL_AT = int(os.environ["KILL_AT"])

os.environ.setdefault("KILL_PROCESS", str(os.getpid()))  # children inherit it
log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
state = threading.local()
last_opened = []


def note(event, arguments):
    """Count a change, and kill the build if it is the one."""
    if getattr(state, "busy", False):
        return
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, str | os.PathLike) or not flags & WRITING:
            return
    elif event in CHANGES:
        path = arguments[0]
    else:
        return
    path = os.path.join(os.getcwd(), os.fsdecode(path))
    if not path.startswith(FOLDER) or path.endswith(("/build/lock", ".pyc")):
        return
    state.busy = True
    os.write(log, f"{event} {path}\n".encode())
    with open(LOG, encoding="utf-8") as file:
        count = len(file.readlines())
    if KILL_AT and count >= KILL_AT:
        if last_opened and os.path.exists(last_opened[0]):
            os.truncate(last_opened[0], os.path.getsize(last_opened[0]) // 2)
        os.kill(int(os.environ["KILL_PROCESS"]), 9)
        os.kill(os.getpid(), 9)
    if event == "open":
        last_opened[:] = [path]
    state.busy = False


sys.addaudithook(note)
