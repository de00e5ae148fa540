"""The miniature site of the tests of faults."""

from tests.faults.conftest import first_build, fresh, good

__all__ = ["first_build", "fresh", "good"]
