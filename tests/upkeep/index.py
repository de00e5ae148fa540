"""A package index in a folder, of wheels that a test writes; it needs no network."""

import base64
import hashlib
import json
import zipfile
from pathlib import Path


class Index:
    """A folder of made-up wheels."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        self.settings = folder.with_suffix(".toml")
        self.settings.write_text(
            f"no-index = true\nfind-links = [{json.dumps(str(folder))}]\n"
        )

    @property
    def variables(self) -> dict[str, str]:
        """The variables that let uv look here and nowhere else."""
        cache = self.folder.with_suffix(".cache")
        return {"UV_CONFIG_FILE": str(self.settings), "UV_CACHE_DIR": str(cache)}

    def add(self, name, version, *needs, python=">=3.11", files=None):
        """Add a version of a package, with what it needs and the files it installs."""
        info = f"{name}-{version}.dist-info"
        metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        metadata += [f"Requires-Python: {python}"]
        metadata += [f"Requires-Dist: {need}" for need in needs]
        wheel = ["Wheel-Version: 1.0", "Generator: tests", "Root-Is-Purelib: true"]
        wheel += ["Tag: py3-none-any"]
        contents = {
            **(files or {}),
            f"{info}/METADATA": "\n".join(metadata) + "\n",
            f"{info}/WHEEL": "\n".join(wheel) + "\n",
        }
        record = "".join(_record(path, text) for path, text in contents.items())
        contents[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
        with zipfile.ZipFile(
            self.folder / f"{name}-{version}-py3-none-any.whl", "w"
        ) as file:
            for path, text in contents.items():
                file.writestr(path, text)


def _record(path, text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"{path},sha256={digest.decode().rstrip('=')},{len(text.encode())}\n"
