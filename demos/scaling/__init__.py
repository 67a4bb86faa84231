"""The Scaling page: laws fitted to losses with their uncertainty, and derived from quanta."""

from demos.frame.demo import Demo
from demos.scaling.budgets.panel import IsoFlopPanel
from demos.scaling.comparison.panel import ComparePanel
from demos.scaling.data.panel import DataPanel
from demos.scaling.desk import Desk
from demos.scaling.fitted.panel import FitPanel
from demos.scaling.optimal.panel import FrontierPanel
from demos.scaling.planning.panel import PlanPanel
from demos.scaling.quanta_laboratory.panel import QuantaPanel

SCALING = Demo(
    key="scaling",
    posts=("9607",),
    toolbar=Desk,
    panels={
        "data": DataPanel,
        "fit": FitPanel,
        "compare": ComparePanel,
        "frontier": FrontierPanel,
        "isoflop": IsoFlopPanel,
        "plan": PlanPanel,
        "quanta": QuantaPanel,
    },
)
