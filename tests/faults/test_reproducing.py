"""Two builds of the same sources publish the same bytes, wherever and whenever."""

import os
import subprocess

import pytest
import reproduce

from tests.faults.building import TWO, Miniature

ELSEWHERE = {
    "PYTHONHASHSEED": "7",
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
    "SOURCE_DATE_EPOCH": "1767312000",  # of the year in the copyright, or Sphinx acts
}
RANDOM = {
    "a set": "print(list({str(n) for n in range(9)}))",
    "a clock": "import time; print(time.time_ns())",
}


def test_another_place_gives_the_same_bytes(first_build, tmp_path):
    """Another path, hash seed, time zone, locale and date."""
    here, _ = first_build
    there = Miniature.new(tmp_path / "another" / "place")
    outcome = there.build(**ELSEWHERE)
    assert outcome.status == 0, outcome.text
    site = here.published()
    assert len(site) > 20
    assert there.published() == site


def test_differences_are_named(tmp_path):
    for name, text in (("one", "a"), ("other", "b")):
        (tmp_path / name / "inner").mkdir(parents=True)
        (tmp_path / name / "same").write_text("text")
        (tmp_path / name / "inner" / "page").write_text(text)
        (tmp_path / name / f"only-{name}").touch()
    assert reproduce.differences(tmp_path / "one", tmp_path / "other") == [
        "differs: inner/page",
        "only one has it: only-one",
        "only one has it: only-other",
    ]
    assert reproduce.differences(tmp_path / "one", tmp_path / "one") == []


def test_the_date_is_that_of_the_last_commit(good):
    """Whatever asks for the time as reproducible-builds.org proposes gets that one."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in (["init"], ["add", "docs"], [*identity, "commit", "-m", "One"]):
        subprocess.run(
            ["git", *command],
            cwd=good.folder,
            env={**os.environ, "GIT_COMMITTER_DATE": "1767398400 +0000"},
            capture_output=True,
            check=True,
        )
    code = "import os; print(os.environ['SOURCE_DATE_EPOCH'])"
    good.append(TWO, f"\n# %%\n# A date.\n\n{code}\n#> 1767398400\n")
    outcome = good.build()
    assert outcome.status == 0, outcome.text


@pytest.mark.parametrize("what", RANDOM)
def test_chance_in_a_script_is_noticed(good, what):
    """By the lines that say what it prints, before anything is compared."""
    line = good.append(TWO, f"\n# %%\n# Chance.\n\n{RANDOM[what]}\n#> 0\n")
    good.refuses(("two.py", line + 4))
