"""Translate a script: its prose, its comments and its docstrings, and nothing else.

A *catalogue* is a mapping of messages to their translations, in one line each. A
message is what Sphinx takes for one in prose: a paragraph, a title, an item. In code
it is a run of comment lines, a comment behind code, or a paragraph of a docstring.

Pages, scripts and notebooks all get their comments from ``translate_code``.
"""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

from wrapping import width, wrap, wrap_into

COLUMNS = 88
CELL = re.compile(r"# ?%%|#{20}")  # Sphinx-Gallery takes both for the start of a cell
TOOLS = r"# *(?:noqa|(?:type|fmt|ruff|isort|pylint|mypy|pyright):|pragma\b)"
SPECIAL = re.compile(rf"#!|#>|{CELL.pattern}|{TOOLS}|# *sphinx_gallery_")
CODING = re.compile(r"#.*coding[:=]")  # on one of the first two lines
ITEM = re.compile(r"(?:(?:[-*+]|\d+[.)])\s+)?")
LINE_END = re.compile(r"\r\n?|\n")
HAVE_DOCSTRINGS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Message:
    """A message in code, from a line and column to another; lines count from 0.

    ``indent`` is what stands before it on all its lines but the first. In a docstring,
    ``prefix`` and ``quotes`` are those of the string.
    """

    first: int
    start: int
    last: int
    end: int
    text: str
    indent: str
    may_go_on: bool  # a message on the line before
    may_wrap: bool
    prefix: str = ""
    quotes: str = ""


# -- Code ----------------------------------------------------------------------------


def messages_in_code(code):
    """Return the messages of a piece of code, in their order.

    Raises ``SyntaxError`` if the code is none, or ``tokenize.TokenError``.
    """
    lines = LINE_END.split(code)
    found = [*_docstring_messages(lines), *_comment_messages(lines)]
    return sorted(found, key=lambda message: (message.first, message.start))


def _joined(found, lines):
    """Return messages of one line each with those joined that are one paragraph."""
    messages = []
    for new in found:
        old = messages[-1] if messages else None
        if (
            old
            and new.may_go_on
            and (old.last, old.indent) == (new.first - 1, new.indent)
            and old.end == len(lines[old.last].rstrip())
        ):
            old.last, old.end, old.text = new.last, new.end, f"{old.text} {new.text}"
        else:
            messages.append(new)
    return messages


def _comments(lines):
    """Yield the comments that are not text of a cell: line, column, spelling."""
    prose = {number for block in _blocks(lines) for number in block}
    code = io.StringIO("\n".join(lines))
    for token in tokenize.generate_tokens(code.readline):
        number, column = token.start[0] - 1, token.start[1]
        if token.type == tokenize.COMMENT and number not in prose:
            yield number, column, token.string


def _blocks(lines):
    """Return the blocks of lines of a script that are text: those after ``# %%``."""
    blocks = []
    for number, line in enumerate(lines):
        if CELL.match(line):
            blocks.append(range(number + 1, number + 1))
        elif blocks and number == blocks[-1].stop and line.startswith("#"):
            blocks[-1] = range(blocks[-1].start, number + 1)
    return [block for block in blocks if block]


def _is_special(number, comment):
    """Return whether a comment is for programs, not for readers."""
    return SPECIAL.match(comment) or (number < 2 and CODING.match(comment))


def _comment_messages(lines):
    return _joined(_comment_lines(lines), lines)


def _comment_lines(lines):
    for number, column, comment in _comments(lines):
        start = column + re.match(r"#+:?\s*", comment).end()
        words = re.split(rf"\s*{TOOLS}", comment[start - column :])[0].rstrip()
        if not words or _is_special(number, comment):
            continue
        line, item, end = lines[number], ITEM.match(words).end(), start + len(words)
        indent, alone = line[:start] + " " * item, not line[:column].strip()
        yield Message(
            *(number, start + item, number, end, words[item:], indent),
            *(alone and not item, alone),
        )


def _docstring_messages(lines):
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, HAVE_DOCSTRINGS) and ast.get_docstring(node, clean=False):
            yield from _joined(_docstring_lines(node.body[0].value, lines), lines)


def _docstring_lines(string, lines):
    """Yield a message for each line of a docstring, as it is spelled.

    There is none where a translation might have to be spelled in another way: in one
    that has escapes, or consists of several strings.
    """
    first, last = string.lineno - 1, string.end_lineno - 1
    # The syntax tree counts bytes.
    start = len(lines[first].encode()[: string.col_offset].decode())
    end = len(lines[last].encode()[: string.end_col_offset].decode())
    spelled = [*lines[first:last], lines[last][:end]]
    found = re.fullmatch(
        r"([rRuU]?)(\"\"\"|'''|\"|')(.*)\2", "\n".join(spelled)[start:], re.S
    )
    if not found:
        return
    prefix, quotes, body = found.groups()
    raw, triple = prefix in ("r", "R"), len(quotes) == 3
    if quotes in body or (not raw and "\\" in body) or (raw and not triple):
        return
    spelled[-1] = spelled[-1].removesuffix(quotes)
    example = False
    for number, line in enumerate(spelled, first):
        margin = line[: len(line) - len(line.lstrip())]
        begin = start + found.start(3) if number == first else len(margin)
        words = line[begin:].strip()
        example = bool(words) and (example or words.startswith(">>>"))
        if not words or example:
            continue
        item, begin = ITEM.match(words).end(), line.index(words, begin)
        yield Message(
            *(number, begin + item, number, begin + len(words), words[item:]),
            *(margin + " " * item, not item, triple, prefix, quotes),
        )


def translate_code(code, catalogue):
    """Return code with its comments and docstrings translated.

    A message that the catalogue lacks stays as it is. Comments keep their number of
    lines where they can. Raises ``ValueError`` if more would change than readers see,
    so that ``same_code`` did not hold.
    """
    result = _replace(code, catalogue)
    if same_code(code, result):
        return result
    for message in messages_in_code(code):
        text = catalogue.get(message.text, "")
        if not same_code(code, _replace(code, {message.text: text})):
            break
    raise ValueError(f"this translation would change the code: {text}")


def _replace(code, catalogue):
    lines = LINE_END.split(code)
    for message in reversed(messages_in_code(code)):
        text = re.sub(r"\s*[\r\n]\s*", " ", catalogue.get(message.text, "").strip())
        if text:
            lines[message.first : message.last + 1] = _lines_of(message, text, lines)
    return ("\r\n" if "\r\n" in code else "\n").join(lines)


def _lines_of(message, text, lines):
    """Return the lines of a message with a text in its place."""
    before = lines[message.first][: message.start]
    after = lines[message.last][message.end :]
    if message.quotes:
        text = _spelled(text, message, after)
    blank = " " if before.endswith("#") else ""  # lest #text become #!text or #>text
    before, indent = before + blank, message.indent + blank
    if not message.may_wrap:
        return [before + text + after]
    number = message.last - message.first + 1
    return wrap_into(text, number, COLUMNS, before, indent, after)


def _spelled(text, message, after):
    """Return a text as it has to be spelled in the docstring of a message."""
    quotes, raw = message.quotes, message.prefix in ("r", "R")
    if len(quotes) == 3 and quotes in text:
        raise ValueError(f"this translation would end its docstring: {text}")
    ends = quotes[0], "\\" if raw else quotes[0]
    if not raw:
        text = text.replace("\\", r"\\")
    if len(quotes) == 1:
        return text.replace(quotes, f"\\{quotes}")
    return f"{text} " if text.endswith(ends) and after.startswith(quotes) else text


def same_code(old, new):
    """Return whether two pieces of code differ only in what is there for readers.

    That is docstrings and comments, save the comments for programs, and the text of
    cells.
    """
    try:
        return _for_programs(old) == _for_programs(new)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return False


def _for_programs(code):
    """Return the syntax tree without docstrings, and the comments for programs."""
    tree, lines = ast.parse(code), LINE_END.split(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | HAVE_DOCSTRINGS) and (
            ast.get_docstring(node, clean=False) is not None
        ):
            node.body[0].value.value = ""
    special = [
        lines[number][column:].rstrip()
        for number, column, comment in _comments(lines)
        if _is_special(number, comment)
    ]
    return ast.dump(tree), special


# -- Prose ---------------------------------------------------------------------------

LEAD = re.compile(
    r"(?P<lead>(?P<indent> *)"
    r"(?:(?:[-*+]|\d+[.)]|#\.) +|(?P<directive>\.\. [\w-]+:: *|:[\w-]+: +))?)"
)
UNDERLINE = re.compile(r"([=~^\"'#*+-])\1{2,}")


def translate_text(text, catalogue, columns=COLUMNS, used=None):
    """Return reStructuredText with its messages translated.

    Wherever a line, or the lines that begin there, are a message of the catalogue, its
    translation takes their place: the longest message wins. ``columns`` is the width
    of the lines, or None for paragraphs in one line each. Messages that were found
    are added to the set ``used``.
    """
    lines, result = text.split("\n"), []
    while lines:
        number, message = _message_at_top(lines, catalogue)
        if not number:
            result.append(lines.pop(0))
            continue
        if used is not None:
            used.add(message)
        translation = " ".join((catalogue[message] or message).split())
        lead, hanging = _indents(lines)
        del lines[:number]
        if lines and UNDERLINE.fullmatch(lines[0]):
            result += [translation, lines.pop(0)[0] * width(translation)]
        else:
            result += wrap(translation, columns or 10**6, lead, hanging)
    return "\n".join(result)


def _indents(lines):
    """Return what stands before the text at the top, and before its further lines."""
    lead = LEAD.match(lines[0])
    if not lead["directive"]:
        return lead["lead"], " " * len(lead["lead"])
    # As far as the body of the directive, which may come after a blank line.
    following = next((line for line in lines[1:] if line.strip()), "")
    body = following[: len(following) - len(following.lstrip())]
    default = lead["indent"] + " " * 3
    return lead["lead"], body if len(body) > len(lead["indent"]) else default


def _message_at_top(lines, catalogue):
    """Return the number of lines of the message at the top, and the message."""
    lead, hanging = _indents(lines)
    best, words = (0, ""), ""
    for number, line in enumerate(lines, 1):
        indent = lead if number == 1 else hanging
        rest = line.removeprefix(indent)
        if not line.startswith(indent) or not rest.strip():
            break
        words = f"{words} {rest.rstrip()}".lstrip()
        if words in catalogue:
            best = number, words
    return best


# -- Scripts -------------------------------------------------------------------------


def translate_script(source, catalogue, columns=COLUMNS, used=None):
    """Return a script of the gallery with everything that people read translated.

    ``columns`` and ``used`` are those of ``translate_text``, and concern the text
    blocks. Raises ``ValueError`` if more would change than people read.
    """
    lines = LINE_END.split(translate_code(source, catalogue))
    room = columns and columns - len("# ")
    for block in reversed(_blocks(lines)):
        words = (lines[number][1:].removeprefix(" ") for number in block)
        text = translate_text("\n".join(words), catalogue, room, used)
        lines[block.start : block.stop] = [
            f"# {line}".rstrip() for line in text.split("\n")
        ]
    result = _translate_top("\n".join(lines), catalogue, columns, used)
    if not same_code(source, result):
        raise ValueError("a translation in the text would change the code or the cells")
    return result


def _translate_top(source, catalogue, columns, used):
    """Translate the docstring of the whole script, which is a text block too."""
    tree, lines = ast.parse(source), source.split("\n")
    if ast.get_docstring(tree, clean=False) is None:
        raise ValueError("the script does not begin with a docstring")
    string = tree.body[0].value
    first, last = string.lineno - 1, string.end_lineno
    found = re.fullmatch(r'(r?""")(.*)("""\s*)', "\n".join(lines[first:last]), re.S)
    if not found:
        raise ValueError('the docstring at the top is not between """ and """')
    text = translate_text(found[2], catalogue, columns, used)
    if '"""' in text or ("\\" in text and not found[1].startswith("r")):
        raise ValueError('the text at the top has """, or \\ but no r""" before it')
    return "\n".join([*lines[:first], found[1] + text + found[3], *lines[last:]])
