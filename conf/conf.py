"""What the site is. How it is made stands beside this file, one concern a module."""

import os
import sys
from pathlib import Path

CONF = Path(__file__).resolve().parent
ROOT = CONF.parent
sys.path.insert(0, str(CONF))

from surroundings import set_environment  # noqa: E402 - it is in this folder

set_environment()

# -- The site ----------------------------------------------------------------
project = "Learning PyTorch with Examples"
language = "en"
# Where the site will be published; search engines are told so.
site_url = (os.environ.get("SITE_URL") or "http://localhost:8000").rstrip("/") + "/"

extensions = [
    "myst_parser",
    "sphinx.ext.intersphinx",
    "collecting",
    "places",
    "form",
    "figures",
    "isolation",  # before sphinx_gallery: it lends it its processes
    "executors",
    "sphinx_gallery.gen_gallery",
    "executed",
    "results",
    "checked_output",
    "notebooks",
    "archive",
    "localized",
    "example_pages",
    "from_scripts",
    "ladder",
    "changes",
    "frames",
    "beside",
    "playground",
    "diagrams",
    "answers",
    "messages",
    "search",
    "mathml",
    "pages",
    "description",
    "social_cards",
    "english_inside",
    "han_spacing",
    "glossary_page",
    "versions",
    "measured",
    "step_times",
    "where_they_hold",
    "last_checked",
]

# -- Sources -----------------------------------------------------------------
locale_dirs = ["locale"]
gettext_compact = False  # a catalogue for each page
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# -- The gallery -------------------------------------------------------------
sections = sorted((ROOT / "gallery").glob("examples_*"))
sphinx_gallery_conf = {
    "examples_dirs": [str(section) for section in sections],
    "gallery_dirs": [section.name for section in sections],  # in the source folder
    "filename_pattern": "",  # execute every script
    "copyfile_regex": r"index\.rst",  # each section brings its own index page
    "image_scrapers": ("figures.scraper",),
    "reset_modules": ("matplotlib", "figures.style", "surroundings.hook"),
    # A page shows what the script prints, nothing else; isolation.py refuses this.
    "capture_repr": ("_repr_html_",),
    "only_warn_on_example_error": True,  # and warnings fail the build
    "parallel": max(2, os.cpu_count() or 2),  # scripts at a time
    "remove_config_comments": True,
    # Nothing on a page may depend on the machine or on the time of day.
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "show_signature": False,
    "download_all_examples": False,
    "css": (),
}
ladder = ["examples_tensor", "examples_autograd", "examples_nn"]  # the nine
example_time_limit = 120  # seconds, unless a script asks for more
example_memory_limit = 4 * 2**30  # bytes
example_output_limit = 20_000  # characters a cell

# -- Links to the API pages of others ----------------------------------------
# The inventories are small text files kept here, so that a build needs no network.
intersphinx_mapping = {
    name: (url, str(CONF / "inventories" / f"{name}.txt"))
    for name, url in {
        "python": "https://docs.python.org/3/",
        "numpy": "https://numpy.org/doc/stable/",
        "torch": "https://docs.pytorch.org/docs/stable/",
        "tensorflow": "https://www.tensorflow.org/api_docs/python/",
        "matplotlib": "https://matplotlib.org/stable/",
        "scikit-learn": "https://scikit-learn.org/stable/",
    }.items()
}

# -- The pages ---------------------------------------------------------------
html_theme = "furo"
html_theme_options = {"enable_search_shortcuts": False}  # Esc closes a menu
templates_path = [str(CONF / "templates")]
html_static_path = [str(CONF / "static")]
html_css_files = [
    "theme.css",
    "page.css",
    "code.css",
    "ladder.css",
    "chinese.css",
    "print.css",
]
html_js_files = [
    (name, {"defer": "defer"}) for name in ("page.js", "copy.js", "languages.js")
]
html_favicon = str(CONF / "static" / "favicon.svg")
html_copy_source = False
html_show_sphinx = False
html_use_index = False

# -- Checks ------------------------------------------------------------------
nitpicky = True
suppress_warnings = [
    "sphinx_gallery.space_in_filename",  # it means the clone's whole path
    "sphinx_gallery.example_error",  # executed.py says it, in one line
]
linkcheck_timeout = 30
linkcheck_anchors = False
