"""The Scaling tab: laws fitted to losses with their uncertainty, and derived from quanta."""

from demos.frame.demo import Demo
from demos.scaling.tab import build

SCALING = Demo(key="scaling", build=build, posts=("9607",))
