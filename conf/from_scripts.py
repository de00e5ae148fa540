"""What a page shows of a script is taken from the script or from its own page.

Three pieces of markup, each naming an example like ``examples_nn/dynamic_net``:

- the role ``part``, with the example and one of the words Forward, Backward and
  Update: the lines of that part of the training loop;
- the directive ``example``: the script's code up to its first training loop, what that
  code printed, and links to the page and to the downloads;
- the directive ``cards``, with one of the gallery's sections: a picture, the title and
  the first sentence of each example, in teaching order. The picture is the example's
  diagram, or its figure if it has none.
"""

import re
import textwrap
from pathlib import Path

import diagrams
from catalogues import folder_of
from docutils import nodes
from executed import has_failed
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

PARTS = ("Forward", "Backward", "Update")
LOOP = "for t in range("


def script_of(env, example):
    """Return the path of an example's script.

    The page being read depends on it from now on, and on its translation.

    Raises ``FileNotFoundError``, with what to write instead.
    """
    gallery = Path(env.srcdir).parent / "gallery"
    path = gallery / f"{example}.py"
    if not path.is_file():
        known = ", ".join(
            sorted(
                p.relative_to(gallery).with_suffix("").as_posix()
                for p in gallery.glob("*/*.py")
            )
        )
        raise FileNotFoundError(f"there is no example {example!r}; there are: {known}")
    env.note_dependency(path)
    catalogue = folder_of(env.config.language, env.srcdir) / f"{example}.po"
    if catalogue.is_file():
        env.note_dependency(catalogue)
    return path


def part_of(source, part):
    """Return the lines of one part of a script: from its comment to the next blank.

    Raises ``ValueError`` if the script has no such comment.
    """
    found = re.search(rf"^ *# {part} pass: .*\n|^ *# {part}: .*\n", source, re.M)
    if not found:
        raise ValueError(f"no comment begins with '# {part}' in the script")
    lines = source[found.end() :].split("\n\n")[0]
    return textwrap.dedent(lines).strip("\n").split("\n")


def index_of(env, section):
    """Return the path of a section's index page, which lists its examples."""
    return Path(env.srcdir, section, "index.rst")


def teaching_order(env, section):
    """Return the names of a section's examples, as its index page lists them."""
    entries = index_of(env, section).read_text("utf-8").partition(".. toctree::")[2]
    return re.findall(r"^   (\w+)$", entries, re.M)


class Part(SphinxRole):
    """``{part}`examples_nn/dynamic_net Update```: lines of code, one below another."""

    def run(self):
        """Return one literal for each line, or a system message."""
        example, _, part = self.text.partition(" ")
        try:
            if part not in PARTS:
                raise ValueError(f"the second word is one of {', '.join(PARTS)}")
            lines = part_of(script_of(self.env, example).read_text("utf-8"), part)
        except (OSError, ValueError) as error:
            reporter = self.inliner.reporter
            return [], [reporter.error(f"{self.text}: {error}", line=self.lineno)]
        box = nodes.inline(classes=["part"])
        for line in lines:
            box += nodes.literal(line, line, classes=["code"])
        return [box], []


class example(nodes.General, nodes.Element):  # noqa: N801 - docutils' own style
    """Stands for an example's code and output until its page has been read."""


class first_sentence(nodes.General, nodes.Element):  # noqa: N801
    """Stands for the first paragraph of an example's page."""


class Example(SphinxDirective):
    """``{example} examples_nn/dynamic_net``."""

    required_arguments = 1

    def run(self):
        """Return a placeholder."""
        name = self.arguments[0]
        try:
            script_of(self.env, name)
        except OSError as error:
            raise self.error(str(error)) from None
        return [example(docname=name)]


class Cards(SphinxDirective):
    """``{cards} examples_nn``."""

    required_arguments = 1

    def run(self):
        """Return a list of cards whose text is filled in later."""
        cards = nodes.bullet_list(classes=["cards"])
        try:
            names = teaching_order(self.env, self.arguments[0])
        except OSError:
            raise self.error(f"there is no section {self.arguments[0]!r}") from None
        self.env.note_dependency(index_of(self.env, self.arguments[0]))
        for name in names:
            docname = f"{self.arguments[0]}/{name}"
            picture = self.picture(name, script_of(self.env, docname))
            cards += nodes.list_item(
                "",
                nodes.paragraph("", "", picture, classes=["picture"]),
                nodes.paragraph("", "", link(docname, self.env.docname)),
                first_sentence(docname=docname),
            )
        return [cards]

    def picture(self, name, script):
        """Return an example's diagram without words, or its figure, made small."""
        if name in diagrams.NETS:
            diagrams.depend(self.env)
            return diagrams.diagram(name=name)
        if has_failed(self.config, script):  # the build says so, and that is enough
            return nodes.inline()
        thumbnail = f"/{self.arguments[0]}/images/thumb/sphx_glr_{name}_thumb.svg"
        return nodes.image(uri=thumbnail, alt="", loading="lazy")


def link(docname, refdoc):
    """Return a link to a page, which gets the page's title as its text."""
    return addnodes.pending_xref(
        "",
        nodes.inline(),
        refdomain="std",
        reftype="doc",
        reftarget=f"/{docname}",
        refdoc=refdoc,
        refexplicit=False,
        refwarn=True,
    )


class Fill(SphinxPostTransform):
    """Put in what the pages of the examples hold, when all have been read."""

    default_priority = 4  # before links are resolved

    def run(self, **kwargs):
        """Replace the placeholders of this page."""
        for node in list(self.document.findall(first_sentence)):
            page = self.env.get_doctree(node["docname"])
            node.replace_self(next(page.findall(nodes.paragraph)).deepcopy())
        for node in list(self.document.findall(example)):
            node.replace_self(self.excerpt(node["docname"]))

    def excerpt(self, docname):
        """Return code, output and links of an example, from its page."""
        code, output = [], []
        for block in self.env.get_doctree(docname).findall(nodes.literal_block):
            if "sphx-glr-script-out" in block["classes"]:
                output.append(block.astext())
            elif any(LOOP in earlier for earlier in code):
                break
            else:
                code.append(block.astext())
        listing = "\n\n".join(code)
        printed = "\n".join(output)
        return [
            nodes.literal_block(listing, listing, language="python"),
            nodes.literal_block(
                printed, printed, language="none", classes=["sphx-glr-script-out"]
            ),
            self.links(docname),
        ]

    def links(self, docname):
        """Return a line with a link to the page and the page's own downloads."""
        line = nodes.paragraph(
            "", "", link(docname, self.env.docname), classes=["example-links"]
        )
        page = self.env.get_doctree(docname)
        for download in page.findall(addnodes.download_reference):
            name = Path(download["reftarget"]).name
            download = download.deepcopy()
            download.children = [nodes.literal(name, name)]
            line += [nodes.Text(" · "), download]
        return line


def setup(app):
    """Add the markup."""
    app.add_role("part", Part())
    app.add_node(example)
    app.add_node(first_sentence)
    app.add_directive("example", Example)
    app.add_directive("cards", Cards)
    app.add_post_transform(Fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
