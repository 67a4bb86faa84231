"""Scaling: what the quanta laboratory refuses."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.quanta.exponent": (
        "The exponent a is {a} and has to be above 0, and below 100: move it.",
        "指数 a 为 {a}，必须大于 0 且小于 100：请调整。",
    ),
    "scaling.quanta.count": (
        "The number of quanta is {count} and cannot be used here: choose a whole number from 4 to 1,000,000.",
        "量子数 {count} 在此不可用：请取 4 到 1,000,000 之间的整数。",
    ),
    "scaling.quanta.shift": (
        "The shift is {shift} and has to be 0 or more.",
        "平移为 {shift}，必须大于或等于 0。",
    ),
    "scaling.quanta.rate": (
        "The rate is {rate} and has to be above 0.",
        "衰减率为 {rate}，必须大于 0。",
    ),
    "scaling.quanta.spread": (
        "The spread is {spread} and has to be from 0 to 100.",
        "离散度为 {spread}，必须在 0 到 100 之间。",
    ),
    "scaling.quanta.each": (
        "A quantum takes {each} parameters here and has to take more than 0.",
        "每个量子占用 {each} 个参数，必须大于 0。",
    ),
    "scaling.quanta.threshold": (
        "A quantum is learned after {threshold} sightings here: choose a whole number from 1 to {most:,}.",
        "每个量子需要见到 {threshold} 次：请取 1 到 {most:,} 之间的整数。",
    ),
    "scaling.quanta.rank": (
        "Choose quanta by their rank, from 1 to {most:,}.",
        "请按名次选择量子，从 1 到 {most:,}。",
    ),
    "scaling.quanta.scale": (
        "The scale has to ascend from above 0.",
        "尺度必须从大于 0 的数开始递增。",
    ),
    "scaling.quanta.window": (
        "In this window there are fewer than two scales with something left to learn: widen it.",
        "该区间内仍有可学内容的尺度少于两个：请放宽区间。",
    ),
}
