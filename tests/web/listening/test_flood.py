"""Permits run out, come back with time, and are each source's own."""

from triode.listening.serve.flood import RateLimit


def test_permits_come_back_with_time() -> None:
    now = [0.0]
    limit = RateLimit(burst=2, per_minute=6.0, clock=lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    now[0] = 9.9
    assert not limit.allows("a")
    now[0] = 10.1
    assert [limit.allows("a"), limit.allows("a")] == [True, False]
    now[0] = 10_000.0
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]


def test_many_sources_do_not_fill_the_memory() -> None:
    limit = RateLimit(burst=1, per_minute=0.001, clock=lambda: 0.0)
    assert limit.allows("first")
    assert not limit.allows("first")
    for source in range(10_000):
        assert limit.allows(str(source))
    # It was forgotten, which is what bounds the memory.
    assert limit.allows("first")
