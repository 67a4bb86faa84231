"""Linear layers whose weights lie in the layout that the device multiplies fastest."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from models.device import Device, block_weight, blocked_product


class Linear:
    """y = x W^T + b, for inference alone.

    On a CPU the weight is kept in oneDNN's blocked layout. Left as it is, every product lays it
    out anew, which costs as much as the product itself where bf16 is fast and texts are few.

    Args:
        weight: [m, n]
        bias: [m], or None.
        device: where it runs; the weight is on it already.
        few_rows: whether products have a few rows alone; then the layout pays on any CPU.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, device: Device, few_rows: bool = False):
        self.shape = (weight.shape[0], weight.shape[1])
        self.nbytes = weight.nbytes + (0 if bias is None else bias.nbytes)
        self._bias = bias
        self._blocked = device.can_block_weights if few_rows else device.blocks_weights
        self._weight = block_weight(weight, device.token_budget) if self._blocked else weight

    def __call__(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """x W^T + b (+ `added`) [N, m], of x [N, n]; the sum is made while the product is warm."""
        if not self._blocked:
            y = functional.linear(x, self._weight, self._bias)
            return y if added is None else y.add_(added)
        return blocked_product(x, self._weight, self._bias, added)


class LinearModule(nn.Module):
    """A `Linear` where a module of somebody else's expects one of its own kind."""

    def __init__(self, linear: Linear):
        super().__init__()
        self.linear = linear

    def forward(self, x: Tensor) -> Tensor:
        """x W^T + b [..., m]."""
        return self.linear(x)


def lay_out_for_few_rows(model: nn.Module, device: Device) -> int:
    """Exchange all `nn.Linear` of a placed model, where products with a few rows gain by it.

    Returns:
        bytes of the weights in their new layout; a weight that is tied to another one of the model
        stays in its old one besides.
    """
    found = 0
    if device.can_block_weights:
        for module in list(model.modules()):
            for name, child in list(module.named_children()):
                if type(child) is nn.Linear:
                    linear = Linear(child.weight, child.bias, device, few_rows=True)
                    setattr(module, name, LinearModule(linear))
                    release(child)
                    found += linear.nbytes
    return found


def linear_of(module: nn.Module, device: Device) -> Linear:
    """A placed `nn.Linear` as a `Linear`; the module gives up its weight."""
    assert isinstance(module, nn.Linear)
    made = Linear(module.weight, module.bias, device)
    release(module)
    return made


def release(module: nn.Linear) -> None:
    """Let go of a weight that stands elsewhere now: while a model loads, memory is scarce."""
    module.weight = nn.Parameter(module.weight.new_empty(0), requires_grad=False)
