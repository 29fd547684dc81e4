"""What every test stands on: the test profile, a data folder, the cast, a frozen moment, no network but loopback."""

import atexit
import ipaddress
import os
import runpy
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
FLAGS = ("CRYSTALCALL_PICTURES", "CRYSTALCALL_LONG")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "process_environment"}


def _prepare_environment() -> Path:
    """Set what the settings read, before anything reads them.

    The controller makes the secrets and the folder; its xdist workers inherit both and take a folder inside.
    """
    if WORKER:
        data = Path(os.environ["CRYSTALCALL_DATA"]).parent / WORKER
        (data / "static").mkdir(parents=True)
        os.environ["CRYSTALCALL_DATA"] = str(data)
        os.environ["DJANGO_SETTINGS_MODULE"] = "crystalcall.config.django_settings"
        return data
    home = Path(tempfile.mkdtemp(prefix="crystalcall-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    data = home / "main"
    (data / "static").mkdir(parents=True)  # WhiteNoise warns of a folder that is not there
    kept = {name: os.environ[name] for name in (*FLAGS, "CRYSTALCALL_DATABASE_URL") if name in os.environ}
    prepared = runpy.run_path(str(ROOT / "scripts" / "with_secrets.py"))["environment"](str(data))
    for name in [name for name in os.environ if name.startswith("CRYSTALCALL_")]:
        del os.environ[name]
    os.environ.update(prepared | kept)
    runpy.run_path(str(ROOT / "src/crystalcall/config/cli/catalogs.py"))["compile_catalogs"](ROOT / "src/crystalcall")
    return data


DATA = _prepare_environment()


def _load_settings() -> None:
    """Load Django's settings now that the environment stands; pytest-django sets the rest up when it finds them."""
    from django.conf import settings

    assert settings.DATABASES


_load_settings()

hypothesis.settings.register_profile(
    "house",
    deadline=None,  # two busy cores make honest code miss any deadline now and then
    derandomize=True,  # a red run is red again; `make test-long` is where chance looks for more
    database=None,
    print_blob=True,
)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000, database=None, print_blob=True)
hypothesis.settings.load_profile("long" if os.environ.get("CRYSTALCALL_LONG") else "house")


# --- choosing tests -------------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings now; pytest-django, whose turn comes after, starts Django with them."""
    from django.conf import settings

    assert settings.CRYSTALCALL.data_dir == str(DATA)
    if not WORKER and config.getoption("numprocesses", None):
        # A worker that inherited it would read the settings before its own conftest has named its own folder.
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only the tests that use the database (the second run, on PostgreSQL)",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        _allow_both_databases(item)
    if config.getoption("--only-database"):
        other = [item for item in items if not _uses_database(item)]
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if _uses_database(item)]


def _allow_both_databases(item: pytest.Item) -> None:
    """Persons' keys lie in a database of their own; a test that may use the one may use the other."""
    marker = item.get_closest_marker("django_db")
    if marker is None and not DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
        return
    given: dict[str, Any] = {"databases": ["default", "keys"]} | (marker.kwargs if marker else {})
    item.add_marker(pytest.mark.django_db(*(marker.args if marker else ()), **given), append=False)


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(DATABASE_FIXTURES & fixtures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the end of the run which clauses of the policy a test proves (workers report to the controller)."""
    report: Any = yield
    ids = sorted({name for mark in item.iter_markers("clause") for name in mark.args})
    if ids:
        report.user_properties.append(("clauses", ids))
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A clause whose every test was skipped is not proven: the run fails and names it."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if WORKER or reporter is None:
        return
    passed, skipped = (_clauses_of(reporter.stats.get(outcome, ())) for outcome in ("passed", "skipped"))
    if unproven := sorted(skipped - passed):
        reporter.write_line(f"Nothing proved {', '.join(unproven)}: every test of it was skipped.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _clauses_of(reports: Any) -> set[str]:
    return {
        name
        for report in reports
        for key, names in getattr(report, "user_properties", ())
        if key == "clauses"
        for name in names
    }


# --- the database ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> None:
    """The test databases are the very ones that a process finds with this data folder or address, never in memory."""
    from django.db import connections

    main, keys = (connections[alias].settings_dict for alias in ("default", "keys"))
    # One table, made as its model says: every other migration has nothing to do in the key store.
    keys["TEST"]["MIGRATE"] = False
    if main["ENGINE"].endswith("sqlite3"):
        Path(main["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        for entry in (main, keys):
            entry["TEST"]["NAME"] = str(entry["NAME"])
    else:
        keys["TEST"]["NAME"] = f"{main['TEST']['NAME'] or 'test_' + main['NAME']}_keys"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Lets a transactional test clean append-only tables too, and keeps the rows that migrations wrote."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection as main_connection
    from django.db import router
    from django.db.backends.base.operations import BaseDatabaseOperations

    with django_db_blocker.unblock():
        written_by_migrations = main_connection.creation.serialize_db_to_string()
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_and_restore(operations: BaseDatabaseOperations, statements: list[str]) -> None:
        connection: Any = operations.connection  # type: ignore[attr-defined]  # django-stubs leaves it out
        restore_triggers = _lift_triggers(connection)
        try:
            flush(operations, statements)
        finally:
            restore_triggers()
        if connection.alias != main_connection.alias:
            return  # migrations write nothing into the key store
        connection.creation.deserialize_db_from_string(written_by_migrations)
        # The rows came back with their old ids; a flush may have set the counters behind them back to one.
        with connection.cursor() as cursor:
            kept_here = [model for model in apps.get_models() if router.allow_migrate_model(connection.alias, model)]
            for statement in connection.ops.sequence_reset_sql(no_style(), kept_here):
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_and_restore)
        yield


def _lift_triggers(connection: Any) -> Callable[[], None]:
    """Take SQLite's triggers away for a flush; gives what puts them back.

    PostgreSQL needs nothing: its TRUNCATE passes row triggers by.
    """
    if connection.vendor != "sqlite":
        return lambda: None
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')

    def restore() -> None:
        with connection.cursor() as cursor:
            for _, statement in triggers:
                cursor.execute(statement)

    return restore


@pytest.fixture
def process_environment(transactional_db) -> dict[str, str]:
    """The environment for a child process that shall work on this test's database, settings and secrets.

    On SQLite the data folder says where the file is; on PostgreSQL the address names the test database.
    """
    from django.db import connection

    environment = dict(os.environ)
    if connection.vendor == "postgresql":
        address = urlsplit(environment["CRYSTALCALL_DATABASE_URL"])
        environment["CRYSTALCALL_DATABASE_URL"] = urlunsplit(
            address._replace(path=f"/{connection.settings_dict['NAME']}")
        )
    return environment


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """No key outlives its test, nor the file of signed days, which outlives every database."""
    (DATA / "register-days.log").unlink(missing_ok=True)
    yield
    from crystalcall.privacy.keys.sealing import forget_all

    forget_all()


@pytest.fixture(autouse=True)
def policy_version_one() -> None:
    """Each test begins under the policy's first version, as a new store does, whatever another test announced."""
    from crystalcall.privacy.policy import queries

    queries.remember((), seconds=float("inf"))


@pytest.fixture
def second_policy(tmp_path: Path, settings: Any) -> Path:
    """A second version of the policy beside the real text of the first: price notices and a few words are new in it."""
    import msgspec

    from crystalcall.privacy.policy.library import OWN_FOLDER

    first, second = tmp_path / "policy" / "0001", tmp_path / "policy" / "0002"
    for place in (first, second):
        shutil.copytree(OWN_FOLDER / "0001", place)
    practices = (first / "practices.toml").read_text(encoding="utf-8")
    use = '{ purpose = "price_notice", since = 1 }'
    before = practices.replace(f"    {use},\n", "").replace('"price_notice", ', "")
    after = practices.replace("number = 1", "number = 2").replace(use, use.replace("since = 1", "since = 2"))
    (first / "practices.toml").write_text(before, encoding="utf-8")
    (second / "practices.toml").write_text(after.replace("notice_days = 10", "notice_days = 14"), encoding="utf-8")
    for language, old, new in (("en", "We do not sell", "We never sell"), ("ru", "не сдаём", "никогда не сдаём")):
        file = second / f"policy.{language}.md"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    settings.CRYSTALCALL = msgspec.structs.replace(settings.CRYSTALCALL, policy_folder=str(first.parent))
    return second


@pytest.fixture
def wait_for_policy() -> Callable[[datetime, datetime], int]:
    """Lets the clock run from one moment to another, as the worker does; gives how many versions came into force."""
    from crystalcall.privacy.announcing.actions import beat

    def wait(start: datetime, end: datetime) -> int:
        brought, moment = 0, start
        while moment < end:
            brought += beat(moment)
            moment = min(moment + timedelta(minutes=50), end)
        return brought + beat(end)

    return wait


# --- the cast and the clock -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the tests know by name."""

    name: str
    email: str
    language: str
    telephone: str | None = None


@pytest.fixture
def anna() -> Person:
    """Buys in English."""
    return Person(name="Anna Hale", email="anna@example.org", language="en", telephone="+12125550142")


@pytest.fixture
def boris() -> Person:
    """Buys in Russian."""
    return Person(name="Борис Орлов", email="boris@example.net", language="ru")


@pytest.fixture
def mallory() -> Person:
    """Attacks."""
    return Person(name="Mallory", email="mallory@example.com", language="en", telephone="+17185550166")


@pytest.fixture
def olga() -> Person:
    """Operates the shop."""
    return Person(name="Ольга Кирова", email="olga@crystalcall.example", language="ru")


NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The frozen moment: a Monday afternoon, after every deck in the project's data took effect."""
    return NOW


class FrozenClock:
    """A clock that stands until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment

    def advance(self, **amount: float) -> datetime:
        """Move it forward by timedelta's own words (seconds=, days=); gives the new moment."""
        self.moment += timedelta(**amount)
        return self.moment


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> FrozenClock:
    """Doors that ask `plumbing.clock.now()` get `now` until the test advances it."""
    from crystalcall.plumbing import clock

    frozen = FrozenClock(now)
    monkeypatch.setattr(clock, "now", frozen.now)
    return frozen


# --- no network but loopback ----------------------------------------------------------------------------------------


class OutsideNetworkError(Exception):
    """A test reached for an address that is not this machine."""


def _refuse_outside(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    if host in {"", "localhost"}:
        return
    try:
        inside = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise OutsideNetworkError(f"A test tried to reach {host}; tests speak to this machine only.")


def _guard(name: str) -> None:
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, *arguments: Any) -> Any:
        _refuse_outside(arguments[-1])
        return original(self, *arguments)

    setattr(socket.socket, name, guarded)


for _method in ("connect", "connect_ex", "sendto"):
    _guard(_method)
