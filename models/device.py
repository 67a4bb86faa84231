"""Where the mathematics runs, in which number format, and why.

A `Device` is the one place that touches a torch device: it places modules and tensors, fetches
results, knows what "out of memory" looks like. Tests put a fake in its place that counts
placements.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from models.sentences import Sentence
from models.threads import Threads

ModuleT = TypeVar("ModuleT", bound=nn.Module)

# Tokens in one forward pass. On a CPU a batch should stay inside the caches (1,024 tokens of 384
# floats are 1.5 MB a layer; measured: 17 s against 25 s at 8,192 for the same 80,000 tokens); a GPU
# wants to be full.
CPU_TOKEN_BUDGET = 1_024
CUDA_TOKEN_BUDGET = 65_536
# What one more padded batch costs, in tokens that could be computed meanwhile.
CPU_BATCH_OVERHEAD = 64
CUDA_BATCH_OVERHEAD = 4_096
_ALL_THREADS = torch.get_num_threads()  # before anybody has been given fewer
_NO_MEMORY = ("can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDA error: out of memory")
_LENT_GPU_BUDGET = (
    24 << 30
)  # bytes of weights on a GPU that is lent per call and cannot be asked now


@dataclass(frozen=True)
class DeviceChoice:
    """A torch device and dtype with the reason for them, to be shown to people."""

    device: torch.device
    dtype: torch.dtype
    reason: Sentence


def choose_device(
    requested: str | torch.device | None = None, dtype: torch.dtype | None = None
) -> DeviceChoice:
    """Pick device and dtype: a CUDA GPU when there is one, bf16 where the hardware is fast at it.

    Args:
        requested: a torch device or its name; None picks.
        dtype: overrides the choice of number format.
    """
    device, where = _where(requested)
    if dtype is not None:
        fmt = Sentence("number format as requested")
    else:
        fast, fmt = _fast_bfloat16(device)
        dtype = torch.bfloat16 if fast else torch.float32
    return DeviceChoice(device, dtype, Sentence("{reasons}", reasons=(where, fmt)))


def _where(requested: str | torch.device | None) -> tuple[torch.device, Sentence]:
    if requested is not None:
        return torch.device(requested), Sentence("as requested")
    if torch.cuda.is_available():
        return torch.device("cuda"), Sentence("{gpu}", gpu=torch.cuda.get_device_name())
    threads = Sentence("no CUDA GPU, {threads} CPU threads", threads=torch.get_num_threads())
    return torch.device("cpu"), threads


def _fast_bfloat16(device: torch.device) -> tuple[bool, Sentence]:
    if device.type == "cuda":
        if not torch.cuda.is_available():
            return False, Sentence("fp32: CUDA cannot be asked")
        capability = ".".join(map(str, torch.cuda.get_device_capability(device)))
        if int(capability.split(".")[0]) >= 8:
            has = Sentence("bf16: compute capability {version} has bf16 units", version=capability)
            return True, has
        lacks = Sentence("fp32: compute capability {version} has no bf16 units", version=capability)
        return False, lacks
    if device.type == "cpu":
        if torch.cpu._is_amx_tile_supported():
            return True, Sentence("bf16: this CPU has AMX")
        if torch.cpu._is_avx512_bf16_supported():
            return True, Sentence("bf16: this CPU has AVX512-BF16")
        return False, Sentence("fp32: this CPU has neither AMX nor AVX512-BF16")
    return False, Sentence("fp32: bf16 is not measured on {device}", device=device.type)


class Device:
    """Owner of one torch device: every placement, transfer and memory question goes through it."""

    def __init__(self, choice: DeviceChoice):
        self.choice = choice
        self.token_budget = CUDA_TOKEN_BUDGET if self.is_cuda else CPU_TOKEN_BUDGET
        self.batch_overhead = CUDA_BATCH_OVERHEAD if self.is_cuda else CPU_BATCH_OVERHEAD
        self._threads = Threads(_ALL_THREADS)

    @property
    def is_cuda(self) -> bool:
        return self.choice.device.type == "cuda"

    @property
    def is_lent(self) -> bool:
        """Whether the GPU is there only while a `gpu_task` runs, in a process of its own."""
        return self.is_cuda and on_zero_gpu()

    @property
    def is_asynchronous(self) -> bool:
        """Whether a forward pass returns before the device has finished it."""
        return self.is_cuda and not self.is_lent

    @property
    def dtype(self) -> torch.dtype:
        return self.choice.dtype

    @functools.cached_property
    def blocks_weights(self) -> bool:
        """Whether products are faster with weights in oneDNN's layout, and can have it here."""
        return _has_avx512() and self.can_block_weights

    @functools.cached_property
    def can_block_weights(self) -> bool:
        """Whether weights can have oneDNN's layout here."""
        if self.choice.device.type != "cpu":
            return False
        try:
            zeros = torch.zeros(16, 16, dtype=self.dtype)
            blocked_product(zeros, block_weight(zeros, 16), None, zeros)
            blocked_product(zeros, block_weight(zeros, 16), zeros[0], None)
        except (
            RuntimeError,
            AttributeError,
            TypeError,
        ):  # not here
            return False
        return True

    def use_threads(self, tokens: int | None = None) -> None:
        """Give the calling thread's next piece the threads that suit it; see `models.threads`."""
        if self.choice.device.type != "cpu" or self._threads.most == 1:
            return
        wanted = self._threads.choose(tokens)
        if wanted != torch.get_num_threads():
            torch.set_num_threads(wanted)

    def place(self, module: ModuleT) -> ModuleT:
        """Move a module's weights onto the device."""
        return module.to(self.choice.device)

    def to_device(self, tensor: Tensor) -> Tensor:
        """Copy a CPU tensor to the device, without waiting for the copy where that is possible."""
        if not self.is_asynchronous or tensor.is_cuda:
            return tensor.to(self.choice.device)
        return tensor.pin_memory().to(self.choice.device, non_blocking=True)

    def fetch(self, tensor: Tensor) -> Callable[[], Tensor]:
        """Start copying a result back; calling what is returned waits for it and gives the CPU
        tensor.

        On CUDA the copy is queued behind the forward pass, so the next batch can be launched
        meanwhile.
        """
        if not self.is_asynchronous:
            result = tensor.cpu()
            return lambda: result
        host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        host.copy_(tensor, non_blocking=True)
        done = torch.cuda.Event()
        done.record(torch.cuda.current_stream(tensor.device))

        def wait() -> Tensor:
            done.synchronize()
            return host.clone()  # a pinned page is scarce: hand out ordinary memory

        return wait

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an exception says that there was no memory left for this batch."""
        if isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)):
            return True
        return isinstance(error, RuntimeError) and any(mark in str(error) for mark in _NO_MEMORY)

    def release_memory(self) -> None:
        """Hand cached blocks back after an eviction or an out-of-memory error."""
        if self.is_asynchronous:
            torch.cuda.empty_cache()

    def default_memory_budget(self) -> int:
        """Bytes that models may take by default: half of a GPU's free memory, or of the RAM."""
        if self.is_lent:
            return _LENT_GPU_BUDGET
        if self.is_cuda:
            free, _ = torch.cuda.mem_get_info(self.choice.device)
            return free // 2
        return _physical_memory() // 2

    def gpu_task(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function so that it holds a GPU while it runs; itself where the GPU is always
        there.

        A wrapped function's arguments and result travel between processes: CPU tensors, nothing
        large.
        """
        if not self.is_lent:
            return function
        import spaces

        task: Callable[..., Any] = spaces.GPU(function, duration=30)
        return task


def _has_avx512() -> bool:
    """Without it MKL's own products, which need no layout, are as fast (measured); those with a
    few rows are not."""
    return torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def block_weight(weight: Tensor, rows: int) -> Tensor:
    """A weight [m, n] in oneDNN's layout for products with about `rows` rows.

    Raises:
        RuntimeError, AttributeError: this build of torch, or this CPU, has none for that dtype.
    """
    return torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), rows)  # type: ignore[no-any-return]


def blocked_product(x: Tensor, weight: Tensor, bias: Tensor | None, added: Tensor | None) -> Tensor:
    """x W^T + b + added, of a weight in oneDNN's layout; raises like `block_weight`."""
    product = torch.ops.mkldnn._linear_pointwise
    if added is None:
        return product(x, weight, bias, "none", [], "")  # type: ignore[no-any-return]
    return product.binary(x, added, weight, bias, "add")  # type: ignore[no-any-return]


def on_zero_gpu() -> bool:
    """Whether this is a Hugging Face Space with a GPU lent per call."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def _physical_memory() -> int:
    """Bytes of RAM, or the container's limit where that is lower."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return 8 << 30
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total
