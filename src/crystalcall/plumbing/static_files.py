"""Static files as served: each under a name that changes with its content, compressed, scripts without comments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rjsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Without the first line a script's imports would lead to names without a hash, which a browser may keep too long.

    Comments tell people why, and the checker of types what is meant; a telephone on a slow network wants neither.
    """

    support_js_module_import_aggregation = True

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Django's step over all collected files, with the scripts shortened before their hashes are taken."""
        paths = args[0]
        if not kwargs.get("dry_run"):
            for name in paths:
                if name.endswith(".js"):
                    script = Path(self.path(name))
                    script.write_text(rjsmin.jsmin(script.read_text(encoding="utf-8")), encoding="utf-8")
        yield from super().post_process(*args, **kwargs)
