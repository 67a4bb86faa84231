"""The naive Bayes tab: as attention, and as context extension (kexue.fm/archives/9648, 9617)."""

from demos.bayes.tab import build
from demos.frame.demo import Demo

BAYES = Demo(key="bayes", build=build, posts=("9617", "9632", "9648"))
