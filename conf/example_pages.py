"""Pages of examples begin with the example, end with two downloads, and link wisely.

Sphinx-Gallery puts a note about downloads above the first paragraph, and a third
download, a zip of the other two, at the end. In the code it links every variable to
the class of the value that the variable has in the end, but no method of a Tensor.
"""

from pathlib import PurePosixPath

from docutils import nodes
from sphinx import addnodes
from sphinx.ext.intersphinx import InventoryAdapter
from sphinx.locale import _
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

UNWANTED = {"sphx-glr-download-link-note", "sphx-glr-download-zip"}


class Tidy(SphinxTransform):
    """Remove the note at the top and the zip at the end, and name the downloads."""

    default_priority = 7  # before anything is translated

    def apply(self):
        """Do nothing on pages that are no examples."""
        for node in list(self.document.findall(nodes.Element)):
            if UNWANTED.intersection(node.get("classes", [])):
                node.parent.remove(node)
        for box in self.document.findall(nodes.container):
            if "sphx-glr-download" in box["classes"]:
                self.name_download(box)

    def name_download(self, box):
        """Say in the language of the site what is offered."""
        for link in list(box.findall(addnodes.download_reference)):
            name = PurePosixPath(link["reftarget"]).name
            kind = (
                _("Jupyter notebook") if name.endswith("ipynb") else _("Python script")
            )
            text = [nodes.Text(f"{kind} "), nodes.literal(name, name)]
            link[:] = [nodes.inline("", "", *text, classes=["download"])]
        for paragraph in box.findall(nodes.paragraph):
            paragraph["translatable"] = False


class LinkWhatIsNamed(SphinxPostTransform):
    """Link functions, classes and methods, not the variables that hold an object.

    Sphinx-Gallery links ``w1`` to ``torch.Tensor``. A reader of ``w1.grad`` wants the
    page of ``torch.Tensor.grad``, and of ``w1`` alone none.
    """

    default_priority = 6  # Sphinx-Gallery makes the links at 5

    def run(self, **kwargs):
        """Unwrap links of variables; link their attributes where documented."""
        inventory = InventoryAdapter(self.env).main_inventory
        for link in list(self.document.findall(nodes.reference)):
            classes = " ".join(link["classes"])
            if "sphx-glr-backref-module" not in classes:
                continue
            written = link.astext().rpartition(".")[2]
            target = link["reftitle"].rpartition(".")[2]
            is_object = "sphx-glr-backref-instance" in classes
            if written == target and not is_object:
                continue
            if is_object and "." in link.astext():  # torch.float64, a torch.dtype
                continue
            if is_object:
                self.link_attribute(link, inventory)
            link.replace_self(link.children)

    def link_attribute(self, variable, inventory):
        """Link the attribute that follows a variable, if an inventory has it."""
        position = variable.parent.index(variable)
        following = variable.parent[position + 1 : position + 3]
        if len(following) < 2 or following[0].astext() != ".":
            return
        attribute = following[1]
        name = f"{variable['reftitle']}.{attribute.astext()}"
        for kind in ("py:method", "py:attribute", "py:property"):
            if name in inventory.get(kind, {}):
                uri = inventory[kind][name].uri
                link = nodes.reference("", "", refuri=uri, reftitle=name)
                attribute.replace_self(link)
                link += attribute
                break


def setup(app):
    """Add the transforms; Sphinx collects the files that pages offer after Tidy."""
    app.add_transform(Tidy)
    app.add_post_transform(LinkWhatIsNamed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
