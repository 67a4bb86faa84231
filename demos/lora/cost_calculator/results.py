"""Costs as a table, sentences and a file."""

from __future__ import annotations

from demos.frame.export import write_csv
from demos.frame.small_table import Cell, small_table
from demos.frame.strings import Language, say
from demos.lora.cost import WAYS, Cost
from demos.lora.cost_calculator import thresholds
from demos.lora.cost_calculator.setting import PRESETS, Costs, Setting

_COLUMNS = ("forward", "backward", "operations", "intermediates", "trained", "state")
_PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_FLOP = ("forward", "backward", "operations")


def amount(value: float, unit: str = "") -> str:
    """1.23 G with its unit: three digits and the prefix of a thousand."""
    for size, prefix in _PREFIXES:
        if value >= 0.9995 * size:
            return f"{_digits(value / size)} {prefix}{unit}"
    return f"{_digits(value)} {unit}".strip()


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 99.95 or value == int(value) else f"{value:.3g}"


def ratio(value: float, full: float) -> str:
    """A share of what full training takes; a dash where that is nothing."""
    if full == 0:
        return "–"
    share = value / full
    if share >= 9.995:
        return f"{share:,.2f}×"
    return f"{_times(share)}×"


def _times(share: float) -> str:
    return f"{share:.4g}" if 1 < share < 1.1 else f"{share:.3g}"  # 1.002 is not 1


def _cells(cost: Cost, full: Cost, setting: Setting) -> list[Cell]:
    cells: list[Cell] = []
    for name in _COLUMNS:
        value, of_full = getattr(cost, name), getattr(full, name)
        if name in _FLOP or name == "trained":
            said = amount(value, "FLOP" if name in _FLOP else "")
        else:
            said = amount(value * setting.nbytes, "B")
        cells.append((said, ratio(value, of_full)))
    return cells


def table(costs: Costs, setting: Setting, language: Language) -> str:
    """A row for each way; below each figure its ratio to full training's."""
    headers = [say(f"lora.cost.column.{key}", language) for key in ("way", *_COLUMNS)]
    rows = [
        [say(f"lora.cost.way.{way}", language), *_cells(costs[way], costs["full"], setting)]
        for way in WAYS
    ]
    return small_table(say("lora.cost.table", language), headers, rows)


# --- sentences ------------------------------------------------------------------------------------


def findings(costs: Costs, setting: Setting, language: Language) -> list[str]:
    """What follows for this layer."""
    found = [
        _step(costs, language),
        _ranks(setting, language),
        _batches(setting, language),
        _state(costs, setting, language),
        _intermediates(costs, setting, language),
    ]
    found += [
        _whole_model(key, costs, setting, language)
        for key, known in PRESETS.items()
        if known.fits(setting)
    ]
    return found


def _step(costs: Costs, language: Language) -> str:
    cheap, dear, full = (costs[way].operations for way in ("cheap", "dear", "full"))
    key = "step" if cheap < full else "step_more"
    values = {"cheap": _times(cheap / full), "dear": _times(dear / full)}
    return say(f"lora.cost.{key}", language, **values)


def _ranks(setting: Setting, language: Language) -> str:
    n, m = setting.n, setting.m
    operations, numbers = thresholds.rank_of_full(n, m), thresholds.rank_of_numbers(n, m)
    key = "rank_fine" if setting.r <= operations else "rank_slow"
    if setting.r > numbers:
        key = "rank_large"
    values = {"operations": _bound(operations), "numbers": _bound(numbers)}
    return say(f"lora.cost.{key}", language, r=setting.r, **values)


def _batches(setting: Setting, language: Language) -> str:
    n, m, r = setting.n, setting.m, setting.r
    forward = _bound(thresholds.batch_of_forward(n, m))
    step = thresholds.batch_of_step(n, m, r)
    if step is None:
        return say("lora.cost.batch_never", language, forward=forward)
    return say("lora.cost.batch_both", language, forward=forward, step=_bound(step))


def _bound(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _state(costs: Costs, setting: Setting, language: Language) -> str:
    full, lora = (costs[way].state * setting.nbytes for way in ("full", "cheap"))
    if full == 0:
        return say("lora.cost.state_none", language)
    values = {"full": amount(full, "B"), "lora": amount(lora, "B")}
    key = "state" if lora < full else "state_more"
    values["saved"] = amount(abs(full - lora), "B")
    return say(f"lora.cost.{key}", language, **values)


def _intermediates(costs: Costs, setting: Setting, language: Language) -> str:
    cheap, full = (costs[way].intermediates * setting.nbytes for way in ("cheap", "full"))
    bound = thresholds.batch_of_intermediates(setting.n, setting.m, setting.r)
    return say(
        "lora.cost.kept" if cheap <= full else "lora.cost.kept_more",
        language,
        cheap=amount(cheap, "B"),
        full=amount(full, "B"),
        batch=_bound(bound),
    )


def _whole_model(key: str, costs: Costs, setting: Setting, language: Language) -> str:
    count = PRESETS[key].weights
    full, lora = costs["full"], costs["cheap"]
    moved = [(each.trained, (each.trained + each.state) * setting.nbytes) for each in (full, lora)]
    (full_trained, full_bytes), (lora_trained, lora_bytes) = moved
    return say(
        "lora.cost.whole_model",
        language,
        model=say(f"lora.cost.model.{key}", language),
        count=count,
        full=amount(count * full_trained),
        lora=amount(count * lora_trained),
        full_bytes=amount(count * full_bytes, "B"),
        lora_bytes=amount(count * lora_bytes, "B"),
    )


# --- file -----------------------------------------------------------------------------------------


def costs_file(costs: Costs, setting: Setting) -> str:
    """The table as CSV, in plain numbers."""
    headers = ["way", "n", "m", "r", "batch", "optimizer", "bytes_per_number"]
    given = [setting.n, setting.m, setting.r, setting.batch, setting.optimizer, setting.nbytes]
    rows = [[way, *given, *(getattr(costs[way], name) for name in _COLUMNS)] for way in WAYS]
    name = f"lora-cost-{setting.n}x{setting.m}-r{setting.r}"
    return write_csv(name, [*headers, *_COLUMNS], rows)
