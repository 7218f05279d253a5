"""What the votes of a blind comparison say, in sentences that follow from the numbers, and nothing beyond them."""

from collections.abc import Sequence

from nicviz.analysis.blind import Share, Tally

CHANCE = {2: "50\u00a0%", 3: "33.3\u00a0%"}


def counted(tally: Tally, titles: Sequence[str]) -> str:
    """Return what was measured: the votes as they were given."""
    won = [f"{title} {times(count)}" for title, count in zip(titles, tally.wins, strict=True)]
    listed = f"{', '.join(won[:-1])} and {won[-1]}"
    seen = f"In {tally.rounds} {'round' if tally.rounds == 1 else 'rounds'} one person preferred {listed}"
    return f"{seen}, and saw no difference {times(tally.ties)}." if tally.ties else f"{seen}."


def verdict(share: Share | None, title: str, others: str) -> str:
    """Return what the votes for one codec say.

    Args:
        share: of its votes; None where no vote was decided.
        title: of the codec.
        others: that it was compared with.
    """
    if share is None:
        return f"No vote was for {title} or {others}: there is nothing to tell them apart by."
    chance = CHANCE[round(1 / share.chance)]
    p = p_text(share)
    votes = f"{share.decided} {'vote' if share.decided == 1 else 'votes'} for {title} or {others}"
    found = (
        f"Of {votes}, {title} had {share.count}, {percent(share.value)}; the 95\u00a0% interval of that share is "
        f"{interval(share)} (p {p if p.startswith('<') else f'= {p}'})"
    )
    if share.side == 0:
        return f"{found}: it holds {chance}, so these votes do not tell {title} from {others}."
    side = "above" if share.side > 0 else "below"
    return f"{found}: all of it lies {side} {chance}, so these votes tell {title} from {others}."


def interval(share: Share) -> str:
    """Return the interval of a share in percent."""
    return f"{100 * share.low:.1f} to {100 * share.high:.1f}\u00a0%"


def percent(share: float) -> str:
    """Return a share from 0 to 1 as it is shown."""
    return f"{100 * share:.1f}\u00a0%"


def p_text(share: Share) -> str:
    """Return the p-value as it is shown."""
    return "< 0.001" if share.p_value < 0.001 else f"{share.p_value:.3f}"


def times(count: int) -> str:
    """Return a number of times in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
