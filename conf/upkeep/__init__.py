"""Keep the versions up to date: ``make lock``, ``make upgrade``, the weekly workflow.

All but ``outcomes`` needs uv and packaging only: the workflow has no room for a second
environment beside the one that is tried.
"""

FILES = ("requirements.txt", "requirements.lock")
PYTHONS = ("3.11", "3.12", "3.13")  # which the lock is made for
