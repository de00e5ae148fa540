"""Every page names a picture that is shown where its link is shared.

An example's picture has its diagram and its place on the ladder; all other pages share
the site's, with all diagrams. The bars are the lines of code in the training loops. A
picture holds words of code only, so all languages share those of the source.
"""

import hashlib
import io
import re
import shutil
from html import escape
from pathlib import Path

import matplotlib
import resvg_py
from diagrams import NETS, descriptions
from drawing import LEFT, WIDTH, network
from ladder import loop_lines, rungs
from languages import SOURCE
from PIL import Image
from sphinx.locale import _

STATIC = Path(__file__).parent / "static"
FOLDER, SITE = "_static/social", "site"
SIZE = (1200, 630)
# The fonts come with Matplotlib, so that no picture depends on those of the machine.
FONTS = [
    str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"DejaVuSans{style}.ttf"))
    for style in ("", "-Bold", "Mono")
]
PAPER, INK, GREY, SAND, MARK = "#fbf7ef", "#1b1b1b", "#6b6f76", "#d8cfbe", "#d9480f"
# What the diagrams' style sheet takes from the theme.
THEME = {
    "font-stack": "DejaVu Sans",
    "font-stack--monospace": "DejaVu Sans Mono",
    "color-background-primary": PAPER,
    "color-background-secondary": "#f1eade",
    "color-foreground-primary": INK,
    "color-foreground-muted": GREY,
    "color-api-added": "#21632c",
    "color-api-changed": "#046172",
    "color-brand-primary": "#0a4bff",
    "color-brand-visited": "#872ee0",
    "color-problematic": "#b30000",
}


# -- Pictures --------------------------------------------------------------------------


def svg(name, lines):
    """Return a picture as SVG: of an example, or of the site.

    ``lines`` maps the names of the examples, in order, to their lines in the loop.
    """
    left, at = 64, list(lines).index(name) if name in lines else None
    if at is None:
        diagram, marked = _overview(), range(len(lines))
        big, small = len(lines), "\u00d7"  # times
    else:
        diagram, marked = _diagram(name, {}, 372, 64, 764, 502), (at,)
        big, small = at + 1, f"/ {len(lines)}"
    pitch, unit = 252 / max(len(lines), 1), 220 / max([1, *lines.values()])
    bars = "".join(
        f'<rect x="{left}" y="{176 + row * pitch:.0f}" rx="3" height="{pitch - 10:.0f}"'
        f' width="{count * unit:.0f}" fill="{MARK if row in marked else SAND}"/>'
        for row, count in enumerate(lines.values())
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">'.format(*SIZE)
        + f'<rect width="100%" height="100%" fill="{PAPER}"/>{bars}{diagram}'
        f'<g font-family="DejaVu Sans"><text x="{left}" y="120" font-size="52" '
        f'font-weight="bold" fill="{INK}">PyTorch</text><text x="{left}" y="560" '
        f'font-size="120" font-weight="bold" fill="{MARK}">{big}</text><text x="158" '
        f'y="560" font-size="64" fill="{GREY}">{small}</text></g></svg>'
    )


def _diagram(name, words, *place):
    """Return a diagram at a place: left, top, width and height."""
    inside, top, bottom = network(NETS[name], words)
    size = 'x="{}" y="{}" width="{}" height="{}"'.format(*place)
    box = f"{LEFT} {top} {WIDTH} {bottom - top}"
    return f'<svg class="diagram" {size} viewBox="{box}">{inside}</svg>'


def _overview():
    """Return all diagrams, three in a row."""
    return "".join(
        _diagram(name, None, 372 + at % 3 * 264, 74 + at // 3 * 172, 236, 138)
        for at, name in enumerate(NETS)
    )


def style():
    """Return the diagrams' style sheet with fonts and colours in place of variables."""
    css = (STATIC / "diagrams.css").read_text(encoding="utf-8")
    return re.sub(r"var\(--([\w-]+)\)", lambda variable: THEME[variable[1]], css)


def png(picture, css):
    """Return an SVG as the bytes of a PNG file with a palette."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=picture,
        style_sheet=css,
        font_files=FONTS,
        skip_system_fonts=True,
        width=SIZE[0],
    )
    file = io.BytesIO()
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    image.quantize().save(file, "PNG", compress_level=9)
    return file.getvalue()


def kept(picture, css, folder):
    """Return the file of a picture in a folder, where it is drawn once."""
    key = hashlib.sha256(f"{resvg_py.__version__}{css}{picture}".encode()).hexdigest()
    path = folder / f"{key}.png"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(png(picture, css))
        part.replace(path)
    return path


# -- Pages -----------------------------------------------------------------------------


def lines_in_loops(app):
    """Return the number of lines in the loop of each example on the ladder.

    It is 0 where a script has no such parts: pages that need them complain of that.
    """
    gallery = Path(app.srcdir).parent / "gallery"
    lines = {}
    for name in rungs(app.env):
        try:
            count = loop_lines((gallery / f"{name}.py").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            count = 0
        lines[name.rpartition("/")[2]] = count
    return lines


def write(app, exception):
    """Write the pictures of the site, once for all languages; a page loads none."""
    is_source = app.config.language == SOURCE.code
    if exception or app.builder.format != "html" or not is_source:
        return
    folder, lines, css = Path(app.outdir, FOLDER), lines_in_loops(app), style()
    cards = Path(app.srcdir).parent / ".cache" / "social"
    folder.mkdir(parents=True, exist_ok=True)
    pictures = set()
    for name in [SITE, *(name for name in lines if name in NETS)]:
        pictures.add(picture := kept(svg(name, lines), css, cards))
        shutil.copyfile(picture, folder / f"{name}.png")
    for path in set(cards.iterdir()) - pictures:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def tags(site_url, name=SITE, alt=None):
    """Return the elements that name a picture."""
    properties = {
        "og:image": f"{site_url}{SOURCE.folder}/{FOLDER}/{name}.png",
        "og:image:type": "image/png",
        "og:image:width": SIZE[0],
        "og:image:height": SIZE[1],
        "og:image:alt": alt or site_in_words(),
    }
    return [
        '<meta name="twitter:card" content="summary_large_image">',
        *(
            f'<meta property="{key}" content="{escape(str(value))}">'
            for key, value in properties.items()
        ),
    ]


def site_in_words(_=_):
    """Return what the site's picture shows."""
    return _(
        "Nine small diagrams of a training step, from all by hand to the dynamic net. "
        "Beside them are nine bars for the lines of the training loops, which become "
        "fewer."
    )


def describe(app, pagename, templatename, context, doctree):
    """Name the picture of a page, and say what it shows."""
    places = {name: place for place, name in enumerate(rungs(app.env), 1)}
    name, alt = pagename.rpartition("/")[2], None
    if pagename in places and name in NETS:
        alt = _("Example {place} of {count}, as a diagram. {description}").format(
            place=places[pagename],
            count=len(places),
            description=descriptions()[name],
        )
    own = tags(app.config.site_url, name if alt else SITE, alt)
    context["metatags"] = "\n".join([context.get("metatags", ""), *own])


def setup(app):
    """Name the pictures on the pages, and draw them at the end."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
