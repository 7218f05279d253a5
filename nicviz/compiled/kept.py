"""Compiled code that is kept on the disk from process to process, wherever there is a place for it."""

from collections.abc import Callable
from typing import Any

from numba import njit


def kept(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function for one signature, or take it from the disk.

    It lies beside the function's file, or in the user's cache folder where that is read-only. What is damaged there is
    compiled and written again; without a place that can be written, each process compiles for itself.

    Args:
        signature: numba's.
        options: of `numba.njit`.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return njit(signature, cache=True, **options)(function)
        except Exception:  # noqa: BLE001  a damaged pickle raises what it likes; what is wrong with the code comes again
            pass
        try:
            dispatcher = njit(cache=True, **options)(function)
            dispatcher._cache.flush()
            dispatcher.compile(signature)
        except Exception:  # noqa: BLE001  no place, or a full one
            return njit(signature, **options)(function)
        return dispatcher

    return decorate
