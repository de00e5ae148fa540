"""Finish the built pages: one stylesheet, one script, one policy, and no more files.

Sphinx writes pages that link every stylesheet and script on its own, as ``make serve``
shows them. Before they are published,

- the styles that all pages have become one, without rules that nothing on the site
  uses, and stand in the pages themselves: a page is drawn as soon as it has arrived;
- the scripts that all pages have become one file;
- inline code is one element, and links in listings have no classes;
- each page gets a Content-Security-Policy, and ``_headers`` the same for hosts that
  send headers; its form is that of Netlify and of Cloudflare Pages;
- files below ``_static`` that nothing names are removed, and ``.buildinfo``, which
  has a digest of this folder's path.
"""

import base64
import hashlib
import re

from lightningcss import process_stylesheet
from rjsmin import jsmin
from stylesheet import needed

LINK = re.compile(r'\s*<link rel="stylesheet"[^>]* href="[\w./]*_static/([^"?]+)[^>]*>')
SCRIPT = re.compile(
    r'\s*<script defer[^>]* src="([\w./]*_static/)([^"?]+)[^>]*></script>'
)
LITERAL = re.compile(r'<code class="docutils literal notranslate">(.*?)</code>', re.S)
LISTING = re.compile(r"<pre>.*?</pre>", re.S)
BUNDLE = "site.js"
STEMS = "language_data.js"  # of words in the index; it has nothing to do with pages
CLASSES = ' class="reference external"'  # of every name that links, in a listing
CHARSET = '<meta charset="utf-8">'


def finish(site):
    """Finish all pages below the folder ``site``."""
    pages = {path: path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}
    inner = {path: text for path, text in pages.items() if LINK.search(text)}
    folders = sorted({path.relative_to(site).parts[0] for path in inner})
    static = [site / folder / "_static" for folder in folders]
    shared_styles = _shared(LINK, 1, inner.values())
    shared_scripts = _shared(SCRIPT, 2, inner.values())

    for path in (path for folder in static for path in folder.rglob("*.js")):
        path.write_text(jsmin(path.read_text("utf-8")), "utf-8")
    bundle = "".join(
        f"{{{(static[0] / name).read_text('utf-8')}}}\n" for name in shared_scripts
    )
    for folder in static:
        (folder / BUNDLE).write_text(bundle, "utf-8")
    version = hashlib.sha256(bundle.encode()).hexdigest()[:8]

    for folder in folders:
        (site / folder / ".buildinfo").unlink(missing_ok=True)

    style = "".join((static[0] / name).read_text("utf-8") for name in shared_styles)
    scripts = [p.read_text("utf-8") for p in static[0].rglob("*.js") if p.name != STEMS]
    style = needed(style, pages.values(), scripts)
    for path in (path for folder in static for path in folder.rglob("*.css")):
        path.write_text(process_stylesheet(path.read_text("utf-8")), "utf-8")

    for path, text in inner.items():
        text = _replaced(LINK, 1, text, shared_styles, f"<style>{style}</style>")
        script = f'<script defer src="_static/{BUNDLE}?v={version}"></script>'
        pages[path] = _replaced(SCRIPT, 2, text, shared_scripts, script)
    policy = policy_of(next(iter(pages[path] for path in inner)))
    for path, text in pages.items():
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        text = LITERAL.sub(without_words, text)
        text = LISTING.sub(lambda pre: pre[0].replace(CLASSES, ""), text)
        text = text.replace(CHARSET, f"{CHARSET}\n{meta}", 1)
        path.write_text(text, "utf-8")
    (site / "_headers").write_text(headers(policy), "utf-8")
    for folder in static:
        remove_unused(folder)


def without_words(code):
    """Return inline code without an element for each word, as Sphinx writes it."""
    text = re.sub(r'<span class="pre">([^<]*)</span>', r"\1", code[1])
    return f'<code class="literal notranslate">{text}</code>'


def _shared(pattern, group, texts):
    """Return the files that all pages load, in order."""
    loaded = [[match[group] for match in pattern.finditer(text)] for text in texts]
    return [name for name in loaded[0] if all(name in names for names in loaded)]


def _replaced(pattern, group, text, names, by):
    """Return a page with one element in place of those that load shared files."""

    def put(match):
        if match[group] not in names:
            return match[0]
        return (
            "\n" + by.replace("_static/", match[1]) if match[group] == names[0] else ""
        )

    return pattern.sub(put, text)


def policy_of(page):
    """Return the policy under which a finished page works, and nothing else runs."""
    hashes = {
        tag: "'sha256-"
        + base64.b64encode(hashlib.sha256(m.encode()).digest()).decode()
        + "'"
        for tag in ("script", "style")
        for m in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
    }
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes['script']}",
            f"style-src 'self' {hashes['style']}",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
        )
    )


def headers(policy):
    """Return the text of ``_headers``; only a header can forbid to be framed."""
    return f"""/*
  Content-Security-Policy: {policy}; frame-ancestors 'none'
  X-Content-Type-Options: nosniff
"""


def remove_unused(static):
    """Remove files whose name stands in no page, script or style that is left."""
    texts = [path.read_text("utf-8") for path in static.parent.rglob("*.html")]
    files = sorted(path for path in static.rglob("*") if path.is_file())
    kept = set()
    while True:
        named = {path for path in files if any(path.name in text for text in texts)}
        if named == kept:
            break
        texts += [
            p.read_text("utf-8") for p in named - kept if p.suffix in (".js", ".css")
        ]
        kept = named
    for path in set(files) - kept:
        path.unlink()
    for folder in sorted((p for p in static.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
