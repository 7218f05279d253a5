"""Links to share: the presenter's view, and the address that others in the network open."""

import pytest

from nicviz.ui.shell.share import network_link, own_address, present_link

LINK = "http://localhost:8501/color?image=chelsea&codec=jpeg%3A30&viewer=split_zoom-2_at-1-2"


def test_the_presenter_s_view_is_asked_for_and_taken_back() -> None:
    asked = present_link(LINK, True)
    assert asked == f"{LINK}&present=1"
    assert present_link(asked, True) == asked
    assert present_link(asked, False) == LINK
    assert present_link("http://a/", True) == "http://a/?present=1"


@pytest.mark.parametrize(
    ("link", "bound", "address", "found"),
    [
        (LINK, "0.0.0.0", "10.0.0.7", LINK.replace("localhost", "10.0.0.7")),
        (LINK, "", "10.0.0.7", LINK.replace("localhost", "10.0.0.7")),
        (LINK, "::", "fd00::7", LINK.replace("localhost", "[fd00::7]")),
        (LINK, "localhost", "10.0.0.7", None),
        (LINK, "0.0.0.0", None, None),
        ("http://127.0.0.1/rd", "0.0.0.0", "10.0.0.7", "http://10.0.0.7/rd"),
        ("https://lab.example/rd?a=b", "localhost", None, "https://lab.example/rd?a=b"),
    ],
)  # fmt: skip
def test_a_link_for_the_network(link: str, bound: str, address: str | None, found: str | None) -> None:
    assert network_link(link, bound, address) == found


def test_the_address_of_this_machine_is_none_of_its_own_loop() -> None:
    assert not (own_address() or "").startswith("127.")
