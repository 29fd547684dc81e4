"""The room's verbs: load a carrier's deck, publish a retail deck, withdraw one, set up the demo's decks."""

from crystalcall.minutes.rates.actions.demo_decks import DemoDecks, load_demo_decks
from crystalcall.minutes.rates.actions.importing import (
    ImportDeck,
    Imported,
    ImportRefusal,
    ImportRefused,
    ImportWithdrawn,
    import_deck,
    withdraw_import,
)
from crystalcall.minutes.rates.actions.publishing import (
    AllowUnderCost,
    Draft,
    PublicationRefusal,
    PublicationRefused,
    PublishDeck,
    Published,
    RolledBack,
    draft_deck,
    publication_of,
    publish_deck,
    roll_back,
)
from crystalcall.minutes.rates.deck_cells import Stated

__all__ = [
    "AllowUnderCost",
    "DemoDecks",
    "Draft",
    "ImportDeck",
    "ImportRefusal",
    "ImportRefused",
    "ImportWithdrawn",
    "Imported",
    "PublicationRefusal",
    "PublicationRefused",
    "PublishDeck",
    "Published",
    "RolledBack",
    "Stated",
    "draft_deck",
    "import_deck",
    "load_demo_decks",
    "publication_of",
    "publish_deck",
    "roll_back",
    "withdraw_import",
]
