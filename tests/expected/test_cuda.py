"""On a GPU the nine scripts print the digits of the pages, unchanged."""

import cells
import pytest
import torch
from expected import complaint

from tests.conftest import EXAMPLES, ROOT

ON_CPU = {"two_layer_net_numpy", "tf_two_layer_net"}  # not PyTorch's
USED = "print('on the GPU:', torch.cuda.max_memory_allocated() > 0)"

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(),
    reason="about digits on a GPU, and this computer has no CUDA device",
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_printed_digits_are_the_same_on_a_gpu(tmp_path, example):
    """Every cell prints what its ``#>`` lines say, in float64, and the GPU computes."""
    source = (ROOT / "gallery" / f"{example}.py").read_text(encoding="utf-8")
    script = tmp_path / f"{example.rpartition('/')[2]}.py"
    is_torch = script.stem not in ON_CPU
    script.write_text(source + f"\n# %%\n{USED}\n" * is_torch, encoding="utf-8")
    ran = cells.run(script)
    printing = ran[:-1] if is_torch else ran
    problems = [cell.error or complaint(cell.code, cell.output) for cell in printing]
    assert [problem for problem in problems if problem] == []
    assert sum(cell.output.count("\n") for cell in printing) >= 5
    if is_torch:
        assert "float64" in source
        assert ran[-1].output == "on the GPU: True\n"
