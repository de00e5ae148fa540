"""Make the virtual environment ``.venv`` and install the locked packages into it.

``make`` runs this before every command, with a Python that ``find_python.sh`` has found
to fit. It uses the standard library alone.

Nothing is done to an environment that is as it was noted when it was finished.
Otherwise a new one is made beside it, in ``.venv.new``, and the two change places in
one move when the new one is whole. Whatever ends an installation, also a kill or a loss
of power, ``.venv`` is the old environment or the new one; the next run removes what is
left over. All this happens under the lock that builds take.
"""

import sys

from installed import NEW, OLD, ROOT, VENV, fault_of, has_moved


def main():
    """Bring ``.venv`` up to date."""
    if not (fault_of(VENV) or has_moved() or NEW.exists() or OLD.exists()):
        return
    import environment  # it imports what takes its time
    import turns

    lock = turns.take(ROOT)
    environment.clear_up()
    if fault := fault_of(VENV):
        environment.install(fault, lock)
    elif has_moved():
        environment.settle()


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"make: the environment .venv cannot be made: {error}")
    except KeyboardInterrupt:  # while it waits for its turn
        sys.exit(130)
