"""The Spectra page through Streamlit's own test driver."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from nicviz.__main__ import main
from nicviz.requests.pages import parse_plane_part
from nicviz.spectra.part import Part
from tests.pages.driver import command_of, html_of, messages_of, open_page, page_text, settle

SMALL = {"image": "chelsea", "crop": "100,60,128,96", "match": "off"}


def open_spectra(**query: str | list[str]) -> AppTest:
    app = settle(open_page("spectra", **{**SMALL, "codec": ["jpeg:40", "webp:40"], **query}))
    assert not app.exception
    return app


def texts_of(app: AppTest) -> str:
    return f"{page_text(app)} {messages_of(app)}"


def test_the_page_opens_with_the_whole_error_of_every_codec() -> None:
    app = open_spectra()
    assert not app.error
    assert "12,288 of 12,288 frequencies" in html_of(app)
    assert html_of(app).count("100.0%") == 2


def test_the_command_of_the_page_gives_the_pages_numbers(capsys) -> None:
    app = open_spectra(corruption="gaussian_noise:2", spectra="profiles")
    assert main(command_of(app, "analyze").split()[3:]) == 0
    spectra = json.loads(capsys.readouterr().out)["results"][0]["spectra"]
    assert set(spectra) == {"G", "R"}
    for each in spectra.values():
        assert f"{each['high']['density']:.4g}" in html_of(app)
        assert f"{each['total']:.4g}" in html_of(app)


def test_a_ring_in_the_link_is_the_part_that_is_measured() -> None:
    app = open_spectra(band="0.1,0.2,0,180")
    count = int(Part(0.1, 0.2).mask((96, 128)).sum())
    assert f"{count:,} of 12,288 frequencies" in html_of(app)


@pytest.mark.parametrize(
    "query",
    [
        {"band": "a,b"},
        {"band": "0.3,0.1,0,180"},
        {"edges": "50,10", "spectra": "profiles"},
        {"channel": "green"},
        {"spectra": "nothing"},
    ],
    ids=str,
)
def test_bad_values_in_a_link_are_replaced_and_said(query) -> None:
    app = open_spectra(**query)
    assert any(next(iter(query.values())) in toast.value for toast in app.toast)
    assert not app.error


@pytest.mark.parametrize("channel", ["cb", "cr", "rgb", "ood_nic"])
@pytest.mark.parametrize("shown", ["planes", "profiles"])
def test_every_channel_and_convention_is_shown(channel, shown) -> None:
    app = open_spectra(channel=channel, spectra=shown, corruption="fog:2")
    assert not app.error
    if channel == "ood_nic" and shown == "profiles":
        assert "no energy that adds up" in texts_of(app)


def test_the_error_of_a_lossless_codec_is_zero_and_the_page_stands() -> None:
    app = open_spectra(codec=["png"])
    assert not app.error
    assert "Share of the whole error" in html_of(app)


def test_a_constant_picture_and_a_tiny_one_are_no_trouble() -> None:
    for query in ({"crop": "0,0,1,1"}, {"image": "impulse", "size": "16", "crop": "0,0,3,4"}):
        for shown in ("planes", "profiles"):
            assert not open_spectra(**query, spectra=shown).error


def test_severities_ask_for_a_corruption_and_then_are_drawn() -> None:
    assert "Choose a corruption" in texts_of(open_spectra(spectra="severities"))
    app = open_spectra(spectra="severities", corruption="gaussian_noise:1", channel="ood_nic")
    assert "at one setting throughout" in texts_of(app)


def test_the_claims_ask_for_a_neural_codec() -> None:
    assert "Choose a neural codec" in texts_of(open_spectra(spectra="claims"))


def test_the_claims_are_answered_with_numbers_and_the_threshold() -> None:
    app = open_spectra(spectra="claims", codec=["compact-hyperprior:3"], claims_severity="1")
    assert "0.5 dB is nicviz's own choice" in texts_of(app)
    assert any(word in texts_of(app) for word in ("✓ yes", "✗ no", "– undecided"))
    assert "neural minus JPEG 2000 (dB)" in html_of(app)


def test_a_set_is_averaged_in_groups_of_one_size(monkeypatch, tmp_path) -> None:
    from nicviz.images import encode_png
    from nicviz.samples import find_sample

    pixels = find_sample("chelsea").load().pixels
    (tmp_path / "set").mkdir()
    for name, (height, width) in {"a": (48, 64), "b": (64, 48), "c": (40, 40)}.items():
        (tmp_path / "set" / f"{name}.png").write_bytes(encode_png(pixels[:height, :width].copy()))
    monkeypatch.setenv("NICVIZ_IMAGES", str(tmp_path))
    app = open_spectra(over="set", spectra="profiles")
    assert not app.error
    assert command_of(app, "analyze").startswith(
        'for image in set/a set/b set/c; do python -m nicviz analyze "$image" '
    )
    assert any("64×48 (2)" in str(group.proto) for group in app.get("button_group"))


def test_a_part_is_written_so_that_it_is_read_back() -> None:
    part = Part(0.1234, 0.5, 33.0, 12.5)
    assert parse_plane_part("0.1234,0.5,33,12.5") == part
    assert parse_plane_part("whole").is_whole
