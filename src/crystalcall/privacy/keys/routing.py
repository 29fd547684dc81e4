"""Which database a table lies in: the keys in theirs, everything else in the other."""

from typing import Any, Final

KEY_STORE: Final = "keys"
"""Django's alias of the database that holds the keys and nothing else."""
LABEL: Final = "privacy_keys"


class KeyStoreRouter:
    """Sends the keys' table to the key store, and keeps everything else out of it."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        """The key store for its own table."""
        return KEY_STORE if model._meta.app_label == LABEL else None  # noqa: SLF001 - Django's documented model API

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        """The same."""
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """The keys' table is made in the key store only, and nothing else is."""
        return (db == KEY_STORE) == (app_label == LABEL)
