"""Measure how long a training step takes, by size: ``make measure``.

It writes ``step_times.json``, from which the page ``how_fast`` is drawn, and beside it
its checksum. Before a step is timed, its losses are compared with those in float64 on
the CPU. It takes some minutes; let the machine do nothing else meanwhile.
"""

import hashlib
import json
import os
import platform
import sys
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.pop(variable, None)  # all threads are what PyTorch takes by itself

import numpy as np
import torch
from torch.utils import benchmark

D_in, D_out = 1000, 10
SIZES = [(N, H) for H in (100, 1024, 8192) for N in (64, 256, 1024, 4096)]
SMALL = [(64, 100), (1024, 100), (64, 1024), (1024, 1024)]  # measured in float64, too
COMPILED = [*SMALL, (256, 1024), (4096, 1024)]
SECONDS = 1.0  # at least, for each measurement
SAMPLES = 5  # at least, where a step takes longer than that
STEPS = 3  # whose losses are compared
TOLERANCE = {"float64": 1e-9, "float32": 1e-4, "tf32": 1e-2}  # relative

learning_rate = 0.0  # the weights are computed anew, and stay as they are


def step(x, y, w1, w2):
    """Do one training step by hand, and return the loss without waiting for it."""
    # Forward pass
    h = x @ w1
    h_relu = torch.relu(h)
    y_pred = h_relu @ w2
    loss = ((y_pred - y) ** 2).sum()

    # Backward pass
    grad_y_pred = 2 * (y_pred - y)
    grad_w2 = h_relu.T @ grad_y_pred
    grad_h_relu = grad_y_pred @ w2.T
    grad_h = grad_h_relu * (h > 0)
    grad_w1 = x.T @ grad_h

    # Update
    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2
    return loss


# -- Ready to run ----------------------------------------------------------------------


def tensors(N, H, dtype=torch.float64, device="cpu"):
    """Return ``x``, ``y``, ``w1`` and ``w2``; no zeros, which some chips do faster."""
    rng = np.random.default_rng(0)
    shapes = ((N, D_in), (N, D_out), (D_in, H), (H, D_out))
    return [
        torch.tensor(rng.standard_normal(shape), dtype=dtype, device=device)
        for shape in shapes
    ]


def ready(mode, data):
    """Return a step as a function without arguments, warmed up."""
    if mode == "graph":
        return captured(data)
    function = step
    if mode == "compiled":
        torch._dynamo.reset()  # what was compiled for other sizes is forgotten
        function = torch.compile(step, dynamic=False, fullgraph=True)

    def run():
        return function(*data)

    return run


def captured(data):
    """Return the replay of a CUDA graph that holds one step."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    kept = [tensor.clone() for tensor in data]
    with torch.cuda.stream(aside):
        for _ in range(3):  # cuBLAS takes its memory before the capture
            step(*data)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = step(*data)
    for tensor, before in zip(data, kept, strict=True):
        tensor.copy_(before)

    def run():
        graph.replay()
        return loss

    return run


# -- Check and measure -----------------------------------------------------------------


def first_losses(mode, data):
    """Return the losses of the first steps, with a learning rate that trains."""
    global learning_rate
    (N, _), H = data[0].shape, data[2].shape[1]
    learning_rate = 1e-6 * 64 * 100 / (N * H)  # gradients grow with both
    try:
        run = ready(mode, data)
        return np.array([run().item() for _ in range(STEPS)])
    finally:
        learning_rate = 0.0


def difference(N, H, mode, kind, device, reference):
    """Return by how much the losses differ from float64's; raise if it is too much."""
    dtype = torch.float64 if kind == "float64" else torch.float32
    losses = first_losses(mode, tensors(N, H, dtype, device))
    largest = float(np.abs(losses / reference - 1).max())
    if not largest <= TOLERANCE[kind]:
        raise SystemExit(
            f"N={N} H={H} {device} {mode} {kind}: the losses differ from float64's by "
            f"{largest:.1e}; allowed is {TOLERANCE[kind]:.0e}. Nothing was written."
        )
    return largest


def timed(N, H, mode, kind, device, threads, seconds):
    """Return a row of the file: how long a step takes."""
    dtype = torch.float64 if kind == "float64" else torch.float32
    torch.set_num_threads(threads or torch.get_num_threads())  # it compiles for as many
    run = ready(mode, tensors(N, H, dtype, device))
    run()
    timer = benchmark.Timer(
        "run()", globals={"run": run}, num_threads=threads or torch.get_num_threads()
    )
    result = timer.blocked_autorange(min_run_time=seconds)
    if len(result.raw_times) < SAMPLES:
        result = timer.blocked_autorange(min_run_time=SAMPLES * result.median)
    operations = 4 * N * D_in * H + 6 * N * H * D_out
    return {
        "N": N,
        "H": H,
        "device": device,
        "threads": threads,
        "mode": mode,
        "dtype": kind,
        "median_s": float(f"{result.median:.4g}"),
        "iqr_s": float(f"{result.iqr:.3g}"),
        "samples": len(result.raw_times) * result.number_per_run,
        "gflops": float(f"{operations / result.median / 1e9:.4g}"),
    }


def plan(all_threads):
    """Yield what is to be measured: size, mode, kind of number, device and threads."""
    for size in SIZES:
        for threads in sorted({1, all_threads}):
            yield (*size, "eager", "float32", "cpu", threads)
    for mode, kind, sizes in (
        ("eager", "float64", SMALL),
        ("compiled", "float32", COMPILED),
    ):
        for size in sizes:
            for threads in sorted({1, all_threads}):
                yield (*size, mode, kind, "cpu", threads)
    if torch.cuda.is_available():
        for size in SIZES:
            for kind in ("float32", "tf32"):
                for mode in ("eager", "graph"):
                    yield (*size, mode, kind, "cuda", None)


def measured(planned, seconds=SECONDS):
    """Yield a row for each entry of the plan, as soon as it is there."""
    references, differences = {}, {}
    for N, H, mode, kind, device, threads in planned:
        torch.set_float32_matmul_precision("high" if kind == "tf32" else "highest")
        if (N, H) not in references:
            references[N, H] = first_losses("eager", tensors(N, H))
        key = (N, H, mode, kind, device)
        if key not in differences:
            differences[key] = difference(*key, references[N, H])
        row = timed(N, H, mode, kind, device, threads, seconds)
        yield {**row, "difference": float(f"{differences[key]:.1e}")}


# -- The file --------------------------------------------------------------------------


def cpu():
    """Return what the CPU calls itself."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine(all_threads):
    """Return which machine this is, without its name."""
    has_cuda = torch.cuda.is_available()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": cpu(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "threads": all_threads,
        "memory_gib": round(memory / 2**30),
        "gpu": torch.cuda.get_device_name() if has_cuda else None,
    }


def versions():
    """Return the versions of what computes."""
    found = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }
    return found | ({"cuda": torch.version.cuda} if torch.cuda.is_available() else {})


def write(path, head, rows):
    """Write the file, a line for each row, and its checksum beside it."""
    lines = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    text = json.dumps(head, indent=1).removesuffix("\n}")
    path.write_text(f'{text},\n "times": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    beside = path.with_name(f"{path.name}.sha256")
    beside.write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def main():
    """Measure all, then write."""
    all_threads = torch.get_num_threads()
    head = {
        "date": date.today().isoformat(),
        "machine": machine(all_threads),
        "versions": versions(),
        "method": {
            "timer": "torch.utils.benchmark.Timer.blocked_autorange",
            "seconds_at_least": SECONDS,
            "samples_at_least": SAMPLES,
            "steps_compared": STEPS,
            "tolerance": TOLERANCE,
        },
    }
    rows = []
    for row in measured(plan(all_threads)):
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)
    path = Path(__file__).with_name("step_times.json")
    write(path, head, rows)
    print(f"Written: {path.name} and {path.name}.sha256; the page how_fast shows it.")


if __name__ == "__main__":
    main()
