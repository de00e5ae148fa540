"""Figures follow the theme of the page, and keep what is written in them."""

import re

from tests.conftest import GALLERY


def test_every_figure_has_a_light_and_a_dark_palette(site):
    """No colour of Matplotlib's is left, but for greys that do on both."""
    figures = sorted((site / "_images").glob("sphx_glr_*_001.svg"))
    assert len(figures) == len(GALLERY)
    for path in figures:
        text = path.read_text(encoding="utf-8")
        assert "prefers-color-scheme:dark" in text, path
        drawn = re.sub(r"<style.*?</style>", "", text, flags=re.S)
        colours = set(re.findall(r"#[0-9a-f]{6}\b", drawn, re.I))
        greys = {
            colour for colour in colours if len(set(re.findall("..", colour[1:]))) == 1
        }
        assert colours == greys, path
        assert "var(--ink)" in text, path


def test_a_places_digits_are_cut_but_not_a_labels(site):
    """The axis of weights has ticks at multiples of 0.02."""
    path = site / "_images" / "sphx_glr_two_layer_net_nn_001.svg"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r' (?:x|y|width|height)="-?\d+\.\d{3,}"', text)
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", text)
    assert {"0.00", "0.02", "0.05", "0.10"} <= set(labels), labels
