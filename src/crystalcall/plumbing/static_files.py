"""Static files in production: each under a name that changes with its content, and scripts that import by it."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Without this a script's imports would lead to the names without a hash, which a browser may keep too long."""

    support_js_module_import_aggregation = True
