"""The plan of a blind comparison is fair and without a pattern; its intervals are those of Clopper and Pearson."""

from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import beta, binom

from nicviz.analysis.blind import Round, Tally, plan_rounds, share_of
from nicviz.errors import NicvizError


@pytest.mark.parametrize(("rounds", "codecs"), list(product((1, 5, 10, 20), (2, 3))))
def test_each_codec_stands_at_each_place_equally_often_to_within_one_round(rounds: int, codecs: int) -> None:
    for seed in range(50):
        plan = plan_rounds(np.random.default_rng(seed), rounds, 11, codecs)
        assert len(plan) == rounds
        assert all(sorted(each.order) == list(range(codecs)) for each in plan)
        for place in range(codecs):
            counts = Counter(each.order[place] for each in plan)
            numbers = [counts[codec] for codec in range(codecs)]
            assert max(numbers) - min(numbers) <= 1


@pytest.mark.parametrize("pictures", [1, 3, 11, 40])
def test_no_picture_comes_again_before_all_were_shown(pictures: int) -> None:
    shown = [each.picture for each in plan_rounds(np.random.default_rng(4), 20, pictures, 2)]
    for start in range(0, 20, pictures):
        part = shown[start : start + pictures]
        assert len(set(part)) == len(part)
    assert set(shown) <= set(range(pictures))


@pytest.mark.parametrize("codecs", [2, 3])
def test_all_orders_are_equally_likely_in_every_round(codecs: int) -> None:
    plans = [plan_rounds(np.random.default_rng(seed), 5, 2, codecs) for seed in range(3000)]
    orders = list(permutations(range(codecs)))
    for number in range(5):
        counts = Counter(plan[number].order for plan in plans)
        expected = len(plans) / len(orders)
        chi_square = sum((counts[order] - expected) ** 2 / expected for order in orders)
        assert chi_square < 25, "five degrees of freedom at most: beyond 25 in one of 7000 draws"


def test_what_was_shown_does_not_tell_the_next_order_of_ten_rounds() -> None:
    """Were the orders balanced in pairs of rounds, the second of a pair would follow from the first."""
    plans = [plan_rounds(np.random.default_rng(seed), 10, 10, 2) for seed in range(3000)]
    for number in range(5):
        same = np.mean([plan[number].order == plan[number + 1].order for plan in plans])
        assert same == pytest.approx(4 / 9, abs=0.04), "of ten rounds with five of each order"


def test_a_generator_of_one_state_draws_one_plan_and_others_draw_others() -> None:
    first, again, other = (plan_rounds(np.random.default_rng(seed), 10, 11, 3) for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert isinstance(first[0], Round)


@pytest.mark.parametrize("given", [(0, 5, 2), (5, 0, 2), (5, 5, 1), (5, 5, 4)])
def test_a_plan_of_nothing_or_of_too_many_codecs_is_refused(given: tuple[int, int, int]) -> None:
    with pytest.raises(NicvizError, match="2 or 3 codecs"):
        plan_rounds(np.random.default_rng(0), *given)


@pytest.mark.parametrize("decided", [1, 5, 9, 20])
def test_the_interval_is_that_of_clopper_and_pearson(decided: int) -> None:
    for count in range(decided + 1):
        share = share_of(count, decided, 1 / 2)
        assert share is not None
        low = beta.ppf(0.025, count, decided - count + 1) if count else 0.0
        high = beta.ppf(0.975, count + 1, decided - count) if count < decided else 1.0
        assert (share.low, share.high) == pytest.approx((low, high), abs=1e-9)
        if count:
            assert binom.sf(count - 1, decided, share.low) == pytest.approx(0.025, abs=1e-9)
        if count < decided:
            assert binom.cdf(count, decided, share.high) == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize("chance", [1 / 2, 1 / 3])
def test_the_p_value_sums_all_outcomes_that_are_no_likelier(chance: float) -> None:
    for decided, count in [(1, 1), (10, 7), (10, 9), (17, 2), (20, 20)]:
        share = share_of(count, decided, chance)
        assert share is not None
        likely = binom.pmf(np.arange(decided + 1), decided, chance)
        expected = likely[likely <= likely[count] * (1 + 1e-7)].sum()
        assert share.p_value == pytest.approx(expected)


def test_against_one_half_interval_and_p_value_say_the_same() -> None:
    for decided in range(1, 31):
        for count in range(decided + 1):
            share = share_of(count, decided, 1 / 2)
            assert share is not None
            assert (share.side != 0) == (share.p_value < 0.05)
            assert share.side in {0, 1 if count > decided / 2 else -1}


def test_nine_of_ten_tell_two_codecs_apart_and_eight_do_not() -> None:
    sides = [Tally.of([0] * count + [1] * (10 - count), 2).shares[0].side for count in (10, 9, 8, 5, 2, 1)]
    assert sides == [1, 1, 0, 0, 0, -1]


def test_the_interval_holds_the_true_share_in_at_least_95_of_100_comparisons() -> None:
    for truth in (0.5, 0.62, 0.9):
        held = 0.0
        for count in range(11):
            share = share_of(count, 10, 1 / 2)
            assert share is not None
            held += binom.pmf(count, 10, truth) * (share.low <= truth <= share.high)
        assert held >= 0.95


def test_votes_of_no_difference_are_counted_apart() -> None:
    tally = Tally.of([0, 1, None, 0, None, 0], 2)
    assert (tally.wins, tally.ties, tally.rounds) == ((3, 1), 2, 6)
    first, second = tally.shares
    assert first is not None
    assert second is not None
    assert (first.count, first.decided, first.chance) == (3, 4, 1 / 2)
    assert (second.low, second.high) == pytest.approx((1 - first.high, 1 - first.low))
    assert tally.between(0, 1) == first


def test_of_three_codecs_a_pair_has_the_votes_for_one_of_the_two() -> None:
    tally = Tally.of([0, 0, 2, 1, 2, 2, None], 3)
    assert tally.wins == (2, 1, 3)
    assert [share and (share.count, share.decided, share.chance) for share in tally.shares] == [
        (2, 6, 1 / 3), (1, 6, 1 / 3), (3, 6, 1 / 3)
    ]  # fmt: skip
    assert tally.pairs == [(0, 1), (2, 0), (2, 1)], "the one with more votes first"
    between = tally.between(2, 0)
    assert between is not None
    assert (between.count, between.decided, between.chance) == (3, 5, 1 / 2)


def test_without_a_decided_vote_there_is_no_share() -> None:
    tally = Tally.of([None, None], 2)
    assert tally.shares == (None, None)
    assert tally.between(0, 1) is None
