"""The tests' own server does what hosts of static files do."""

import gzip
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import brotli
import pytest
from languages import LANGUAGES

from tests.browsing import chromium, paths
from tests.serving import parse_headers, serve
from tests.site.test_pages import PAGES

HEADERS = """
# for all
/*
  X-Frame-Options: DENY
/sub/*
  X-Frame-Options: SAMEORIGIN
  Cache-Control: max-age=3600

/sub/page.html
  X-Page: one: two
"""


@pytest.fixture
def folder(tmp_path):
    """Return a small site."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text("front door")
    (tmp_path / "sub" / "page.html").write_text("一页 " * 100, encoding="utf-8")
    (tmp_path / "sub" / "index.html").write_text("below")
    (tmp_path / "sub" / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "404.html").write_text("missing")
    (tmp_path / "_headers").write_text(HEADERS)
    return tmp_path


def get(address, **headers):
    with urlopen(Request(address, headers=headers)) as answer:
        return answer.headers, answer.read()


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
    ],
)
def test_text_is_compressed_as_the_browser_likes(folder, accepted, encoding, decode):
    with serve(folder) as address:
        headers, body = get(f"{address}/sub/page.html", **{"Accept-Encoding": accepted})
    assert headers["Content-Encoding"] == encoding
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    assert (len(body) < 100) == bool(encoding)
    assert decode(body).decode() == "一页 " * 100


def test_a_picture_is_left_as_it_is(folder):
    with serve(folder) as address:
        headers, body = get(f"{address}/sub/picture.png", **{"Accept-Encoding": "br"})
    assert headers["Content-Encoding"] is None
    assert body == b"\x89PNG"


def test_each_path_has_its_headers(folder):
    """All that match, and two values of one name are joined."""
    with serve(folder) as address:
        front, _ = get(f"{address}/")
        page, _ = get(f"{address}/sub/page.html?q=1")
        picture, _ = get(f"{address}/sub/picture.png")
    assert front["X-Frame-Options"] == "DENY"
    assert front["Cache-Control"] is None
    assert page["X-Frame-Options"] == picture["X-Frame-Options"] == "DENY, SAMEORIGIN"
    assert page["X-Page"] == "one: two"
    assert picture["X-Page"] is None


@pytest.mark.parametrize("line", ["Name: value", "/a\n  Name value", "/a\n  Name:"])
def test_headers_that_cannot_be_read_are_named(line):
    with pytest.raises(ValueError, match=r"_headers, line [12]"):
        parse_headers(line)


@pytest.mark.parametrize("path", ["/none", "/sub/none?q=1", "/_headers"])
def test_what_is_missing_is_the_page_404(folder, path):
    """And it is kept, for those who want to know."""
    missed = []
    with serve(folder, missed=missed) as address:
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{address}{path}")
        get(f"{address}/")
    assert caught.value.code == 404
    assert caught.value.headers["X-Frame-Options"].startswith("DENY")
    assert caught.value.read() == b"missing"
    assert missed == [path]


def test_a_folder_gets_a_slash(folder):
    """Else the addresses on its page would lead elsewhere."""
    with serve(folder) as address, urlopen(f"{address}/sub?q=1") as answer:
        assert answer.url == f"{address}/sub/?q=1"
        assert answer.read() == b"below"


def test_a_site_is_found_below_its_published_path_too(folder):
    """There the links of the page 404 lead; what is missing has its own path."""
    missed = []
    with serve(folder, missed=missed, base="/docs/pytorch/") as address:
        for path in ("/docs/pytorch/sub/page.html", "/sub/page.html"):
            headers, body = get(f"{address}{path}")
            assert body.decode() == "一页 " * 100
            assert headers["X-Page"] == "one: two"
        for path in ("/docs/pytorch/none", "/docs/sub/page.html"):
            with pytest.raises(HTTPError):
                urlopen(f"{address}{path}")
    assert missed == ["/none", "/docs/sub/page.html"]


def test_a_plain_server_adds_nothing(folder):
    with serve(folder, plain=True) as address:
        headers, body = get(f"{address}/sub/page.html", **{"Accept-Encoding": "br"})
    assert headers["Content-Encoding"] is headers["X-Frame-Options"] is None
    assert body.decode() == "一页 " * 100


def test_the_servers_are_silent(folder, capfd):
    for plain in (True, False):
        with serve(folder, plain=plain) as address:
            get(f"{address}/")
            with pytest.raises(HTTPError):
                urlopen(f"{address}/none")
    assert capfd.readouterr() == ("", "")


def test_without_chromium_a_test_is_skipped_and_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        chromium()


def test_the_pages_of_the_build_are_all_there():
    """Those of every language, and the two that stand above."""
    wanted = {f"{each.folder}/{page}" for each in LANGUAGES for page in PAGES}
    assert set(paths()) == wanted | {"index.html", "404.html"}
