"""The languages of the site. A new one is a line here and a folder of catalogues."""

from typing import NamedTuple


class Language(NamedTuple):
    """A language: its folder on the site, Sphinx's name of it, and its own name."""

    folder: str
    code: str
    name: str

    @property
    def tag(self):
        """The name for browsers, after BCP 47: ``zh-CN``."""
        return self.code.replace("_", "-")


LANGUAGES = (
    Language("en", "en", "English"),  # the language of the sources
    Language("zh-cn", "zh_CN", "中文"),
)
SOURCE = LANGUAGES[0]
