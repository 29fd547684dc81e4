"""The end of a day: counted, signed, chained to the day before; and what the stand-alone verifier says to it."""

import itertools
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client, override_settings

from crystalcall.privacy.models import Disclosure
from crystalcall.privacy.register import publishing, queries, signing, verifier
from crystalcall.privacy.register.actions import enter, unveil
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterDay, RegisterEntry
from crystalcall.privacy.register.verifying import verify
from crystalcall.rules.privacy.chain import GENESIS, VEILED_LEAVES
from crystalcall.rules.privacy.merkle import EMPTY_ROOT

pytestmark = pytest.mark.django_db

FLOW = "telephone-carrier.call_delivery"


def disclosures(frozen_clock, count: int, *, people: int) -> None:
    provider, purpose = FLOW.split(".")
    made = {"provider": provider, "purpose": purpose, "fields": '["called_number"]', "disclosed_at": frozen_clock.now()}
    Disclosure.objects.bulk_create(Disclosure(subject=f"card-{each % people}", **made) for each in range(count))


def facts_of_day(day: date) -> dict:
    rows = RegisterEntry.objects.filter(kind="disclosures_of_day").order_by("sequence")
    return next(facts for facts in map(json.loads, rows.values_list("facts", flat=True)) if facts["day"] == str(day))


def test_the_first_night_signs_yesterday_even_when_nothing_happened(now):
    assert signing.sign_due_days(now) == 1
    head = queries.head()
    assert (head.day, head.sequence, head.signed_at) == (date(2026, 11, 1), 1, now)
    assert RegisterDay.objects.get().previous_root == GENESIS


def test_a_day_is_signed_once_however_often_the_clock_comes(now):
    assert [signing.sign_due_days(now) for _ in range(3)] == [1, 0, 0]
    assert RegisterDay.objects.count() == RegisterEntry.objects.count() == 1


def test_a_day_is_not_signed_before_it_has_settled():
    assert signing.sign_due_days(datetime(2026, 11, 2, 0, 9, 59, tzinfo=UTC)) == 1
    assert queries.head().day == date(2026, 10, 31)
    assert signing.sign_due_days(datetime(2026, 11, 2, 0, 10, tzinfo=UTC)) == 1
    assert queries.head().day == date(2026, 11, 1)


def test_after_standing_still_every_missing_day_is_signed_in_order(now):
    signing.sign_due_days(now)
    assert signing.sign_due_days(now + timedelta(days=30)) == 30
    days = queries.signed_days(limit=100)
    assert [day.day for day in days] == [date(2026, 11, 1) + timedelta(days=number) for number in range(31)]
    assert all(late.previous_root == early.root for early, late in itertools.pairwise(days))
    assert verify().findings == ()


def test_a_clock_that_was_set_back_signs_nothing_twice(now):
    signing.sign_due_days(now)
    assert signing.sign_due_days(now - timedelta(days=5)) == 0


def test_disclosures_before_the_register_began_are_closed_too(frozen_clock, now):
    disclosures(frozen_clock, 3, people=3)
    assert signing.sign_due_days(frozen_clock.advance(days=3)) == 3
    assert queries.signed_days(limit=1)[0].day == now.date()


@pytest.mark.clause("C09")
def test_counts_about_fewer_than_ten_people_are_banded_and_the_exact_ones_are_sealed(frozen_clock, now, night):
    disclosures(frozen_clock, 40, people=9)
    night()
    assert facts_of_day(now.date())[FLOW] == "fewer-than-10"
    made = queries.entries(kind=EntryKind.DISCLOSURES_OF_DAY)[0]
    assert queries.secret_of(made.hash)["flows"][FLOW] == 40


def test_counts_about_ten_people_are_published(frozen_clock, now, night):
    disclosures(frozen_clock, 40, people=10)
    night()
    assert facts_of_day(now.date())[FLOW] == 40


def test_a_flow_that_was_not_used_looks_like_one_that_was_used_little(now, night):
    night()
    facts = facts_of_day(now.date())
    assert facts[FLOW] == facts["authorize-net.order_fulfillment"] == "fewer-than-10"


def test_days_without_any_disclosure_have_roots_that_do_not_show_it(now, night):
    night(2)
    roots = {json.loads(text)["root"] for text in RegisterEntry.objects.values_list("facts", flat=True)}
    assert len(roots) == 2
    assert EMPTY_ROOT.hex() not in roots


@pytest.mark.clause("C09")
def test_a_disclosure_counts_to_the_day_it_was_made(frozen_clock, now):
    from crystalcall.privacy.disclosure_days import disclosures_of

    for _ in range(5):
        disclosures(frozen_clock, 7, people=7)
        frozen_clock.advance(days=1)
    assert [disclosures_of(now.date() + timedelta(days=day), b"salt").rows for day in range(-1, 6)] == [
        0,
        7,
        7,
        7,
        7,
        7,
        0,
    ]


def test_without_its_key_a_process_signs_nothing(now):
    bare = type(settings.CRYSTALCALL)
    import msgspec

    without = msgspec.structs.replace(settings.CRYSTALCALL, register_signing_key="")
    assert isinstance(without, bare)
    with override_settings(CRYSTALCALL=without), pytest.raises(signing.SigningKeyMissingError):
        signing.sign_due_days(now)
    assert not RegisterDay.objects.exists()
    assert not RegisterEntry.objects.exists()


def test_every_night_has_a_veiled_tree_of_one_size_whether_it_holds_anything_or_not(now, night):
    night()
    for number in range(3):
        enter(EntryKind.AUTHORITY_REQUEST, {"case": f"c{number}"}, now=now)
    night()
    assert [len(row.veiled_leaves) for row in RegisterDay.objects.all()] == [64 * VEILED_LEAVES] * 2
    assert len(set(RegisterDay.objects.values_list("veiled", flat=True))) == 2
    assert verify().findings == ()


def test_more_veiled_entries_than_a_night_holds_wait_for_the_next(now, night):
    for number in range(VEILED_LEAVES + 5):
        enter(EntryKind.LEGAL_HOLD, {"case": f"c{number}"}, now=now)
    night()
    assert RegisterDay.objects.get().veiled_through == VEILED_LEAVES
    night()
    assert RegisterDay.objects.latest("day").veiled_through == VEILED_LEAVES + 5
    assert verify().findings == ()


def published() -> str:
    names = ("entries.json", "roots.json", "unveiled.json", "key.json", "")
    return "".join(Client().get(f"/privacy/register/{name}").content.decode() for name in names)


def test_nothing_published_tells_a_silent_night_from_one_with_a_gagged_request(now, night):
    night()
    before = RegisterEntry.objects.filter(book=Book.OPEN).count()
    made = [enter(kind, {"case": "case-77"}, now=now) for kind in (EntryKind.AUTHORITY_REQUEST, EntryKind.LEGAL_HOLD)]
    made.append(enter(EntryKind.ARCHIVE_OPENED, {"case": "case-77"}, now=now, veiled=True))
    night()
    assert RegisterEntry.objects.filter(book=Book.OPEN).count() == before + 1
    text = published()
    assert "case-77" not in text
    assert not any(each.hash in text or each.veil in text for each in made)
    shown = [set(day) for day in Client().get("/privacy/register/roots.json").json()["roots"]]
    assert shown[0] == shown[1]


def test_what_was_unveiled_is_published_with_a_proof_and_its_neighbors_stay_hidden(now, night, saved, check):
    spoken = enter(EntryKind.AUTHORITY_REQUEST, {"case": "case-77"}, now=now)
    silent = enter(EntryKind.AUTHORITY_REQUEST, {"case": "case-88"}, now=now)
    night()
    unveil([spoken.hash], reference="case-77", now=night())
    night()
    (shown,) = queries.unveiled()
    assert shown.record["facts"] == {"case": "case-77"}
    assert {"sequence", "previous", "hash"}.isdisjoint(shown.record)
    text = published()
    assert "case-88" not in text
    assert silent.hash not in text
    assert check(saved()) == (0, check(saved())[1])


def test_an_entry_is_published_only_once_a_night_has_signed_it(now, night):
    night()
    enter(EntryKind.BACKUP_MADE, {"files": 7}, now=now)
    assert len(Client().get("/privacy/register/entries.json").json()["entries"]) == 1
    night()
    assert len(Client().get("/privacy/register/entries.json").json()["entries"]) == 3


# --- the stand-alone verifier ---------------------------------------------------------------------------------------


@pytest.fixture
def ten_days(frozen_clock, now, night):
    """Ten days with something on each; gives the last moment."""
    for number in range(10):
        disclosures(frozen_clock, 15, people=12)
        enter(EntryKind.ERASURE, {"orders": number}, now=frozen_clock.now(), secret={"why": "asked"})
        frozen_clock.advance(days=1)
        night()
    return frozen_clock.now()


def test_the_verifier_is_shorter_than_a_hundred_lines_and_needs_nothing_of_the_shop():
    text = publishing.verifier_text()
    assert text.count("\n") < 100
    assert "crystalcall" not in text
    assert "django" not in text


def test_the_verifier_accepts_what_the_shop_publishes(ten_days, saved, check):
    code, said = check(saved(), "--key", queries.public_keys()[0][0])
    assert (code, said.startswith("OK: 20 entries, 10 days")) == (0, True), said


def test_the_verifier_accepts_a_root_from_an_old_receipt(ten_days, saved, check):
    old = queries.signed_days(limit=3)[-1]
    assert check(saved(), "--seen", f"{old.day}:{old.root[:16]}")[0] == 0
    code, said = check(saved(), "--seen", f"{old.day}:{'0' * 16}")
    assert code == 1
    assert "BROKEN" in said
    assert check(saved(), "--seen", f"{old.day}:{old.root[:4]}")[0] == 1


def test_the_verifier_refuses_another_shops_key(ten_days, saved, check):
    code, said = check(saved(), "--key", "ab" * 32)
    assert (code, "signed by a key you do not know" in said) == (1, True)


def _edit(folder, name, change):
    file = folder / f"{name}-0.json"
    page = json.loads(file.read_text())
    change(page[name])
    file.write_text(json.dumps(page))


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("entries", lambda rows: rows[4]["facts"].update(orders=9), "entry 5 is not what was hashed"),
        ("entries", lambda rows: rows[4].update(at="2026-11-02T15:00:01Z"), "entry 5 is not what was hashed"),
        ("entries", lambda rows: rows.pop(7), "entry 8 does not follow"),
        ("entries", lambda rows: rows.pop(), "the last entries are missing"),
        ("entries", lambda rows: rows.reverse() or rows[0].update(sequence=1), "does not follow"),
        ("roots", lambda rows: rows[3].update(root="0" * 64), "is not signed by the key it names"),
        ("roots", lambda rows: rows[3].update(signature="0" * 128), "is not signed by the key it names"),
        ("roots", lambda rows: rows.pop(5), "does not follow the day before"),
    ],
    ids=["facts", "time", "gap", "end", "order", "root", "signature", "day"],
)
def test_the_verifier_names_what_is_broken_first(ten_days, saved, check, name, change, said):
    folder = saved()
    _edit(folder, name, change)
    code, answer = check(folder)
    assert (code, said in answer) == (1, True), answer


@pytest.mark.clause("C20")
def test_a_rewritten_past_signed_with_the_shops_own_key_is_caught_by_a_remembered_root(ten_days, saved, check, now):
    """The owner of machine and key writes a whole new register: only the root that somebody kept tells."""
    kept = queries.signed_days(limit=2)[-1]
    from django.db import connection

    from crystalcall.plumbing import append_only

    for table in ("privacy_registerentry", "privacy_registerday"):
        place = f" ON {table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for verb in append_only.VERBS:
                cursor.execute(f"DROP TRIGGER {table}_refuse_{verb}{place}")
    from crystalcall.privacy.register.models import RegisterHead, RegisterSecret

    for model in (RegisterSecret, RegisterDay, RegisterEntry, RegisterHead):
        model.objects.all().delete()
    enter(EntryKind.ERASURE, {"orders": 0}, now=now)
    signing.sign_due_days(now + timedelta(days=10))
    assert check(saved())[0] == 0
    code, said = check(saved(), "--seen", f"{kept.day}:{kept.root}")
    assert (code, "had the root" in said) == (1, True)


def test_the_verifier_writes_canonical_json_as_the_shop_does():
    from hypothesis import given
    from hypothesis import strategies as st

    from crystalcall.rules.privacy.canonical import canonical

    words = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
    names = st.from_regex(r"[a-z][a-z0-9_.-]{0,20}", fullmatch=True)

    @given(st.dictionaries(names, words | st.lists(words, max_size=5), max_size=8))
    def same(facts):
        assert verifier.canonical(facts) == canonical(facts)

    same()
    assert Disclosure.objects.count() == 0
