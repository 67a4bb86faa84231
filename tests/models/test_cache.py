import torch

from models.cache import ResultCache


def test_the_least_recently_used_leaves_first() -> None:
    cache = ResultCache(4_000)
    for name in "abc":
        cache.put(name, torch.zeros(200))
    cache.get("a")
    cache.put("d", torch.zeros(200))
    assert cache.peek("b") is None
    assert cache.peek("a") is not None
    assert cache.nbytes <= 4_000


def test_bytes_are_counted_down_on_replacement_and_clearing() -> None:
    cache = ResultCache(1 << 20)
    cache.put("a", torch.zeros(100))
    first = cache.nbytes
    cache.put("a", torch.zeros(100))
    assert cache.nbytes == first
    cache.clear()
    assert (cache.nbytes, len(cache)) == (0, 0)


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = ResultCache(1_000)
    cache.put("a", torch.zeros(10_000))
    assert cache.peek("a") is None


def test_hits_and_misses_are_counted_by_get_alone() -> None:
    cache = ResultCache(10_000)
    cache.put("a", 1.5)
    cache.get("a")
    cache.get("b")
    cache.peek("a")
    assert (cache.hits, cache.misses) == (1, 1)
