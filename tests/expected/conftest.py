"""The miniature site of the tests of faults."""

from tests.faults.conftest import fresh

__all__ = ["fresh"]
