"""Static files as served: each under a name that changes with its content, compressed, scripts without comments."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import rcssmin
import rjsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

SHORTENED: Final[Mapping[str, Callable[[str], str]]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}


def shortened(suffix: str, text: str) -> str:
    """A script or a style as it is served: the same to a browser, without what only people read."""
    return SHORTENED[suffix](text)


class ModuleFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Without the first line a script's imports would lead to names without a hash, which a browser may keep too long.

    Comments tell people why, and the checker of types what is meant; a telephone on a slow network wants neither.
    """

    support_js_module_import_aggregation = True

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Django's step over all collected files, with scripts and styles shortened before their hashes are taken."""
        if not kwargs.get("dry_run"):
            for name in args[0]:
                path = Path(self.path(name))
                if path.suffix in SHORTENED:
                    path.write_text(shortened(path.suffix, path.read_text(encoding="utf-8")), encoding="utf-8")
        yield from super().post_process(*args, **kwargs)
