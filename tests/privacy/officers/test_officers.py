"""Officers: appointed and retired in the register, keys in their own files, and two of them for what takes two."""

import json
import re
import stat
from datetime import timedelta

import click
import pyrage
import pytest
from click.testing import CliRunner
from django.db import DatabaseError, transaction

from crystalcall.config.cli.privacy import admitting as admitting_commands
from crystalcall.config.cli.privacy import officers as commands
from crystalcall.config.cli.privacy.revealing import Reveal, reveal_options
from crystalcall.privacy.officers import verifying
from crystalcall.privacy.officers.acting import is_by_its_officer
from crystalcall.privacy.officers.actions import add_officer, approval_hash, approve, enter_reveal, retire_officer
from crystalcall.privacy.officers.key_file import KeyFileError, load_key_file, make_key_file
from crystalcall.privacy.officers.models import Approval, Officer
from crystalcall.privacy.officers.queries import active, approval_message, approvals, officer, standing, verify
from crystalcall.privacy.officers.values import (
    ApprovalRefusal,
    ApprovalRefused,
    Approved,
    OfficerRefusal,
    OfficerRefused,
)
from crystalcall.privacy.register.kinds import Book, EntryKind
from crystalcall.privacy.register.models import RegisterEntry
from crystalcall.privacy.register.queries import entries, secret_of

PASSPHRASE = "a long walk by the sea"
assert admitting_commands.officer_group is commands.officer_group
SUBJECT = approval_hash("archive.open", {"case": "c1"})


def signed(keys, subject_hash: str = SUBJECT) -> bytes:
    return keys.sign(approval_message(subject_hash))


# --- key files ------------------------------------------------------------------------------------------------------


def test_the_private_halves_stand_in_the_officers_file_alone_and_only_its_owner_reads_it(key_files):
    vera = key_files["vera"]
    assert stat.S_IMODE(vera.path.stat().st_mode) == 0o600
    content = vera.path.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n-> scrypt")
    assert b"AGE-SECRET-KEY" not in content
    assert "SECRET" not in repr(vera.keys)


def test_keys_sign_and_open_what_is_encrypted_to_them(key_files):
    vera, igor = key_files["vera"].keys, key_files["igor"].keys
    sealed = pyrage.encrypt(b"for Vera", [pyrage.x25519.Recipient.from_str(vera.public.age_recipient)])
    assert vera.decrypt(sealed) == b"for Vera"
    with pytest.raises(KeyFileError):
        igor.decrypt(sealed)


def test_another_passphrase_opens_nothing(key_files):
    with pytest.raises(KeyFileError, match="does not open with this passphrase"):
        load_key_file(key_files["vera"].path, "a long walk by the river")


def test_a_file_that_takes_too_much_work_is_not_called_one_of_another_passphrase(key_files, tmp_path):
    heavy = tmp_path / "heavy.age"
    heavy.write_bytes(re.sub(rb"(-> scrypt \S+ )\d+", rb"\g<1>30", key_files["vera"].path.read_bytes(), count=1))
    with pytest.raises(KeyFileError, match="too busy"):
        load_key_file(heavy, PASSPHRASE)


def test_a_file_is_never_overwritten_and_a_short_passphrase_makes_none(tmp_path, key_files):
    before = key_files["vera"].path.read_bytes()
    with pytest.raises(KeyFileError, match="cannot be made"):
        make_key_file(key_files["vera"].path, "vera", PASSPHRASE)
    assert key_files["vera"].path.read_bytes() == before
    with pytest.raises(KeyFileError, match="at least 12"):
        make_key_file(tmp_path / "short.age", "vera", "short")
    assert not (tmp_path / "short.age").exists()


def test_no_file_and_a_foreign_file_are_said_in_a_sentence(tmp_path):
    with pytest.raises(KeyFileError, match="cannot be read"):
        load_key_file(tmp_path / "none.age", PASSPHRASE)
    foreign = tmp_path / "foreign.age"
    foreign.write_bytes(pyrage.passphrase.encrypt(b'{"format": "another"}', PASSPHRASE))
    with pytest.raises(KeyFileError, match="holds no officer's keys"):
        load_key_file(foreign, PASSPHRASE)


# --- coming and going -----------------------------------------------------------------------------------------------


def test_the_register_knows_an_officer_by_fingerprint_and_never_by_name(officers):
    made = entries(kind=EntryKind.OFFICER_ADDED)
    assert {entry.facts["officer"] for entry in made} == {keys.public.fingerprint for keys in officers.values()}
    assert not any(name in json.dumps(entry.facts) for entry in made for name in officers)
    assert [each.name for each in active()] == list(officers)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "Vera", "ve", "vera hale", "vera@example.org", "v" * 41, "-vera", "вера"])
def test_a_senseless_name_is_refused(name, key_files, now):
    assert add_officer(name, key_files["vera"].keys.public, now=now) == OfficerRefused(
        OfficerRefusal.NAME_SENSELESS, name
    )
    assert not Officer.objects.exists()


def test_a_name_or_a_key_serves_one_officer_only(officers, key_files, now):
    taken = add_officer("vera", key_files["igor"].keys.public, now=now)
    assert taken == OfficerRefused(OfficerRefusal.NAME_TAKEN, "vera")
    taken = add_officer("vera.second", key_files["vera"].keys.public, now=now)
    assert taken == OfficerRefused(OfficerRefusal.KEYS_TAKEN, "vera.second")
    assert len(entries(kind=EntryKind.OFFICER_ADDED)) == Officer.objects.count() == 3


def test_a_retired_officer_leaves_a_line_with_a_sealed_reason_and_comes_back_never(officers, now):
    later = now + timedelta(days=1)
    assert retire_officer("vera", reason=" ", now=later) == OfficerRefused(OfficerRefusal.REASON_MISSING, "vera")
    assert retire_officer("vera", reason="moved away", now=later).retired_at == later
    (made,) = entries(kind=EntryKind.OFFICER_RETIRED)
    assert "moved" not in json.dumps(made.facts)
    assert secret_of(made.hash) == {"reason": "moved away"}
    assert retire_officer("vera", reason="again", now=later) == OfficerRefused(OfficerRefusal.RETIRED, "vera")
    assert retire_officer("nobody", reason="x", now=later) == OfficerRefused(OfficerRefusal.UNKNOWN, "nobody")
    assert [each.name for each in active()] == ["igor", "nina"]


def test_old_signatures_of_a_retired_officer_stay_valid(officers, now):
    signature = officers["vera"].sign(b"a message")
    retire_officer("vera", reason="moved away", now=now)
    assert verify("vera", b"a message", signature)
    assert not verify("vera", b"another", signature)
    assert not verify("igor", b"a message", signature)
    assert not verify("nobody", b"a message", signature)


# --- two for what takes two -----------------------------------------------------------------------------------------


def test_two_officers_approve_the_same_hash(officers, now):
    first = approve(SUBJECT, "vera", signed(officers["vera"]), now=now)
    second = approve(SUBJECT, "igor", signed(officers["igor"]), now=now)
    assert isinstance(first, Approved)
    assert isinstance(second, Approved)
    assert (first.officers, second.officers) == (1, 2)
    assert [each.officer.name for each in approvals(SUBJECT)] == ["vera", "igor"]


def test_the_same_officer_is_never_the_second_one(officers, now):
    approve(SUBJECT, "vera", signed(officers["vera"]), now=now)
    again = approve(SUBJECT, "vera", signed(officers["vera"]), now=now)
    assert again == ApprovalRefused(ApprovalRefusal.ALREADY_APPROVED, "vera")
    assert len(standing(SUBJECT)) == 1


@pytest.mark.parametrize(
    ("name", "signer", "subject_hash", "reason"),
    [
        ("igor", "vera", SUBJECT, ApprovalRefusal.SIGNATURE_WRONG),
        ("nobody", "vera", SUBJECT, ApprovalRefusal.OFFICER_UNKNOWN),
        ("nina", "nina", SUBJECT, ApprovalRefusal.OFFICER_RETIRED),
        ("vera", "vera", "no hash", ApprovalRefusal.HASH_SENSELESS),
        ("vera", "vera", SUBJECT.upper(), ApprovalRefusal.HASH_SENSELESS),
    ],
    ids=["another's signature", "nobody", "retired", "no hash", "capitals"],
)
def test_a_signature_that_does_not_count_is_refused_and_nothing_is_written(
    officers, now, name, signer, subject_hash, reason
):
    retire_officer("nina", reason="moved away", now=now)
    refused = approve(subject_hash, name, signed(officers[signer], subject_hash), now=now)
    assert refused == ApprovalRefused(reason, name)
    assert not Approval.objects.filter(subject_hash=subject_hash).exists()


def test_a_signature_over_one_act_never_passes_for_another(officers, now):
    other = approval_hash("authority.package", {"case": "c1"})
    assert other != SUBJECT
    refused = approve(SUBJECT, "vera", signed(officers["vera"], other), now=now)
    assert refused == ApprovalRefused(ApprovalRefusal.SIGNATURE_WRONG, "vera")
    bare = officers["vera"].sign(SUBJECT.encode())
    assert approve(SUBJECT, "vera", bare, now=now) == ApprovalRefused(ApprovalRefusal.SIGNATURE_WRONG, "vera")


def test_an_approval_stops_counting_when_its_officer_leaves(officers, now):
    for name in ("vera", "igor"):
        approve(SUBJECT, name, signed(officers[name]), now=now)
    retire_officer("igor", reason="moved away", now=now)
    assert len(approvals(SUBJECT)) == 2
    assert [each.officer.name for each in standing(SUBJECT)] == ["vera"]


def test_a_row_put_in_past_the_program_counts_for_nothing_and_none_can_be_changed(officers, now):
    row = Officer.objects.get(name="igor")
    Approval.objects.create(officer=row, subject_hash=SUBJECT, signature="ab" * 64, approved_at=now)
    assert approvals(SUBJECT) == ()
    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.update(subject_hash="0" * 64)


# --- looking behind the mask ----------------------------------------------------------------------------------------


def test_a_look_behind_the_mask_is_entered_with_its_reason_sealed(officers, now):
    made = enter_reveal("orders.contact", 1, name="vera", reason="Anna asked by phone", now=now)
    assert made.facts == {
        "what": "orders.contact",
        "officer": officers["vera"].public.fingerprint,
        "count": "fewer-than-10",
    }
    assert secret_of(made.hash) == {"reason": "Anna asked by phone", "officer": "vera", "count": 1}


def test_without_a_reason_or_an_officer_who_serves_nobody_looks(officers, now):
    retire_officer("igor", reason="moved away", now=now)
    before = RegisterEntry.objects.count()
    for name, reason, refusal in (
        ("vera", " ", OfficerRefusal.REASON_MISSING),
        ("nobody", "x", OfficerRefusal.UNKNOWN),
        ("igor", "x", OfficerRefusal.RETIRED),
    ):
        assert enter_reveal("orders.contact", 1, name=name, reason=reason, now=now) == OfficerRefused(refusal, name)
    assert RegisterEntry.objects.count() == before


def test_a_look_for_an_authority_stays_veiled(officers, now):
    made = enter_reveal("orders.contact", 1, name="vera", reason="a court asks", now=now, veiled=True)
    assert made.is_veiled
    assert not RegisterEntry.objects.filter(book=Book.OPEN, kind="revealed").exists()


@click.command()
@reveal_options
def show(reveal: Reveal) -> None:
    """A command that masks."""
    click.echo("Anna Hale" if reveal.enter("orders.contact", 1) else "A••• H•••")


def test_a_command_masks_until_reason_and_officer_and_their_own_keys_are_given(officers, key_files, tmp_path):
    phrase = tmp_path / "phrase"
    phrase.write_text(PASSPHRASE)

    def run(*arguments: str):
        return CliRunner().invoke(show, arguments)

    assert run().output == "A••• H•••\n"
    why, keys = ("--reason", "asked"), ("--key-file", str(key_files["vera"].path), "--passphrase-file", str(phrase))
    for half in (("--reveal",), ("--reveal", *why), ("--reveal", "--as", "vera"), ("--as", "vera"), keys):
        answer = run(*half)
        assert (answer.exit_code, "Anna" in answer.output) == (2, False)
    without = run("--reveal", *why, "--as", "vera")
    assert (without.exit_code, "Anna" in without.output) == (2, False)
    refused = run("--reveal", *why, "--as", "igor", *keys)
    assert (refused.exit_code, "Anna" in refused.output) == (1, False)
    assert entries(kind=EntryKind.REVEALED) == ()
    assert run("--reveal", *why, "--as", "vera", *keys).output == "Anna Hale\n"
    [line] = entries(kind=EntryKind.REVEALED)
    signed = secret_of(line.hash)["signed"]
    assert signed["officer"] == officers["vera"].public.fingerprint
    assert is_by_its_officer(signed)
    assert not is_by_its_officer({**signed, "officer": officers["igor"].public.fingerprint})
    assert not is_by_its_officer({**signed, "content": {**signed["content"], "command": "erase"}})


# --- the table and the register agree -------------------------------------------------------------------------------


def test_officers_put_in_or_brought_back_past_the_program_are_found(officers, now):
    assert list(verifying.findings()) == []
    retire_officer("igor", reason="moved away", now=now)
    Officer.objects.filter(name="igor").update(retired_at=None)
    Officer.objects.filter(name="vera").update(verify_key="ab" * 32)
    Officer.objects.filter(name="nina").delete()
    mallory = {"age_recipient": "age1mallory", "verify_key": "cd" * 32, "added_at": now}
    Officer.objects.create(name="mallory", fingerprint="f" * 32, **mallory)
    found = sorted(finding.rule for finding in verifying.findings())
    assert found == ["officer_entered", "officer_entered", "officer_kept", "officer_serves"]


# --- commands -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_makes_an_officer_and_a_file_and_says_the_fingerprint(tmp_path):
    phrase = tmp_path / "phrase"
    phrase.write_text(PASSPHRASE + "\n")
    path = tmp_path / "olga.age"
    arguments = ("new", "olga", "--key-file", str(path), "--passphrase-file", str(phrase), "--json")
    answer = CliRunner().invoke(commands.officer_group, arguments)
    assert answer.exit_code == 0, answer.output
    assert load_key_file(path, PASSPHRASE).public.fingerprint == json.loads(answer.output)["fingerprint"]
    assert officer("olga").is_active
    again = CliRunner().invoke(commands.officer_group, arguments)
    assert (again.exit_code, "already" in again.output) == (1, True)


@pytest.fixture
def run(tmp_path, key_files):
    """Runs a command of `officer`; `by` signs it."""
    phrase = tmp_path / "phrase"
    phrase.write_text(PASSPHRASE)

    def run(*words: object, by: str | None = None) -> tuple[int, str]:
        keys = () if by is None else ("--as", by, "--key-file", key_files[by].path, "--passphrase-file", phrase)
        done = CliRunner().invoke(commands.officer_group, [str(word) for word in (*words, *keys)])
        return done.exit_code, done.output

    return run


def test_the_command_lists_and_retires_whoever_leaves_or_whom_two_others_send_away(officers, run):
    listed = run("list")[1]
    assert all(name in listed for name in officers)
    code, said = run("retire", "vera", "--reason", "moved away")
    assert (code, "must sign" in said) == (1, True)
    code, said = run("retire", "vera", "--reason", "moved away", by="igor")
    assert (code, "Another officer must" in said) == (0, True)
    assert officer("vera").is_active
    code, said = run("retire", "vera", "--reason", "moved away", by="nina")
    assert (code, "no longer an officer" in said) == (0, True)
    code, said = run("retire", "igor", "--reason", "moved away", by="igor")
    assert (code, "no longer an officer" in said) == (0, True)
    code, said = run("retire", "igor", "--reason", "moved away", by="nina")
    assert (code, "has left office" in said) == (1, True)
    shown = json.loads(run("list", "--json")[1])["officers"]
    assert [each["retired_at"] is None for each in shown] == [False, False, True]


def test_the_command_admits_with_the_second_signature(officers, run, tmp_path):
    phrase = tmp_path / "phrase"
    code, said = run("new", "olga", "--key-file", tmp_path / "olga.age", "--passphrase-file", phrase)
    assert (code, "two officers must admit" in said) == (0, True)
    assert "proposed" in run("list")[1]
    assert run("admit", "olga")[0] == 1
    assert "Another officer must admit" in run("admit", "olga", by="vera")[1]
    assert not officer("olga").is_active
    assert "is an officer now" in run("admit", "olga", by="nina")[1]
    assert officer("olga").is_active


def test_every_refusal_has_a_sentence():
    assert set(commands.REFUSALS) == {refusal.value for refusal in OfficerRefusal}
