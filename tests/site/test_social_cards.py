"""Every page names a picture for those who share its link; it is small and its own."""

import io
import os
import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import diagrams
import pytest
import social_cards
from bs4 import BeautifulSoup
from from_scripts import PARTS
from ladder import loop_lines
from languages import LANGUAGES
from matplotlib.ft2font import FT2Font
from PIL import Image

from tests.conftest import EXAMPLES, ROOT, SITE

LIMIT = 25_000  # bytes
NAMES = [path.rpartition("/")[2] for path in EXAMPLES]
LINES = {
    path.rpartition("/")[2]: loop_lines(
        (ROOT / f"gallery/{path}.py").read_text("utf-8")
    )
    for path in EXAMPLES
}
PICTURES = [social_cards.SITE, *NAMES]
PICTURES_OF_SITE = SITE / LANGUAGES[0].folder / social_cards.FOLDER


def properties(page):
    """Return what the head of a page says for those who share its link."""
    return {
        meta.get("property") or meta["name"]: meta["content"]
        for meta in page.select("head meta[property], head meta[name]")
    }


def named(pages):
    """Return the picture that each page names, as a file of the build."""
    own = properties(pages["index.html"])["og:url"].removesuffix("index.html")
    root, slash, _ = own.removesuffix("/").rpartition("/")
    assert urlsplit(root).netloc
    files = {}
    for name, page in pages.items():
        address = properties(page)["og:image"]
        assert address.startswith(root + slash), name
        files[name] = SITE / address.removeprefix(root + slash)
    return files


# -- On pages ------------------------------------------------------------------------


def test_every_page_names_a_picture_of_the_right_size(pages):
    """It is there, and as the page says that it is."""
    files = named(pages)
    assert len(files) > len(EXAMPLES)
    for name, file in files.items():
        about = properties(pages[name])
        assert about["twitter:card"] == "summary_large_image"
        assert len(pages[name].select('meta[property="og:image"]')) == 1
        with Image.open(file) as image:
            assert image.get_format_mimetype() == about["og:image:type"]
            assert image.size == (1200, 630)
            assert [str(side) for side in image.size] == [
                about["og:image:width"],
                about["og:image:height"],
            ]


def test_an_example_has_a_picture_of_its_own_and_all_others_share_one(pages):
    """Ten pictures, the same in all languages, and not one that no page names."""
    files = named(pages)
    own = {files.pop(f"{example}.html") for example in EXAMPLES}
    (shared,) = set(files.values())
    assert len({file.read_bytes() for file in (*own, shared)}) == len(EXAMPLES) + 1
    assert set(SITE.glob("**/social/*")) == {*own, shared}


def test_a_picture_has_words_in_the_language_of_its_page(pages, translated):
    """What an example's shows is what its diagram shows; its place is told."""
    words = {name: properties(page)["og:image:alt"] for name, page in pages.items()}
    for place, example in enumerate(EXAMPLES, 1):
        alt = words.pop(f"{example}.html")
        description = diagrams.descriptions()[example.rpartition("/")[2]]
        assert alt == translated(
            "sphinx", "Example {place} of {count}, as a diagram. {description}"
        ).format(
            place=place,
            count=len(EXAMPLES),
            description=translated("sphinx", str(description)),
        )
        assert len(alt) <= 420  # where links are shared, no more is read out
    assert set(words.values()) == {
        translated("sphinx", social_cards.site_in_words(str))
    }


@pytest.mark.parametrize("name", ["index.html", "404.html"])
def test_the_pages_above_the_languages_name_the_sites_picture(name):
    """With the words of the language that they begin with."""
    page = BeautifulSoup((SITE / name).read_text(encoding="utf-8"), "html.parser")
    about = properties(page)
    root = urlsplit(about["og:image"])
    folder = LANGUAGES[0].folder
    path = f"{folder}/{social_cards.FOLDER}/{social_cards.SITE}.png"
    assert root.netloc
    assert root.path.endswith(f"/{path}")
    assert (SITE / path).is_file()
    assert about["twitter:card"] == "summary_large_image"
    assert about["og:image:alt"] == social_cards.site_in_words(str)


def test_no_page_loads_a_picture(site):
    """They are there for others: a page is as light as before."""
    found = 0
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found += text.count(social_cards.FOLDER)
        text = re.sub(r'<meta property="og:image" [^>]*>', "", text)
        assert social_cards.FOLDER not in text, path
    assert found > len(EXAMPLES)


# -- The pictures --------------------------------------------------------------------


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_light_and_not_blank(name):
    """Ink on paper: not too little and not too much, and none near the edge."""
    data = (PICTURES_OF_SITE / f"{name}.png").read_bytes()
    assert len(data) < LIMIT
    image = Image.open(io.BytesIO(data)).convert("RGB")
    paper = image.getpixel((0, 0))
    assert paper == tuple(bytes.fromhex(social_cards.PAPER[1:]))
    pixels = list(image.get_flattened_data())
    assert 0.03 < sum(pixel != paper for pixel in pixels) / len(pixels) < 0.3
    margin = 48
    wide, high = image.size
    inner = (margin, margin, wide - margin, high - margin)
    image.paste(paper, inner)
    assert image.getcolors() == [(wide * high, paper)]


def test_another_run_draws_the_same_bytes():
    """In a process of its own, and with none of the machine's fonts."""
    code = (
        "import sys, social_cards as s; lines = eval(sys.argv[1])\n"
        "for name in (s.SITE, *lines):\n"
        "    print(name, s.png(s.svg(name, lines), s.style()).hex())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, repr(LINES)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "conf"), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = dict(line.split() for line in run.stdout.splitlines())
    assert list(drawn) == PICTURES
    for name, data in drawn.items():
        built = PICTURES_OF_SITE / f"{name}.png"
        assert bytes.fromhex(data) == built.read_bytes(), name


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_which_example_it_is(name):
    """Its number, a marked bar, and every name that its diagram has."""
    tree = ElementTree.fromstring(social_cards.svg(name, LINES))
    space = "{http://www.w3.org/2000/svg}"
    words = [text.text for text in tree.iter(f"{space}text")]
    place = NAMES.index(name)
    assert words[-3:] == ["PyTorch", str(place + 1), f"/ {len(NAMES)}"]
    assert {*diagrams.NETS[name].names.values()} <= set(words)
    bars = tree.findall(f"{space}rect")[1:]
    marked = [bar.get("fill") == social_cards.MARK for bar in bars]
    assert [at for at, is_marked in enumerate(marked) if is_marked] == [place]
    wide = [int(bar.get("width")) for bar in bars]
    most = max(LINES.values())
    assert wide == [round(220 * count / most) for count in LINES.values()]


def test_the_fonts_have_every_character():
    """No picture has a box where a character should be."""
    known = [set(FT2Font(font).get_charmap()) for font in social_cards.FONTS]
    for name in PICTURES:
        tree = ElementTree.fromstring(social_cards.svg(name, LINES))
        used = set("".join(tree.itertext()))
        assert used
        for characters in known:
            assert {ord(each) for each in used - {"\n"}} <= characters


def test_words_are_drawn():
    """A font that is missing would leave them out without a word."""
    picture = social_cards.svg(NAMES[0], LINES)
    css = social_cards.style()
    for kept_words in (
        r"<text [^>]*>PyTorch</text>",
        r"<text [^>]*>grad_h_relu</text>",
    ):
        fewer, count = re.subn(kept_words, "", picture)
        assert count == 1
        assert social_cards.png(fewer, css) != social_cards.png(picture, css)


# -- Building ------------------------------------------------------------------------


def test_a_picture_is_drawn_once(tmp_path, monkeypatch):
    """And again if the picture, its style or what draws it has changed."""
    drawn = []
    monkeypatch.setattr(social_cards, "png", lambda *what: drawn.append(what) or b"1")
    for picture, css in ("a", "b"), ("a", "b"), ("c", "b"), ("a", "d"), ("a", "b"):
        kept = social_cards.kept(picture, css, tmp_path / "new")
        assert kept.read_bytes() == b"1"
    assert drawn == [("a", "b"), ("c", "b"), ("a", "d")]
    monkeypatch.setattr(social_cards.resvg_py, "__version__", "another")
    social_cards.kept("a", "b", tmp_path / "new")
    assert len(drawn) == 4
    assert len(list((tmp_path / "new").iterdir())) == 4


def test_pictures_that_no_page_names_any_more_are_not_kept(tmp_path, monkeypatch):
    """Nor is what a killed build has left; the others stay and are not drawn again."""
    monkeypatch.setattr(social_cards, "png", lambda *what: b"1")
    monkeypatch.setattr(social_cards, "lines_in_loops", lambda app: LINES)
    app = SimpleNamespace(
        outdir=tmp_path / "html",
        srcdir=tmp_path / "docs",
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(language="en"),
    )
    kept = tmp_path / ".cache" / "social"
    social_cards.write(app, None)
    first = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    for name in "old.png", "half.part":
        (kept / name).write_bytes(b"2")
    (kept / "en" / "more").mkdir(parents=True)  # as an older version had it
    social_cards.write(app, None)
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == first
    assert len(first) == len(list((tmp_path / "html").glob("**/*.png"))) == 10


def test_a_script_that_is_not_as_it_should_be_has_a_bar_without_length(tmp_path):
    """What is wrong with it is said elsewhere, with its line; nothing breaks here."""
    for folder in "docs/small", "gallery/small":
        (tmp_path / folder).mkdir(parents=True)
    index = tmp_path / "docs/small/index.rst"
    index.write_text(".. toctree::\n\n   good\n   bad\n   missing\n")
    loop = "".join(f"# {part} pass: so.\nx = 1\n\n" for part in PARTS)
    (tmp_path / "gallery/small/good.py").write_text(loop)
    (tmp_path / "gallery/small/bad.py").write_text("x = 1\n")
    env = SimpleNamespace(
        srcdir=tmp_path / "docs",
        config=SimpleNamespace(ladder=["small"]),
        found_docs={"small/index"},
    )
    app = SimpleNamespace(srcdir=env.srcdir, env=env)
    lines = social_cards.lines_in_loops(app)
    assert lines == {"good": 3, "bad": 0, "missing": 0}
    assert len(ElementTree.fromstring(social_cards.svg(social_cards.SITE, lines)))


def test_a_site_without_examples_has_a_picture():
    """As in a preview of a part of it."""
    picture = social_cards.svg(social_cards.SITE, {})
    image = Image.open(io.BytesIO(social_cards.png(picture, social_cards.style())))
    assert image.size == social_cards.SIZE
