"""The built site as a host of static files gives it."""

import functools
import gzip
import re
import sys
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import brotli

COMPRESSED = re.compile(
    r"text/|image/svg|application/(javascript|json|manifest|xml)|.*\+(json|xml)"
)
ENCODERS = {"br": brotli.compress, "gzip": gzip.compress}


@functools.cache
def encoded(body, encoding):
    """Return bytes in ``br`` or ``gzip``; the work is done once."""
    return ENCODERS[encoding](body)


def parse_headers(text):
    """Return the rules of a file ``_headers``, as pairs of a pattern and a dictionary.

    The format is that of Netlify and Cloudflare Pages: a path, in which ``*`` stands
    for anything, and below it indented lines ``Name: value``. A line that is neither
    raises ValueError.
    """
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("/"):
            pattern = re.escape(line.strip()).replace(r"\*", ".*")
            rules.append((re.compile(pattern), {}))
            continue
        name, colon, value = line.strip().partition(":")
        if not (rules and colon and line[0].isspace() and value.strip()):
            raise ValueError(f"_headers, line {number}: no path and no header: {line}")
        rules[-1][1][name] = value.strip()
    return rules


class StaticHost(SimpleHTTPRequestHandler):
    """Compresses, sends the headers of ``_headers``, and knows ``404.html``.

    ``missed`` gets every path that was asked for and is not there: a browser asks for
    some that no page sees, such as an icon. The site is also found below ``base``, the
    path of the address where it will be published: the links of ``404.html`` have it.
    """

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments, missed, base, **options):
        self.missed, self.base = missed, base
        super().__init__(*arguments, **options)

    def do_GET(self):
        """Answer with the file, or with ``404.html``."""
        if self.path.startswith(self.base):
            self.path = f"/{self.path.removeprefix(self.base)}"
        path, status = Path(self.translate_path(self.path)), 200
        if path.is_dir():
            if not self.path.partition("?")[0].endswith("/"):
                return self.redirect()
            path /= "index.html"
        if not path.is_file() or path.name == "_headers":
            self.missed.append(self.path)
            path, status = Path(self.directory, "404.html"), 404
        kind = self.guess_type(path)
        body, headers = path.read_bytes(), {"Content-Type": kind}
        if COMPRESSED.match(kind):
            if kind.startswith("text/"):
                headers["Content-Type"] = f"{kind}; charset=utf-8"
            headers["Vary"] = "Accept-Encoding"
            accepted = re.findall(r"\w+", self.headers.get("Accept-Encoding", ""))
            if encoding := next(filter(accepted.__contains__, ENCODERS), None):
                body = encoded(body, encoding)
                headers["Content-Encoding"] = encoding
        headers |= self.headers_of_site()
        return self.answer(status, headers, body)

    def redirect(self):
        """Lead to the same address with a slash at its end."""
        path, mark, query = self.path.partition("?")
        return self.answer(301, {"Location": f"{path}/{mark}{query}"}, b"")

    def answer(self, status, headers, body):
        """Send it all."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def headers_of_site(self):
        """Return what ``_headers`` says of this path; two values are joined."""
        file = Path(self.directory, "_headers")
        found = {}
        if file.is_file():
            path = self.path.partition("?")[0]
            for pattern, headers in parse_headers(file.read_text(encoding="utf-8")):
                if pattern.fullmatch(path):
                    for name, value in headers.items():
                        found[name] = (
                            f"{found[name]}, {value}" if name in found else value
                        )
        return found

    def log_message(self, *arguments):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """One that does not mind a browser that hangs up."""

    def handle_error(self, request, client_address):
        """Tell of anything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class PlainHost(SimpleHTTPRequestHandler):
    """Gives the files as they are, as ``python -m http.server`` does."""

    def log_message(self, *arguments):
        """Say nothing."""


@contextmanager
def serve(folder, *, plain=False, missed=None, base="/"):
    """Serve a folder; yield its address, such as ``http://127.0.0.1:40123``.

    The folder is also found below the path ``base``. ``plain`` leaves out this,
    compression, the headers of ``_headers`` and ``404.html``.
    """
    handler = (
        functools.partial(PlainHost, directory=str(folder))
        if plain
        else functools.partial(
            StaticHost,
            directory=str(folder),
            missed=[] if missed is None else missed,
            base=base,
        )
    )
    with Server(("127.0.0.1", 0), handler) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
