"""Makes `pytest gallery` and `pytest gallery/SECTION/NAME.py` check the scripts."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "conf"))

pytest_plugins = ["tests.gallery_items", "tests.sharing_out", "tests.where_time_went"]


def pytest_addoption(parser):
    """Add what `make screenshots` uses."""
    parser.addoption(
        "--update-screenshots",
        action="store_true",
        help="store new screenshots of the pages, and name those that changed",
    )
