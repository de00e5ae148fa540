"""The playground computes what NumPy computes, and everybody can use it."""

import base64
import functools
import json
from urllib.parse import urlsplit

import catalogues
import numpy as np
import playground
import pytest
from languages import LANGUAGES
from playwright.sync_api import expect

from tests.conftest import SITE
from tests.scripts.running import run_and_keep

PAGE = "en/playground.html"
DEFAULTS = {"learning_rate": 1e-6, "H": 100, "steps": 500, "seed": 0, "type": "float64"}
SLOW = 180_000  # milliseconds for a run on a busy machine

# Sends settings to the page's own worker; answers with all losses, as bytes.
TRAIN = """settings => new Promise((resolve, reject) => {
  const data = document.querySelector(".playground script").textContent;
  const worker = new Worker(JSON.parse(data).worker);
  const losses = [];
  worker.onerror = ({ message }) => reject(message);
  worker.onmessage = ({ data }) => {
    losses.push(...data.losses);
    if (data.end) {
      const bytes = new Uint8Array(Float64Array.from(losses).buffer);
      worker.terminate();
      resolve([btoa(String.fromCharCode(...bytes)), data.end]);
    }
  };
  worker.postMessage(settings);
})"""

# Draws many numbers at a time, and answers with their bytes.
DRAW = """([seed, many]) => {
  const numbers = Float64Array.from({ length: many }, standardNormal(seed));
  return Array.from(new Uint8Array(numbers.buffer), (byte) =>
    String.fromCharCode(byte)).join("");
}"""

# Keeps what the page says, and every form that the newest curve has had.
WATCH = """() => {
  const output = document.querySelector(".playground output");
  window.said = [];
  window.drawn = [];
  new MutationObserver(() => said.push(output.textContent)).observe(output, {
    childList: true,
  });
  const svg = document.querySelector(".playground svg[role=img]");
  new MutationObserver(() => {
    const curve = svg.querySelector(".newest");
    if (curve) drawn.push(curve.getAttribute("d"));
  }).observe(svg, { childList: true });
}"""


@pytest.fixture
def arrive(browser, server):
    """Return a function that opens the playground as a new visitor."""
    contexts = []

    def open_page(path=PAGE, messages=None, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        if messages is not None:
            page.on("console", lambda message: messages.append(message.text))
            page.on("pageerror", lambda error: messages.append(str(error)))
        page.goto(f"{server}/{path}")
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def trained(browser, server):
    """Return a function: the losses and the end of a run with some other settings."""
    page = browser.new_page()
    page.goto(f"{server}/{PAGE}")

    @functools.cache
    def train(**settings):
        data, end = page.evaluate(TRAIN, DEFAULTS | settings)
        return np.frombuffer(base64.b64decode(data)), end

    yield train
    page.close()


@pytest.fixture(scope="module")
def script_losses(tmp_path_factory):
    """Return the losses of the script, from a run of its own."""
    folder = tmp_path_factory.mktemp("numpy") / "run"
    return run_and_keep("two_layer_net_numpy", folder, picture=False).losses


def field(page, name):
    return page.locator(f".playground [name={name}]")


def status(page):
    return page.locator(".playground").get_by_role("status")


def press(page, name):
    page.locator(".playground").get_by_role("button", name=name).click()


def run(page, **settings):
    """Fill in settings, start, and wait until the run has ended."""
    for name, value in settings.items():
        if name == "type":
            page.get_by_role("radio", name=value).check()
        else:
            field(page, name).fill(str(value))
    page.locator(".playground [type=submit]").click()
    at_rest(page)


def at_rest(page):
    expect(field(page, "stop")).to_have_attribute("aria-disabled", "true", timeout=SLOW)


@pytest.fixture(params=LANGUAGES, ids=lambda each: each.folder)
def in_language(request, arrive):
    """Return the page in a language, and a function that gives its messages."""
    words = catalogues.load(request.param.code, catalogues.UI)

    def message(key, **values):
        text = str(playground.messages()[key])
        return words.get(text, text).format(**values)

    return arrive(f"{request.param.folder}/playground.html"), message


# -- The numbers ---------------------------------------------------------------------


def test_the_losses_are_numpys(trained, script_losses):
    """To 1e-9 at every step, with the settings of the script."""
    losses, _ = trained()
    assert len(losses) == len(script_losses) == 500
    np.testing.assert_allclose(losses, script_losses, rtol=1e-9, atol=0)


def test_the_page_holds_the_losses_of_the_script(arrive, script_losses):
    """All 500, in full precision, and the settings that belong to them."""
    block = arrive().locator(".playground script").text_content()
    data = json.loads(block)
    assert data["losses"] == script_losses
    for name, value in data["settings"].items():
        assert float(value) == DEFAULTS[name]


@pytest.mark.parametrize("seed", [0, 1, 42, 2026, 2**32 - 1])
def test_the_random_numbers_are_numpys(arrive, seed):
    """Bit for bit, as many as the network needs and more; the tails are among them."""
    page = arrive()
    page.add_script_tag(url="_static/playground-random.js")
    many = 200_000
    drawn = page.evaluate(DRAW, [seed, many]).encode("latin-1")
    wanted = np.random.default_rng(seed).standard_normal(many)
    assert np.abs(wanted).max() > 3.6541528853610088
    assert drawn == wanted.tobytes()


def test_float32_is_that_of_numpy(trained, tmp_path):
    """Four digits at first, later as near as two ways of adding up let it be."""
    shapes = ("(N, D_in)", "(N, D_out)", "(D_in, H)", "(H, D_out)")
    draws = [f"rng.standard_normal({shape})" for shape in shapes]
    edits = [(draw, f"{draw}.astype(np.float32)") for draw in draws]
    numpy = run_and_keep(
        "two_layer_net_numpy", tmp_path / "run", edits=edits, picture=False
    ).losses
    losses, end = trained(type="float32")
    assert (losses == losses.astype(np.float32)).all()
    np.testing.assert_allclose(losses[:100], numpy[:100], rtol=1e-4)
    np.testing.assert_allclose(losses[:200], numpy[:200], rtol=1e-3)
    np.testing.assert_allclose(losses, numpy, rtol=0.1)
    assert 0.9 < end["still"] < 0.96


def test_other_settings_are_numpys_too(trained, tmp_path):
    """A number of hidden units that is no multiple of eight, another seed and rate."""
    edits = [
        ("64, 1000, 100, 10", "64, 1000, 37, 10"),
        ("default_rng(0)", "default_rng(5)"),
        ("learning_rate = 1e-6", "learning_rate = 7e-7"),
    ]
    numpy = run_and_keep(
        "two_layer_net_numpy", tmp_path / "run", edits=edits, picture=False
    ).losses
    losses, _ = trained(H=37, seed=5, learning_rate=7e-7, steps=300)
    np.testing.assert_allclose(losses, numpy[:300], rtol=1e-9)


# -- Things to try -------------------------------------------------------------------


def test_a_learning_rate_ten_times_as_long(trained):
    """The loss grows at each step and is inf after a few."""
    losses, end = trained(learning_rate=1e-5)
    assert end["overflow"]
    assert len(losses) < 10
    assert losses[-1] == np.inf
    assert (np.diff(losses) > 0).all()


def test_a_learning_rate_a_tenth_as_long(trained):
    """The loss falls at each step, and is still above 1000."""
    losses, _ = trained(learning_rate=1e-7)
    assert (np.diff(losses) < 0).all()
    assert losses[-1] > 1000


def test_a_learning_rate_twice_as_long(trained):
    """77 of 100 hidden units are dead, and the loss stays above 500."""
    losses, end = trained(learning_rate=2e-6)
    assert end["dead"] == 77
    assert losses.min() > 500
    assert len(losses) == 500


def test_400_hidden_units(trained):
    """They diverge, unless the steps are shorter: then they learn the more."""
    assert trained(H=400)[1]["overflow"]
    losses, _ = trained(H=400, learning_rate=2e-7)
    assert losses[-1] < 1e-20


def test_float32(trained):
    """One curve in the first half; two from about step 300 on; 80 times at the end."""
    float32, float64 = trained(type="float32")[0], trained()[0]
    apart = float32 / float64
    assert np.abs(apart[:250] - 1).max() < 0.01
    assert 1.02 < apart[300] < 1.1
    assert apart[350] > 1.2
    assert apart[499] > 80
    assert f"{float32[499]:.0e}" == "4e-05"


def test_2000_steps(trained):
    """The loss falls below 1e-22 and flattens there, as the weights stand still."""
    losses, end = trained(steps=2000)
    assert losses[-1] < 1e-22
    assert losses[500] / losses[1000] > 1e7
    assert losses[1500] / losses[1999] < 100
    assert end["still"] > 0.5


def test_another_seed(trained):
    """It ends where the page says."""
    assert f"{trained(seed=1)[0][-1]:.6g}" == "3.83906e-08"


# -- The page ------------------------------------------------------------------------


def test_a_run_is_told_now_and_then(arrive):
    """At its start, at every hundredth step, and at its end; the curve grows."""
    page = arrive()
    expect(page.get_by_text("The playground needs JavaScript.")).to_be_hidden()
    page.evaluate(WATCH)
    run(page)
    said, drawn = page.evaluate("[said, drawn]")
    assert said[0].startswith("Run 1 has started: learning_rate 1e-06, H 100,")
    assert said[-1] == "Run 1 is done. At step 499 the loss is 4.85145e-07."
    assert said[1:-1] == [
        "Step 99: the loss is 328.779.",
        "Step 199: the loss is 1.03623.",
        "Step 299: the loss is 0.00620124.",
        "Step 399: the loss is 5.13769e-05.",
        *(["Step 499: the loss is 4.85145e-07."] if len(said) == 7 else []),
    ]
    assert len(set(drawn)) > 8
    rows = page.locator(".playground tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["99", "328.779", "328.779"],
        ["199", "1.03623", "1.03623"],
        ["299", "0.00620124", "0.00620124"],
        ["399", "5.13769e-05", "5.13769e-05"],
        ["499", "4.85145e-07", "4.85145e-07"],
    ]
    chart = page.locator(".playground").get_by_role("img")
    words = chart.get_attribute("aria-label")
    assert "NumPy: 3.15195e+07 at step 0, 4.85145e-07 at step 499." in words
    assert "Run 1: 3.15195e+07 at step 0, 4.85145e-07 at step 499." in words


def test_a_run_that_diverges_is_explained(arrive):
    """In words, for each type; the curve leaves the chart."""
    page = arrive()
    run(page, learning_rate="1e-5")
    expect(status(page)).to_contain_text(
        "Run 1 has diverged: at step 6 the loss is inf. The steps are too long."
    )
    expect(status(page)).to_contain_text("1.8e+308, the largest number of float64.")
    expect(page.locator(".playground text.name", has_text="1↑")).to_have_count(1)
    run(page, type="float32")
    expect(status(page)).to_contain_text("3.4e+38, the largest number of float32.")


LARGEST = {"float64": "1.8e+308", "float32": "3.4e+38"}


@pytest.mark.parametrize(
    ("settings", "step", "loss"),
    [
        ({"learning_rate": "1e-5"}, 6, "inf"),
        ({"learning_rate": "1e300", "H": 5}, 1, "nan"),
        ({"learning_rate": "1e30", "type": "float32"}, 1, "nan"),
    ],
)
def test_what_diverges_is_explained_in_every_language(
    in_language, settings, step, loss
):
    """How the loss became what it is; a blank is between sentences in English only."""
    page, message = in_language
    type_ = settings.get("type", "float64")
    run(page, **settings)
    diverged = message("diverged", number=1, step=step, loss=loss)
    reason = message(loss, largest=LARGEST[type_], type=type_)
    between = " " if diverged.isascii() else ""
    assert status(page).text_content() == f"{diverged}{between}{reason}"
    words = page.locator(".playground").get_by_role("img").get_attribute("aria-label")
    assert ("。 " in words, ". " in words) == (False, diverged.isascii())


def test_float32_that_stalls_is_explained(arrive):
    """With the share of the weights that stand still."""
    page = arrive()
    run(page, type="float32")
    expect(status(page)).to_contain_text("Run 1 is done. At step 499 the loss is 4.")
    expect(status(page)).to_contain_text(
        "% of the weights in w1 did not change at all: float32 keeps some 7 digits"
    )


def test_dead_units_are_told(arrive):
    """After steps that were too long, and did not diverge."""
    page = arrive()
    run(page, learning_rate="2e-6")
    expect(status(page)).to_contain_text("zero for all 64 inputs: 77 of 100.")


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("learning_rate", "0", "Write a number greater than 0, for example 1e-6."),
        ("learning_rate", "-1e-6", "Write a number greater than 0, for example 1e-6."),
        ("learning_rate", "quick", "Write a number greater than 0, for example 1e-6."),
        ("learning_rate", "1e999", "Write a number greater than 0, for example 1e-6."),
        ("learning_rate", "", "Write a number greater than 0, for example 1e-6."),
        ("H", "0", "Write a whole number from 1 to 400."),
        ("H", "401", "Write a whole number from 1 to 400."),
        ("H", "1.5", "Write a whole number from 1 to 400."),
        ("steps", "2001", "Write a whole number from 1 to 2000."),
        ("steps", "", "Write a whole number from 1 to 2000."),
        ("seed", "-1", "Write a whole number from 0 to 4294967295."),
        ("seed", "4294967296", "Write a whole number from 0 to 4294967295."),
    ],
)
def test_a_wrong_setting_starts_nothing(arrive, name, typed, message):
    """It is named beside its field, which gets the focus; put right, all is well."""
    page = arrive()
    wrong = field(page, name)
    wrong.fill(typed)
    press(page, "Start")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(f"{hint(page, name)} {message}")
    expect(status(page)).to_contain_text("No run was started")
    expect(field(page, "stop")).to_have_attribute("aria-disabled", "true")
    assert page.locator(".playground .newest").count() == 0
    run(page, **{"H": 3, "steps": 2, name: 1})
    expect(wrong).to_have_attribute("aria-invalid", "false")
    expect(page.locator(f"#playground-{name}-error")).to_be_empty()
    expect(status(page)).to_contain_text("Run 1 ")


def hint(page, name):
    return page.locator(f"#playground-{name}-hint").inner_text()


def test_full_width_digits_are_digits(arrive):
    """As they come out of an input method for Chinese."""
    page = arrive()
    run(page, H=" \uff13 ", steps="\uff12", learning_rate="\uff11e-6")
    expect(status(page)).to_contain_text("Run 1 is done. At step 1 the loss is")
    expect(page.locator(".playground li").last).to_contain_text("H 3, steps 2,")


def test_the_keyboard_is_enough(arrive):
    """Every control is reached in order; the focus is never lost."""
    page = arrive()
    field(page, "learning_rate").focus()
    order = []
    for _ in range(8):
        order.append(page.evaluate("document.activeElement.name || 'start'"))
        page.keyboard.press("Tab")
    assert order[:8] == [
        *("learning_rate", "H", "steps", "seed", "type", "start", "stop", "clear")
    ]
    field(page, "steps").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("2000")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="float32")).to_be_checked()
    page.keyboard.press("Enter")
    expect(field(page, "stop")).to_have_attribute("aria-disabled", "false")
    expect(page.locator(".playground .newest").first).to_be_attached()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.wait_for_timeout(1000)
    page.keyboard.press("Space")
    expect(field(page, "stop")).to_be_focused()
    expect(status(page)).to_contain_text("Run 1 was stopped. At step ")
    page.wait_for_timeout(1500)
    expect(status(page)).to_contain_text("Run 1 was stopped. At step ")
    expect(field(page, "stop")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("All is as it was at first.")
    expect(field(page, "steps")).to_have_value("500")
    expect(page.get_by_role("radio", name="float64")).to_be_checked()
    assert page.locator(".playground .newest").count() == 0
    assert page.locator(".playground th").all_inner_texts()[:2] == ["step", "NumPy"]


def test_earlier_runs_stay_for_comparison(arrive):
    """Three at most, each with a line and a name of its own; no settings twice."""
    page = arrive()
    for seed in (0, 1, 2, 2, 3, 4, 5, 6):
        run(page, H=2, steps=120, seed=seed)
        styles = page.locator(".playground svg[role=img] .curve").evaluate_all(
            "all => all.map(each => {"
            "  const { strokeDasharray, strokeWidth } = getComputedStyle(each);"
            "  return strokeDasharray + strokeWidth; })"
        )
        assert len(set(styles)) == len(styles)  # told apart without colour
    names = page.locator(".playground li").all_inner_texts()
    assert [name.partition(":")[0] for name in names] == [
        *("NumPy, recorded", "Run 5", "Run 6", "Run 7", "Run 8")
    ]
    shown = page.locator(".playground text.name").all_text_contents()
    assert sorted(shown) == ["5", "6", "7", "8", "NumPy"]


def test_reset_stops_a_run(arrive):
    """Nothing of it comes after."""
    page = arrive()
    field(page, "H").fill("400")
    press(page, "Start")
    press(page, "Reset")
    expect(field(page, "stop")).to_have_attribute("aria-disabled", "true")
    page.wait_for_timeout(1500)
    expect(status(page)).to_have_text("All is as it was at first.")
    assert page.locator(".playground .newest").count() == 0


def test_little_moves_for_those_who_want_that(arrive):
    """With reduced motion, the curve is drawn when the run is done."""
    page = arrive(reduced_motion="reduce")
    page.evaluate(WATCH)
    run(page)
    said, drawn = page.evaluate("[said, drawn]")
    assert len(said) > 5
    assert len(set(drawn)) == 1


@pytest.mark.parametrize("width", [320, 400, 760, 1400])
def test_nothing_sticks_out(arrive, width):
    """On a small screen too; neither out of the page nor out of its frame."""
    page = arrive(viewport={"width": width, "height": 700})
    run(page, H=3, steps=150, learning_rate="1.23456e-7", seed=4294967295)
    wide = page.locator(".playground *:not(svg *)").evaluate_all(
        "all => all.filter(each => each.getBoundingClientRect().right > 0.5 +"
        "  each.parentElement.getBoundingClientRect().right"
        ").map(each => each.outerHTML)"
    )
    assert wide == []
    names = page.locator(".playground text").evaluate_all(
        "all => all.filter(each => each.getBoundingClientRect().right >"
        "  each.closest('svg[role=img]').getBoundingClientRect().right"
        ").map(each => each.textContent)"
    )
    assert names == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_words_can_be_seen(arrive, scheme):
    """Curves have a contrast of 3 or more, words of 4.5, on either background."""
    page = arrive(color_scheme=scheme)
    page.evaluate("document.body.dataset.theme = 'auto'")
    run(page, H=2, steps=3)
    run(page, H=3, steps=3)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.5) == (scheme == "dark")
    for selector, key, least in [
        (".playground .curve", "stroke", 3),
        (".playground input[type=text]", "borderTopColor", 3),
        (".playground text", "fill", 4.5),
        (".playground small", "color", 4.5),
        (".playground button", "color", 4.5),
    ]:
        colours = page.locator(selector).evaluate_all(
            f"all => all.map(each => getComputedStyle(each).{key})"
        )
        assert colours
        for colour in colours:
            lights = sorted((luminance(colour), luminance(ground)))
            contrast = (lights[1] + 0.05) / (lights[0] + 0.05)
            assert contrast >= least, (selector, colour, contrast)


def luminance(colour):
    """Return the relative luminance of ``rgb(1, 2, 3)``, after WCAG."""
    parts = np.array([int(part) for part in colour[4:-1].split(",")]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_without_javascript_the_recorded_losses_are_there(arrive, script_losses):
    """The page says what it needs, and shows the table."""
    page = arrive(java_script_enabled=False)
    expect(page.get_by_text("The playground needs JavaScript.")).to_be_visible()
    expect(page.locator(".playground form")).to_be_hidden()
    expect(page.locator(".playground figure")).to_be_hidden()
    assert page.locator(".playground th").count() == 2 + 5
    cells = page.locator(".playground tbody td").all_inner_texts()
    assert cells == [f"{script_losses[step]:.6g}" for step in range(99, 500, 100)]


def test_a_worker_that_does_not_load_is_told(in_language, trained):
    """The page stays usable."""
    page, message = in_language
    page.route("**/playground-worker.js*", lambda route: route.abort())
    run(page)
    assert status(page).text_content() == message("unloaded")
    assert page.locator(".playground .newest").count() == 0
    page.unroute("**/playground-worker.js*")
    run(page, H=2, steps=2)
    loss = f"{trained(H=2, steps=2)[0][-1]:.6g}"
    assert (
        status(page)
        .text_content()
        .startswith(message("done", number=2, step=1, loss=loss))
    )


def test_a_worker_that_breaks_off_is_told(in_language):
    """With the reason that the browser gives."""
    page, message = in_language
    broken = "addEventListener('message', () => { throw new Error('out of memory'); });"
    page.route(
        "**/playground-worker.js*",
        lambda route: route.fulfill(content_type="text/javascript", body=broken),
    )
    run(page)
    reason = "Uncaught Error: out of memory"
    assert status(page).text_content() == message("broken", message=reason)
    assert page.locator(".playground .newest").count() == 0


def test_a_page_from_a_file_says_what_it_needs(browser):
    """Browsers allow it no worker; all the rest is there."""
    page = browser.new_page()
    page.goto((SITE / PAGE).as_uri())
    press(page, "Start")
    expect(status(page)).to_contain_text("open this page from a server")
    assert page.locator(".playground svg .numpy").count() == 1 + 1
    page.close()


def test_a_page_from_a_file_says_so_in_every_language(in_language):
    """And a page from a server never does."""
    page, message = in_language
    page.goto((SITE / urlsplit(page.url).path[1:]).as_uri())
    page.locator(".playground [type=submit]").click()
    assert status(page).text_content() == message("file")


def test_the_browser_has_nothing_to_complain_of(arrive):
    """The policy holds, and no message comes that another page does not cause too."""
    elsewhere, here = [], []
    arrive("en/index.html", elsewhere)
    page = arrive(PAGE, here)
    run(page, H=5, steps=20)
    run(page, H=5, steps=20, type="float32", learning_rate="1")
    assert set(here) <= set(elsewhere)


def test_only_the_playground_loads_its_scripts():
    """No other page has them."""
    pages = [path for path in (SITE / "en").rglob("*.html") if path.name != "search"]
    with_scripts = [
        path.name for path in pages if "playground.js" in path.read_text("utf-8")
    ]
    assert with_scripts == ["playground.html"]
