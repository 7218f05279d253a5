"""The main path in a real browser: open, see, change, reload, upload; what is shown is what the codec gave."""

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from nicviz.codecs import CODECS
from nicviz.images import decode_png, encode_png
from nicviz.samples import find_sample
from tests.browser.driver import APP, box_of, hash_of, main_width, pixels, wait_for


def open_app(page: Page, serve, query: str = "", codecs: int = 1):
    page.goto(f"{serve(APP)}/?{query}")
    return wait_for_codecs(page, codecs)


def wait_for_codecs(page: Page, codecs: int):
    root = page.locator(".viewer")
    root.wait_for()
    for number in range(1, codecs + 1):
        wait_for(root, f"state => state.panes.some(p => p.name === 'codec-{number}' && p.hash && p.current)")
    return root


def wait_for_change(root, name: str, before: str) -> None:
    wait_for(
        root, f"state => state.panes.some(p => p.name === '{name}' && p.hash && p.current && p.hash !== '{before}')"
    )


def test_the_first_page_shows_a_photograph_through_jpeg_2000_and_a_neural_codec(page, serve):
    page.set_default_timeout(60_000)  # the first neural codec of a server loads its libraries
    root = open_app(page, serve, codecs=2)
    assert np.array_equal(pixels(root, "original")[..., :3], find_sample("astronaut").load().pixels)
    expect(page.locator(".nv-table")).to_contain_text("MS-SSIM")
    expect(page.locator(".nv-table thead")).to_contain_text("Compact hyperprior")
    expect(page.locator(".nv-table")).not_to_contain_text("…")
    assert "codec=jpeg2000" in page.url


def test_the_pixels_on_the_page_are_those_that_the_codec_gave(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:35&codec=compact-hyperprior:2&match=off", codecs=2)
    original = find_sample("chelsea").load().pixels
    for pane, name, quality in (("codec-1", "jpeg", 35), ("codec-2", "compact-hyperprior", 2)):
        codec = CODECS[name]
        expected = codec.decode(codec.encode(original, quality))
        assert np.array_equal(pixels(root, pane)[..., :3], expected)


def test_a_changed_quality_brings_a_new_picture_and_the_url_follows(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:50&match=off")
    before = hash_of(root, "codec-1")
    page.locator("[data-testid=stSidebar] input[type=range]").first.focus()
    page.keyboard.press("ArrowLeft")
    wait_for_change(root, "codec-1", before)
    expect(page).to_have_url(re.compile("codec=jpeg%3A49"))
    page.go_back()
    wait_for(root, f"state => state.panes.some(p => p.name === 'codec-1' && p.hash === '{before}')")
    expect(page).to_have_url(re.compile("codec=jpeg(:|%3A)50"))


def test_reload_gives_the_same_view(page, serve):
    root = open_app(page, serve, "image=coffee&codec=webp:40&corruption=snow:2&seed=3&match=off&show=delta_e00")
    shown = hash_of(root, "codec-1")
    url = page.url
    page.reload()
    root = wait_for_codecs(page, 1)
    wait_for(root, f"state => state.panes.some(p => p.name === 'codec-1' && p.hash === '{shown}')")
    assert page.url == url


def test_a_bad_link_is_corrected_in_the_url(page, serve):
    open_app(page, serve, "image=../secret&codec=jpeg:50&match=off&show=nonsense")
    expect(page).to_have_url(re.compile("image=astronaut"))
    expect(page.get_by_text("../secret").first).to_be_visible()


def test_choosing_a_corruption_adds_a_pane_and_both_kinds_of_figures(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:50&match=off")
    page.get_by_role("combobox", name="Corruption").click()
    page.get_by_role("option", name=re.compile("Gaussian noise")).click()
    wait_for(root, "state => state.panes.some(p => p.name === 'corrupted' && p.current)")
    expect(page.locator(".nv-table")).to_contain_text("what was meant")
    expect(page).to_have_url(re.compile("corruption=gaussian_noise"))


def test_an_uploaded_picture_is_shown_exactly_and_a_broken_one_says_why(page, serve, tmp_path):
    root = open_app(page, serve, "image=chelsea&codec=png&match=off")
    picture = np.random.default_rng(1).integers(0, 256, (70, 90, 3), np.uint8)
    file = tmp_path / "mine.png"
    file.write_bytes(encode_png(picture))
    before = hash_of(root, "codec-1")
    page.locator("input[type=file]").first.set_input_files(file)
    wait_for_change(root, "codec-1", before)
    assert np.array_equal(pixels(root, "codec-1")[..., :3], picture)
    broken = tmp_path / "broken.png"
    broken.write_bytes(file.read_bytes()[:200])
    page.locator("input[type=file]").first.set_input_files(broken)
    expect(page.get_by_text("broken.png").first).to_be_visible()
    assert np.array_equal(pixels(root, "original")[..., :3], picture), "the picture before is not lost"


def test_downloads_hold_what_the_page_shows(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:35&match=off")
    expect(page.locator(".nv-table")).not_to_contain_text("…")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Everything (ZIP)").click()
    import io
    import json
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    files = {"input.png", "jpeg-35.png", "jpeg-35.bin", "jpeg-35.delta_e00.npy", "results.csv", "manifest.json"}
    assert set(archive.namelist()) == files
    shown = pixels(root, "codec-1")[..., :3]
    assert np.array_equal(decode_png(archive.read("jpeg-35.png")), shown)
    assert np.array_equal(CODECS["jpeg"].decode(archive.read("jpeg-35.bin")), shown)
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["results"][0]["num_bytes"] == len(archive.read("jpeg-35.bin"))


def test_the_command_line_on_the_page_gives_the_page_s_numbers(page, serve):
    from nicviz.metrics import format_value

    open_app(
        page, serve, "image=coffee&codec=jpeg2000&codec=webp&corruption=shot_noise:2&seed=4&match=psnr:30", codecs=2
    )
    table = page.locator(".nv-table")
    expect(table).not_to_contain_text("…")
    shown = page.locator("code", has_text="nicviz analyze").inner_text()
    done = subprocess.run(["/bin/sh", "-c", shown], cwd="/", env={"PATH": "/bin"}, capture_output=True, check=True)
    rows = json.loads(done.stdout)["results"]
    text = table.inner_text()
    for row in rows:
        assert f"{row['bpp']:.4f}" in text
        assert f"{row['num_bytes']:,}" in text
        for name in ("psnr_db", "ms_ssim", "delta_e00"):
            assert format_value(name, row[name]) in text
        assert format_value("psnr_db", row["psnr_clean_db"]) in text


def test_the_newest_choice_wins(page, serve):
    root = open_app(page, serve, "image=coffee&codec=avif:50&match=off")
    slider = page.locator("[data-testid=stSidebar] input[type=range]").first
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("codec=avif%3A62"))
    codec = CODECS["avif"]
    expected = codec.decode(codec.encode(find_sample("coffee").load().pixels, 62))
    expect(page.locator("figure[data-cell='codec-1']", has_text="AVIF q 62")).to_have_count(1, timeout=20_000)
    expect(page.locator(".viewer")).to_have_count(1)
    assert np.array_equal(pixels(root, "codec-1")[..., :3], expected)


def test_a_dragged_slider_shows_pictures_before_it_is_let_go(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:80&match=off")
    expect(page.locator(".nv-table")).not_to_contain_text("…")
    thumb = box_of(page.get_by_test_id("stSidebar").get_by_test_id("stSliderThumbValue").last)
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] + 10
    page.mouse.move(x, y)
    page.mouse.down()
    seen = {hash_of(root, "codec-1")}
    for step in range(60):
        page.mouse.move(x - 2 * step, y)
        page.wait_for_timeout(60)
        seen.add(hash_of(root, "codec-1"))
    assert len(seen) >= 5, "pictures while the button is down"
    page.mouse.up()
    value = page.get_by_test_id("stSidebar").get_by_test_id("stSliderThumbValue").last
    quality = value.inner_text()
    assert int(quality) < 50
    expect(page).to_have_url(re.compile(rf"codec=jpeg%3A{quality}(&|$)"))
    expect(root.locator("figcaption").last).to_contain_text(f"JPEG q {quality}")
    picture = CODECS["jpeg"].decode(CODECS["jpeg"].encode(find_sample("chelsea").load().pixels, int(quality)))
    wait_for(root, "state => state.panes.every(p => p.hash && p.current)")
    assert np.array_equal(pixels(root, "codec-1")[..., :3], picture)


def test_jpeg_2000_vvc_and_a_neural_codec_are_seen_at_one_rate(page, serve):
    query = "&".join(f"codec={name}" for name in ("jpeg2000", "vvc", "compact-hyperprior"))
    root = open_app(page, serve, f"image=coffee&crop=100,80,256,256&{query}&match=bpp:0.5", codecs=3)
    row = page.locator(".nv-table tbody tr", has_text="Bits per pixel")
    expect(row).not_to_contain_text("…", timeout=30_000)
    rates = [float(text.split()[0]) for text in row.locator("td").all_inner_texts()]
    assert rates[0] == pytest.approx(0.5, rel=0.01)
    assert rates[1] == pytest.approx(0.5, rel=0.1), "the nearest whole QP"
    assert rates[2] == pytest.approx(0.5, rel=0.1), "the nearest of six models"
    shown = [pixels(root, f"codec-{number}") for number in (1, 2, 3)]
    assert len({picture.tobytes() for picture in shown}) == len(shown)


def test_two_codecs_and_their_names_fit_the_table_of_a_phone(narrow_page, serve):
    open_app(narrow_page, serve, codecs=2)
    expect(narrow_page.locator(".nv-table")).not_to_contain_text("…", timeout=30_000)
    longest = "each => { for (const td of each.querySelectorAll('tr:last-child td')) td.textContent = '%s' }"
    table = narrow_page.locator(".nv-scroll").first
    table.evaluate(longest % "1,940 busy")
    assert table.evaluate("each => each.scrollWidth - each.clientWidth") <= 0


def test_a_narrow_screen_needs_no_sideways_scrolling(narrow_page, serve):
    open_app(narrow_page, serve, "image=chelsea&codec=jpeg:35&codec=webp:30&codec=jpeg2000:50&match=off", codecs=1)
    expect(narrow_page.locator(".nv-table")).to_be_visible()
    assert main_width(narrow_page) <= 390


@pytest.mark.usefixtures("own_address")
def test_a_page_opens_by_its_own_address_as_the_first_request_of_a_server(page, serve):
    page.goto(f"{serve(APP, env={'NICVIZ_FRESH': 'about'})}/about")
    expect(page.get_by_role("heading", name="About")).to_be_visible()
    expect(page.locator("[data-testid=stSidebar]").get_by_text("Corruption").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_error_maps_offer_no_difference_because_a_map_minus_a_picture_means_nothing(page, serve):
    root = open_app(page, serve, "image=chelsea&codec=jpeg:20&match=off")
    root.locator("[data-mode=difference]").click()
    before = hash_of(root, "codec-1")
    page.get_by_text("ΔE00 map").click()
    wait_for_change(root, "codec-1", before)
    expect(root.locator("[data-mode=difference]")).to_be_disabled()
    expect(root.locator("[data-mode=side]")).to_have_attribute("aria-pressed", "true")


def test_a_slider_reads_one_bitstream_further_and_further(page, serve):
    page.set_default_timeout(60_000)
    page.goto(f"{serve(APP)}/?image=chelsea&crop=0,0,64,48&codec=compact-toderici2017:2&match=off")
    parts = page.locator(".viewer").nth(1)
    parts.wait_for()
    wait_for(parts, "state => state.panes.every(p => p.hash && p.current)")
    codec = CODECS["compact-toderici2017"]
    bitstream = codec.encode(find_sample("chelsea").load().pixels[:48, :64], codec.qualities[-1])
    ends = codec.progression.ends(bitstream)
    slider = page.locator("[data-testid=stMain] input[type=range]").first
    for read in (2, 3):
        assert np.array_equal(pixels(parts, "part")[..., :3], codec.decode(bitstream[: ends[read - 1]]))
        expect(page.get_by_text(f"{ends[read - 1]:,} of {len(bitstream):,} bytes are read")).to_be_visible()
        before = hash_of(parts, "part")
        slider.focus()
        page.keyboard.press("ArrowRight")
        wait_for_change(parts, "part", before)
