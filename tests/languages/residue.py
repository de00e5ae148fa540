"""English that is left in a Chinese page or download, and markup that shows.

Each function takes a text and returns findings, lines of text. Names stay as they are
and are no findings. Nothing of ``conf/`` is used: this is a second net behind the
catalogues, made of other yarn.
"""

import ast
import io
import json
import re
import tokenize
import zipfile

from bs4 import BeautifulSoup
from bs4.element import PreformattedString

from tests.conftest import code_shown

HAN = re.compile(r"[\u3400-\u9fff]")
NOT_CHINESE = re.compile(r"[^\u2e80-\u9fff\uff00-\uffef]+")
WORD = re.compile(r"[A-Za-z]{2,}(?:['’-][A-Za-z]+)*|[aAIs]")
EDGES = "\"'“”‘’.,;:!?()[]{}<>*~+=&©"

MARKUP = re.compile(
    r"\*\*|\*(?=\w)|(?<=\w)\*|`"  # emphasis and code
    r"|(?<!\w):[a-z]+:(?!\w)|\{[a-z]+\}|\.\. [\w-]+::"  # roles and directives
    r"|\]\(|\$[^$]+\$"  # links and formulas
)
# English that is meant, in files that cannot say so by an attribute ``lang``: a term
# of a few words in emphasis, and what is quoted.
TERM = re.compile(r"[A-Za-z-]+(?: [A-Za-z-]+){,4}")
MEANT = [
    (r"(?<!\*)\*(?=\S)[^*]+\*(?!\*)", lambda emphasis: TERM.sub(" ", emphasis[0])),
    (r"“[A-Za-z][\x20-\x7e…]*”", " "),
]
IN_REST = [  # pairs: markup, and what a reader sees of it
    (r"``.+?``(?!`)|:math:`[^`]*`", " "),
    (r"(?::[\w:]+:)?`([^`<]*?)\s*<[^>]*>`_{0,2}", r"\1"),
    (r":[\w:]+:`[^`]*`|`[^`]*`(?!_)", " "),
    (r"`([^`]*)`__?", r"\1"),
    (r"\.\. [\w-]+::|^:[\w-]+:", " "),
    (r"\s+", " "),
    *MEANT,
]
FORMULAS = re.compile(r"^\.\. beside::\n\n(?: {3}.*\n?)+", re.M)
COMMANDS = re.compile(r"^\.\. code-block:: sh\n\n(?: {3}.*\n?)+", re.M)
IN_MARKDOWN = [
    (r"(`+)(?!`).+?(?<!`)\1(?!`)", " "),
    (r"\$\$.*?\$\$|\$[^$]*\$|\\begin\{.*?\\end\{\w+\*?\}", " "),
    (r"!?\[([^]]*)\]\([^)]*\)", r"\1"),
    (r"<[^>]*>", " "),
    *MEANT,
]

UNREAD = {"code", "pre", "kbd", "samp", "math", "script", "style", "template"}
ATTRIBUTES = ("alt", "title", "aria-label", "aria-description", "placeholder", "label")
DESCRIPTIONS = re.compile(r"description|(?:og|twitter):\w+")


# -- Words ----------------------------------------------------------------------------


def in_words(text, names):
    """Find English: two words in a row, or one where there is no Chinese at all."""
    text = re.sub(r"https?://\S+", " ", text)
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", " ", text)
    runs = []
    for run in NOT_CHINESE.findall(text):
        words = (word.strip(EDGES) for word in re.split(r"[\s/|·—–…]+", run))  # noqa: RUF001
        runs.append([word for word in words if WORD.fullmatch(word)])
    least = 2 if HAN.search(text) else 1
    return [f"English: {' '.join(words)}" for words in runs if len(words) >= least]


def in_prose(text, names):
    """Find English and markup in a text that is shown as it is."""
    shown = " ".join(text.split())
    markup = [f"markup: {found[0]} in {shown}" for found in MARKUP.finditer(shown)]
    return in_words(text, names) + markup


def in_source(text, names, markup):
    """Find English in a text that is written in a markup language."""
    found = []
    text = COMMANDS.sub("", FORMULAS.sub("", text))
    for paragraph in re.split(r"\n\s*\n|\n\s*(?=[-*>] |\d+\. )", text):
        for pattern, shown in markup:
            paragraph = re.sub(pattern, shown, paragraph, flags=re.M | re.S)
        found += in_words(paragraph, names)
    return found


# -- Code -----------------------------------------------------------------------------


def in_code(code, names):
    """Find English in the comments and docstrings of Python code."""
    try:
        tree = ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, tokenize.TokenError) as error:
        return [f"no Python: {error}"]
    texts, last = [], None
    for token in tokens:
        if token.type != tokenize.COMMENT or re.match(r"#(?:>|!| ?%%| noqa)", token[1]):
            continue
        (line, column), text = token.start, token.string.lstrip("#").removeprefix(" ")
        if (line - 1, column) == last:  # the comment goes on
            texts[-1] += f"\n{text}"
        else:
            texts.append(text)
        last = line, column
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            docstring = ast.get_docstring(node) or ""
            texts.append(re.sub(r"^ *>>>.*(?:\n *\S.*)*", "", docstring, flags=re.M))
    return [each for text in texts for each in in_source(text, names, IN_REST)]


def in_notebook(text, names):
    """Find English in a notebook, and reStructuredText in its prose."""
    found = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            found += in_code(source, names)
            continue
        found += in_source(source, names, IN_MARKDOWN)
        found += [
            f"reStructuredText: {trace[0]}"
            for trace in re.finditer(
                r"(?<!\w):[\w:]+:`|[\w>]`__?(?!\w)|\)_|::\s*$|^\.\. ", source, re.M
            )
        ]
    return found


def in_file(name, content, names):
    """Find English in a script, a notebook, or the members of an archive.

    Return the number of files that were read, and the findings.
    """
    if name.endswith(".zip"):
        read, found = 0, []
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                number, inside = in_file(member, archive.read(member), names)
                read += number
                found += [f"{member}: {each}" for each in inside]
        return read, found
    kinds = {"py": in_code, "ipynb": in_notebook}
    return 1, kinds[name.rpartition(".")[2]](content.decode("utf-8"), names)


# -- Pages ----------------------------------------------------------------------------


def in_page(html, names):
    """Find English and markup in the Chinese parts of a page, each with its line."""
    tree = BeautifulSoup(html, "html.parser")
    code = {word for pre in tree("pre") for word in re.findall(r"\w+", code_shown(pre))}
    found = []
    for tag in tree.find_all(True):
        if not is_chinese(tag):
            continue
        if tag.name == "text" and set(re.findall(r"\w+", tag.get_text())) <= code:
            continue  # in a drawing, a word of the page's code
        is_code = UNREAD & {tag.name, *(above.name for above in tag.parents)}
        texts = [
            tag[name]
            for name in ATTRIBUTES
            if tag.get(name) and not (is_code and re.fullmatch(r"[\w.]+", tag[name]))
        ]
        if tag.name == "meta" and DESCRIPTIONS.fullmatch(
            tag.get("name") or tag.get("property") or ""
        ):
            texts.append(tag["content"])
        if not is_code:
            texts += [
                text
                for text in tag.find_all(string=True, recursive=False)
                if not isinstance(text, PreformattedString)
            ]
        here = [each for text in texts for each in in_prose(text, names)]
        if tag.name == "pre":
            here += in_listing(tag, names)
        found += [f"line {tag.sourceline}: <{tag.name}>: {each}" for each in here]
    return found


def is_chinese(tag):
    """Return whether the language of an element is Chinese."""
    own = tag if tag.has_attr("lang") else tag.find_parent(lang=True)
    return own is not None and own["lang"].startswith("zh")


def in_listing(tag, names):
    """Find English in the comments of a listing; what a program prints is free."""
    classes = " ".join(name for above in tag.parents for name in above.get("class", ()))
    if "sphx-glr-script-out" in classes:
        return []
    if re.search(r"highlight-(?:python|default|pycon)", classes, re.I):
        return in_code(code_shown(tag), names)
    comments = re.findall(r"^\s*# (.*)|\s# (.*)", tag.get_text(), re.M)
    return [each for texts in comments for each in in_words("".join(texts), names)]
