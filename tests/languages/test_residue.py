"""No English is left in a Chinese page or download, and no markup shows."""

# ruff: noqa: RUF001 - Chinese punctuation is meant

import io
import json
import re
import tomllib
import zipfile

import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString

from tests.conftest import GALLERY, ROOT, SITE
from tests.languages import residue

NAMES = tomllib.loads(
    (ROOT / "docs" / "locale" / "zh_CN" / "glossary.toml").read_text("utf-8")
)["names"]
CHINESE = SITE / "zh-cn"


@pytest.fixture(scope="session")
def chinese(site):
    """Return the folder of the Chinese pages."""
    if not CHINESE.is_dir():
        pytest.fail(f"there is no site in {CHINESE}; run: make html", pytrace=False)
    return CHINESE


def pages_of(folder):
    """Return a dictionary from a page's path in a folder to its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }


def downloads_of(folder):
    """Return a dictionary from a download's name to its content."""
    return {
        path.name: path.read_bytes()
        for path in sorted((folder / "_downloads").rglob("*"))
        if path.is_file()
    }


# -- The site -------------------------------------------------------------------------


def test_no_residue_on_any_page(site, chinese):
    """There is one for each English page, and each says that it is Chinese."""
    pages = pages_of(chinese)
    assert pages.keys() == pages_of(site).keys()
    assert len(pages) > len(GALLERY)
    for text in pages.values():
        assert BeautifulSoup(text, "html.parser").html["lang"] == "zh-CN"
    found = [
        f"zh-cn/{path}: {each}"
        for path, text in pages.items()
        for each in residue.in_page(text, NAMES)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["index.html", "404.html"])
def test_no_residue_on_the_pages_in_both_languages(site, name):
    """What is in Chinese there says so."""
    text = (SITE / name).read_text(encoding="utf-8")
    assert BeautifulSoup(text, "html.parser").select("[lang=zh-CN]")
    assert residue.in_page(text, NAMES) == []


def test_no_residue_in_any_download(site, chinese):
    """There is one for each English download, also inside the archive."""
    downloads, english = downloads_of(chinese), downloads_of(site)
    assert downloads.keys() == english.keys()
    results = {
        name: residue.in_file(name, content, NAMES)
        for name, content in downloads.items()
    }
    # A script and a notebook for each example, once more in the archive.
    assert sum(read for read, _ in results.values()) == 4 * len(GALLERY)
    found = [f"{name}: {each}" for name, (_, all_) in results.items() for each in all_]
    assert not found, "\n".join(found)


def texts_of(page):
    """Return the texts of a page that are in the page's own language, and no code."""
    return {
        " ".join(text.split())
        for text in BeautifulSoup(page, "html.parser").find_all(string=True)
        if not isinstance(text, PreformattedString)
        and not residue.UNREAD.intersection(above.name for above in text.parents)
        and text.find_parent(lang=True) == text.find_parent("html")
    }


def is_names(text):
    """Return whether a text is made of names and punctuation."""
    words = re.findall(r"[A-Za-z](?:[\w-]*\w)?", text)
    return all(word in NAMES for word in words)


def test_each_english_text_of_the_site_would_be_found(site, chinese):
    """The net has no hole through which one of our own sentences could slip."""
    number = 0
    for path, page in pages_of(site).items():
        same = texts_of((chinese / path).read_text(encoding="utf-8"))
        for text in texts_of(page) - same:
            if not is_names(text):
                number += 1
                assert residue.in_prose(text, NAMES), text
    assert number > 1000


def test_each_english_comment_of_a_script_would_be_found(site, chinese):
    """Even line by line."""
    number, translated = 0, downloads_of(chinese)
    for name, content in downloads_of(site).items():
        if not name.endswith(".py"):
            continue
        same = translated[name].decode().split("\n")
        for line in content.decode().split("\n"):
            comment = re.search(r"# .*", line)
            if not comment or '"' in line or line in same:
                continue
            if re.search(r"[A-Za-z]", re.sub("``.*?``|:math:`.*?`", "", comment[0])):
                number += 1
                assert residue.in_code(comment[0], NAMES), line
    assert number > 300


# -- Planted residue ------------------------------------------------------------------

ON_A_PAGE = {
    "sentence": "<p>This is English.</p>",
    "sentence in Chinese": "<p>先说中文。This is English. 再说中文。</p>",
    "two words": "<p>梯度 is computed 之后</p>",
    "words and names": "<p>用 PyTorch and NumPy together 训练</p>",
    "words and code": "<p>先用 the function torch.relu 再说</p>",
    "one word": "<p>梯度<em>gradient</em>。</p>",
    "title": "<h2>Training</h2>",
    "cell": "<table><tr><td>none</td></tr></table>",
    "between code": "<p><code>a</code> and <code>b</code> 相等</p>",
    "alt": '<img alt="A curve of the loss">',
    "tooltip": '<a href="#" title="Link to this heading">¶</a>',
    "label": '<button aria-label="Toggle theme"></button>',
    "placeholder": '<input placeholder="Search">',
    "description": '<meta name="description" content="The loss falls.">',
    "preview": '<meta property="og:title" content="The loss">',
    "picture": "<svg><title>Light mode</title></svg>",
    "inner": '<div lang="en"><p lang="zh-CN">Read this.</p></div>',
    "strong": "<p>都**不需要**。</p>",
    "emphasis": "<p>各次*共享*权重。</p>",
    "literal": "<p>用 ``loss`` 表示</p>",
    "code": "<p>用 `loss` 表示</p>",
    "role": "<p>见 :doc:`教程`。</p>",
    "role without text": "<p>见 :doc: 教程。</p>",
    "MyST role": "<p>见 {doc}`教程`。</p>",
    "link": "<p>见 `教程 &lt;a.html&gt;`__。</p>",
    "Markdown link": "<p>见 [教程](a.html)。</p>",
    "formula": "<p>其中 $y = wx$。</p>",
    "directive": "<p>.. note:: 注意</p>",
    "comment": '<div class="highlight-Python"><pre>x = 1  # the input</pre></div>',
    "docstring": '<div class="highlight-python"><pre>def f():\n    """Do it."""</pre>'
    "</div>",
    "no Python": '<div class="highlight-python"><pre>x = = 1</pre></div>',
    "shell": '<div class="highlight-sh"><pre>make html  # build it</pre></div>',
}
FINE = {
    "Chinese": "<p>损失是一个数，详见下文。</p>",
    "names": "<p>PyTorch、NumPy 与 TensorFlow</p><h1>PyTorch</h1>",
    "a term": "<p>用 momentum 训练</p>",
    "identifiers": "<p>用 torch.relu 与 zero_grad() 训练，见 D_in 与 w1</p>",
    "code": "<p>用 <code>for each step</code> 与 <kbd>Ctrl C</kbd></p>",
    "formula": "<p>其中 <math><mi>max of all</mi></math></p>",
    "script": "<script>let a = `the words`;</script><style>**</style>",
    "remark": "<!-- Made by a tool -->",
    "English": '<p lang="en">This is English, `and` **so** on.</p>',
    "part": '<p>见 <em lang="en">learning rate</em> 与 <code>a</code>。</p>',
    "inner": '<section lang="en"><p>See <b>this</b></p></section>',
    "address": "<p>网址是 https://example.org/the/old/page 。</p>",
    "product": "<p>3 * 4 与 2 × 3</p>",
    "time": "<p>从 10:30:00 起</p>",
    "reference": '<div class="highlight-python"><pre><a title="torch.nn.Linear">Linear'
    "</a></pre></div>",
    "comment": '<div class="highlight-python"><pre>x = 1  # 输入</pre></div>',
    "printed": '<div class="highlight-python"><pre>f()\n#> the loss</pre></div>',
    "output": '<div class="sphx-glr-script-out highlight-none"><pre># the loss</pre>'
    "</div>",
}


def page(body):
    """Return a Chinese page."""
    return f'<!doctype html><html lang="zh-CN"><body>{body}</body></html>'


@pytest.mark.parametrize("name", ON_A_PAGE)
def test_residue_on_a_page_is_found(name):
    """With the line of the page."""
    found = residue.in_page(page(f"<p>中文。</p>\n{ON_A_PAGE[name]}"), NAMES)
    assert found
    assert all(each.startswith("line 2: ") for each in found)


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_on_a_page_is_not_found(name):
    assert residue.in_page(page(FINE[name]), NAMES) == []


SCRIPT = '''r"""
PyTorch：张量
=============

用 :doc:`上一例 </examples_tensor/a>` 的网络，*学习率（learning rate）* 不变，
另见 `论文 <https://example.org/a>`__ 和 ``for t in range``。

.. admonition:: 本例新内容

    报错“a leaf Variable that requires
    grad”不再出现。
"""

# %%
# 数据
# ----
# 其中 :math:`x` 是输入，**加粗** 的是结果。

import torch

N = 64  # 批量大小


def loss_of(x):
    """计算损失。

    >>> loss_of(the, input)
    the output
    """
    # 平方和，按照 ``MSELoss`` 的定义，
    # PyTorch
    return x.pow(2).sum()
    #> the loss
'''
IN_A_SCRIPT = {
    "title": ("PyTorch：张量", "PyTorch: Tensors"),
    "top": ("的网络，", "的网络。The rest stays. "),
    "box": ("本例新内容", "New in this example"),
    "body": ("”不再出现。", "”不再出现。It is gone."),
    "heading": ("# 数据\n", "# The data\n"),
    "prose": ("是输入，", "是输入，and so on，"),
    "wrapped": ("# 其中 :math:`x` 是输入", "# 其中 it is\n# 是输入"),
    "emphasis": ("**加粗**", "**the bold part**"),
    "behind code": ("# 批量大小", "# batch size"),
    "one word": ("# 批量大小", "# batch"),
    "docstring": ("计算损失。", "Compute the loss."),
    "comment": ("# 平方和，", "# The sum of squares,"),
    "end of comment": ("    # PyTorch\n", "    # PyTorch 的 sum of squares\n"),
    "in words": ("# 平方和，", "# 平方和 as defined by，"),
}


def test_what_is_fine_in_a_script_is_not_found():
    """Code, names, quotes, terms in brackets, what a program prints."""
    assert residue.in_file("a.py", SCRIPT.encode(), NAMES) == (1, [])


@pytest.mark.parametrize("name", IN_A_SCRIPT)
def test_residue_in_a_script_is_found(name):
    """In its prose, its comments and its docstrings."""
    old, new = IN_A_SCRIPT[name]
    assert SCRIPT.count(old) == 1
    found = residue.in_code(SCRIPT.replace(old, new), NAMES)
    assert len(found) == 1


def notebook(*cells):
    """Return the text of a notebook with cells, each a kind and its text."""
    return json.dumps({"cells": [{"cell_type": k, "source": [s]} for k, s in cells]})


GOOD = (
    (
        "markdown",
        "# 张量\n\n用 ``w.grad`` 与 [论文](https://example.org/a)，$y = wx$。",
    ),
    (
        "markdown",
        "> **本例新内容**\n>\n> *学习率（learning rate）* 与 ``a `b` words``。",
    ),
    ("code", "N = 64  # 批量大小\nprint('the loss')"),
)
IN_A_NOTEBOOK = {
    "sentence": ("markdown", "先说中文。Then English."),
    "title": ("markdown", "## The data"),
    "item": ("markdown", "- 中文\n- English"),
    "box": ("markdown", "> **New here**\n>\n> 中文"),
    "link": ("markdown", "见 [the paper](https://example.org/a)。"),
    "bold": ("markdown", "中文 **English words** 中文"),
    "comment": ("code", "N = 64  # batch size"),
    "role": ("markdown", "见 :doc:`/a`。"),
    "domain": ("markdown", "见 :py:func:`a.b`。"),
    "reference": ("markdown", "见 `论文 <https://example.org/a>`__。"),
    "underscore": ("markdown", "见 [论文](https://example.org/a)_。"),
    "directive": ("markdown", ".. admonition:: 中文\n\n   中文"),
    "listing": ("markdown", "中文::\n\n    x = 1"),
}


def test_what_is_fine_in_a_notebook_is_not_found():
    assert residue.in_notebook(notebook(*GOOD), NAMES) == []


@pytest.mark.parametrize("name", IN_A_NOTEBOOK)
def test_residue_in_a_notebook_is_found(name):
    """In its prose and its comments; of reStructuredText nothing is left."""
    assert residue.in_notebook(notebook(*GOOD, IN_A_NOTEBOOK[name]), NAMES)


def test_residue_in_an_archive_is_found():
    """The member is named, and each is read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/good.py", SCRIPT)
        archive.writestr("a/bad.py", "x = 1  # the input\n")
        archive.writestr("a/good.ipynb", notebook(*GOOD))
    read, found = residue.in_file("all.zip", file.getvalue(), NAMES)
    assert read == 3
    assert found == ["a/bad.py: English: the input"]


def test_a_download_of_an_unknown_kind_is_not_passed_over():
    """A new kind of download needs a way of reading it."""
    with pytest.raises(KeyError):
        residue.in_file("words.txt", b"English", NAMES)
