"""The endpoint `lora_race`: a wanted change and methods in, courses out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demos.frame.errors import visible_errors
from demos.frame.steps import result_of
from demos.lora.matrix_race.results import rank_of
from demos.lora.matrix_race.running import Race, racing
from demos.lora.matrix_race.setting import METHODS, Setting, check_setting
from models.registry import Registry

_DEFAULT = Setting()


def make_lora_race(registry: Registry) -> Callable[..., dict[str, Any]]:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def lora_race(
        n: int = _DEFAULT.n,
        m: int = _DEFAULT.m,
        rank: int = _DEFAULT.rank,
        target: str = _DEFAULT.target,
        target_rank: int = _DEFAULT.target_rank,
        condition: float = _DEFAULT.condition,
        optimizer: str = _DEFAULT.inner,
        steps: int = _DEFAULT.steps,
        methods: list[str] = [],  # noqa: B006  # gradio reads the type; it is not written to
        learning_rates: dict[str, float] = {},  # noqa: B006
        seed: int = 0,
    ) -> dict[str, Any]:
        """Fit a wanted change of a matrix with LoRA, its relatives and full steps.

        Args:
            n, m: sides of the weight, 4 to 128.
            rank: 1 to the smaller side; for "additive" it has to divide both.
            target: "low_rank", "decaying", "flat" or "offsets": the wanted change's spectrum.
            target_rank: of "low_rank" and "offsets".
            condition: largest over smallest variance of the inputs, 1 to 100.
            optimizer: "sgd", "momentum" or "adam".
            steps: 20 to 1,000.
            methods: of "full", "lora", "lora_plus", "symmetric", "random", "additive", "galore"
                and "flora"; [] takes all that the rank allows.
            learning_rates: by method; the others take their own.
            seed: 0 to 1,000,000.

        Returns:
            {"courses": by method {"learning_rate", "left": energy left after each step, "floor",
            "rank", "singular_values", "state_bytes", "diverged_at"}, "wanted_singular_values",
            "seconds"}; left begins with 1 and ends before a divergence.
        """
        fitting = [name for name in METHODS if name != "additive" or _divides(rank, n, m)]
        setting = check_setting(
            n=n,
            m=m,
            rank=rank,
            target=target,
            target_rank=target_rank,
            condition=condition,
            inner=optimizer,
            steps=steps,
            methods=methods or fitting,
            rates=learning_rates,
            seed=seed,
        )
        return as_json(result_of(racing(setting, registry.run)))

    return lora_race


def as_json(race: Race) -> dict[str, Any]:
    """A race as the endpoint gives it."""
    return {
        "courses": {
            course.method: {
                "learning_rate": course.rate,
                "left": course.shares.tolist(),
                "floor": course.floor,
                "rank": rank_of(course),
                "singular_values": course.values[-1].tolist(),
                "state_bytes": course.state_bytes,
                "diverged_at": course.diverged_at,
            }
            for course in race.courses
        },
        "wanted_singular_values": race.wanted_values.tolist(),
        "seconds": round(race.seconds, 3),
    }


def _divides(rank: Any, n: Any, m: Any) -> bool:
    """Whether the additive form exists; strange values are left to the checks."""
    try:
        return bool(n % rank == 0 and m % rank == 0)
    except (TypeError, ZeroDivisionError):
        return True
