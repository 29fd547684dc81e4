"""The room's verbs: load a carrier's deck, publish a retail deck, withdraw one, set up the demo's decks."""

from crystalcall.minutes.rates.actions.demo_decks import DemoDecks, load_demo_decks
from crystalcall.minutes.rates.actions.importing import (
    ImportDeck,
    Imported,
    ImportRefusal,
    ImportRefused,
    import_deck,
)
from crystalcall.minutes.rates.actions.publishing import (
    PublicationRefusal,
    PublicationRefused,
    PublishDeck,
    Published,
    RolledBack,
    publish_deck,
    roll_back,
)
from crystalcall.minutes.rates.deck_file import Stated

__all__ = [
    "DemoDecks",
    "ImportDeck",
    "ImportRefusal",
    "ImportRefused",
    "Imported",
    "PublicationRefusal",
    "PublicationRefused",
    "PublishDeck",
    "Published",
    "RolledBack",
    "Stated",
    "import_deck",
    "load_demo_decks",
    "publish_deck",
    "roll_back",
]
