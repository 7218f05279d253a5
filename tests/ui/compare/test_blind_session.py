"""What a session keeps of a blind comparison: votes in order, taken back, skipped, and none twice."""

import csv
import json

import pytest

from nicviz.analysis.blind import Tally
from nicviz.analysis.one_rate import OneRate
from nicviz.codecs import CODECS
from nicviz.tasks.match import Matched
from nicviz.tasks.settings import ImageSetting
from nicviz.ui.compare.blind_files import result_of, round_rows, settings_of, votes_csv
from nicviz.ui.compare.blind_result import reopened
from nicviz.ui.compare.blind_session import TIE, Prepared, Rounds

NAMES = ("jpegxl", "webp", "avif")
RATES = (0.51, 0.49, 0.5)


def begun(num_rounds: int = 4, num_pictures: int = 3, codecs: int = 2) -> Rounds:
    matched = tuple(Matched(30.0 + place, rate, rate / 0.5 - 1, True) for place, rate in enumerate(RATES[:codecs]))
    pictures = [
        Prepared(ImageSetting(name), name, ImageSetting(name).load, OneRate(0.5, matched), 1)
        for name in ("astronaut", "coffee", "chelsea")[:num_pictures]
    ]
    return Rounds(tuple(CODECS[name] for name in NAMES[:codecs]), 0.5, tuple(pictures), num_rounds, 1)


def vote(rounds: Rounds, place: str) -> None:
    number = rounds.current
    assert number is not None
    rounds.show(number)
    rounds.vote(number, place, True, RATES[: len(rounds.codecs)], False)


def place_of(rounds: Rounds, number: int, codec: int) -> str:
    return "ABC"[rounds.plan[number].order.index(codec)]


def test_votes_go_to_the_codec_that_stood_at_the_place() -> None:
    rounds = begun(4, codecs=3)
    for number, codec in enumerate((2, 2, 0)):
        vote(rounds, place_of(rounds, number, codec))
    vote(rounds, TIE)
    assert rounds.current is None
    assert rounds.tally() == Tally((1, 0, 2), 1)


def test_a_vote_for_a_round_that_is_over_or_was_not_shown_counts_for_nothing() -> None:
    rounds = begun()
    rounds.vote(0, "A", False, RATES[:2], False)
    assert rounds.answers == [], "nothing was shown yet"
    vote(rounds, "A")
    rounds.vote(0, "B", False, RATES[:2], False)
    assert [answer.vote for answer in rounds.answers] == ["A"], "the second click of two"
    rounds.end()
    rounds.vote(1, "A", False, RATES[:2], False)
    assert len(rounds.answers) == 1


def test_the_last_vote_is_taken_back_with_what_was_skipped_after_it() -> None:
    rounds = begun()
    rounds.undo()
    vote(rounds, "A")
    vote(rounds, "B")
    rounds.skip("Two reconstructions are the same.")
    rounds.undo()
    assert [answer.vote for answer in rounds.answers] == ["A"]
    assert rounds.current == 1
    rounds.vote(1, "B", True, RATES[:2], False)
    assert len(rounds.answers) == 1, "its pictures have to be shown again first"


def test_once_the_result_is_seen_nothing_is_taken_back() -> None:
    rounds = begun()
    vote(rounds, "A")
    rounds.end()
    rounds.undo()
    assert len(rounds.answers) == 1
    assert rounds.stopped
    assert rounds.current is None


def test_two_sessions_draw_different_plans_that_follow_from_their_seeds() -> None:
    rounds = [begun(20) for _ in range(5)]
    assert len({tuple(each.plan) for each in rounds}) == 5
    again = Rounds(rounds[0].codecs, 0.5, rounds[0].pictures, 20, 1, entropy=rounds[0].entropy)
    assert again.plan == rounds[0].plan


def test_pictures_that_come_again_are_noticed_where_they_were_voted_on() -> None:
    rounds = begun(4, num_pictures=3)
    for _ in range(3):
        vote(rounds, TIE)
    assert not rounds.repeated()
    vote(rounds, TIE)
    assert rounds.repeated()


def test_the_file_has_a_row_a_round_and_the_settings_above_it() -> None:
    rounds = begun(3)
    vote(rounds, place_of(rounds, 0, 1))
    rounds.skip("Two reconstructions are the same, pixel for pixel.")
    vote(rounds, TIE)
    text = votes_csv(rounds)
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert '# codecs: ["jpegxl", "webp"]' in head
    assert f'# seed: "{rounds.entropy}"' in head
    first, second, third = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    assert first["preferred"] == "webp"
    assert first[f"codec_{first['vote']}"] == "webp"
    assert float(first[f"quality_{first['vote']}"]) == 31.0
    assert float(first[f"bpp_{first['vote']}"]) == 0.49
    assert first["original_shown"] == "True"
    assert (second["vote"], second["preferred"], second["seconds"]) == ("", "", "")
    assert "pixel for pixel" in second["skipped"]
    assert (third["vote"], third["preferred"]) == ("no difference", "")
    assert [row["picture"] for row in (first, second, third)] == [
        rounds.pictures[each.picture].name for each in rounds.plan
    ]
    json.dumps([settings_of(rounds), result_of(rounds, rounds.tally()), round_rows(rounds)], allow_nan=False)


def test_the_link_of_a_round_opens_its_picture_with_its_codecs_at_their_qualities() -> None:
    rounds = begun(1, codecs=3)
    name = rounds.pictures[rounds.plan[0].picture].name
    settings = [f"{NAMES[codec]}%3A{30 + codec}" for codec in rounds.plan[0].order]
    assert reopened(rounds, 0) == "&".join([f"?image={name}", *(f"codec={each}" for each in settings), "match=off"])


def test_seconds_are_those_from_the_pictures_to_the_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("nicviz.ui.compare.blind_session.time.monotonic", lambda: now[0])
    rounds = begun()
    rounds.show(0)
    now[0] = 102.0
    rounds.show(0)  # drawn again, as when the original is switched on
    now[0] = 103.5
    rounds.vote(0, "A", False, RATES[:2], False)
    assert rounds.answers[0].seconds == 3.5
