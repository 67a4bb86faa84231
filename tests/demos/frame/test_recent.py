"""A memory bounded by the number of its values."""

from demos.frame.recent import Recent


def test_what_was_unused_for_longest_makes_room() -> None:
    recent = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
    assert len(recent) == 2


def test_a_value_put_again_is_new() -> None:
    recent = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.put(key, value)
    assert (recent.get("a"), recent.get("b")) == (3, None)


def test_what_is_dropped_is_gone() -> None:
    recent = Recent(2)
    recent.put("a", 1)
    recent.drop("a")
    recent.drop("a")
    assert recent.get("a") is None
