"""Front-end assets straight from node_modules, by a named list of files: no copy in the repository, no build step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from dashboard.environment import ROOT

NODE_MODULES = ROOT / "node_modules"
_ACE = "ace-builds/src-min-noconflict"
# Address below /static/npm/ -> file below node_modules.
FILES: dict[str, str] = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.js": "@tabler/core/dist/js/tabler.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "ace/ace.js": f"{_ACE}/ace.js",
    "ace/mode-html.js": f"{_ACE}/mode-html.js",
    "ace/mode-json.js": f"{_ACE}/mode-json.js",
    "ace/mode-text.js": f"{_ACE}/mode-text.js",
    "ace/worker-html.js": f"{_ACE}/worker-html.js",
    "ace/worker-json.js": f"{_ACE}/worker-json.js",
    "ace/worker-base.js": f"{_ACE}/worker-base.js",
    "ace/ext-searchbox.js": f"{_ACE}/ext-searchbox.js",
    "ace/theme-chrome.js": f"{_ACE}/theme-chrome.js",
    "ace/theme-tomorrow_night.js": f"{_ACE}/theme-tomorrow_night.js",
    "ace/ace.css": "ace-builds/css/ace.css",
    "ace/theme/chrome.css": "ace-builds/css/theme/chrome.css",
    "ace/theme/tomorrow_night.css": "ace-builds/css/theme/tomorrow_night.css",
}

# What the editor's style sheets paint with, beside them under the names that they use.
_DRAWN = {5, 6, 7, 8, 9, 10, 11, 12, 25}
_PICTURES = [f"main-{number}.{'svg' if number in _DRAWN else 'png'}" for number in range(1, 27)]
_PICTURES += [f"{theme}-{number}.png" for theme in ("chrome", "tomorrow_night") for number in (1, 2)]
FILES |= {f"ace/{name}": f"ace-builds/css/{name}" for name in _PICTURES}


class NodeModulesFinder(BaseFinder):
    """Finds /static/npm/<name> for the names in FILES."""

    storage = FileSystemStorage(location=str(NODE_MODULES))

    def check(self, **kwargs: Any) -> list[Any]:
        """No checks of its own."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's path; an empty list where it is not ours (Django 5.2 turns None into an error 500)."""
        name = path.removeprefix("npm/")
        if name == path or name not in FILES:
            return []
        found = str(NODE_MODULES / FILES[name])
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        """Every named file, for collectstatic."""
        for name, source in FILES.items():
            yield f"npm/{name}", _Renamed(source)


class _Renamed(FileSystemStorage):
    """A storage of one file, opened under the name that it is served by."""

    def __init__(self, source: str) -> None:
        super().__init__(location=str(NODE_MODULES))
        self._source = source

    def path(self, name: str) -> str:
        return str(NODE_MODULES / self._source)


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashed names for the image. Source-map comments of third parties name files that are not served."""

    patterns = (
        ("*.css", (re.compile(r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>[^)'"]*?)["']{0,1}\))"""),)),  # type: ignore[assignment]
    )
    manifest_strict = False
