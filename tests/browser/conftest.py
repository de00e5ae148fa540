"""A browser, and the built site as a server gives it."""

from tests.browsing import browser, page, plain_server, server

__all__ = ["browser", "page", "plain_server", "server"]
