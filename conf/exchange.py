"""Two folders change places in one move, so that neither is ever missing.

Linux has the call ``renameat2`` for it, macOS ``renamex_np``; Python has neither.
"""

import ctypes
import errno
import os
import shutil
import sys

AT_FDCWD = -100  # paths are relative to the working folder
RENAME_EXCHANGE = 2  # <linux/fs.h>
RENAME_SWAP = 2  # <sys/stdio.h> of macOS


def exchange(one, other):
    """Let the paths ``one`` and ``other``, which exist, name each other's content.

    Raises ``OSError`` if one of them is missing, and with ``errno.ENOTSUP`` where the
    system or the file system cannot do it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        status = libc.renamex_np(*paths, RENAME_SWAP)
    elif hasattr(libc, "renameat2"):  # glibc has had it since 2.28
        status = libc.renameat2(AT_FDCWD, paths[0], AT_FDCWD, paths[1], RENAME_EXCHANGE)
    else:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    if status:
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS):
            number = errno.ENOTSUP
        raise OSError(number, os.strerror(number), str(one), None, str(other))


def put_in_place(new, place, aside):
    """Let the folder ``new`` take the place of ``place``, in one move if possible.

    What was there is then in ``new``; where the system cannot exchange the two, it is
    in ``aside``, and for a moment nothing is in its place. Raises ``OSError``.
    """
    if not place.exists():
        new.rename(place)
        return
    try:
        exchange(new, place)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        shutil.rmtree(aside, ignore_errors=True)
        place.rename(aside)
        new.rename(place)
