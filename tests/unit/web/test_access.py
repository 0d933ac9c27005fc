"""Who may come in, decided before any server runs."""

import pytest

from triode.errors import WebError
from triode.web import access_for

HERE = access_for("127.0.0.1", 8000)
EVERYWHERE = access_for("0.0.0.0", 8000, "a long secret", names=("listen.example.org",))


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_this_machine_is_known_by_its_loopback_names(host: str) -> None:
    assert HERE.allows_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8000",
        "127.0.0.1",
        "127.0.0.1:8001",
        "127.0.0.1:8000.evil.example",
        "user@127.0.0.1:8000",
        "localhost:8000/..",
        "192.168.1.2:8000",
        "[::1]:x",
        "[::1",
        "",
        ":8000",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    assert not HERE.allows_host(host)


def test_an_open_address_allows_addresses_and_given_names_only() -> None:
    assert EVERYWHERE.allows_host("192.168.1.2:8000")
    assert EVERYWHERE.allows_host("[fe80::1]:8000")
    assert EVERYWHERE.allows_host("listen.example.org")
    assert EVERYWHERE.allows_host("listen.example.org:443")
    assert not EVERYWHERE.allows_host("192.168.1.2:8001")
    assert not EVERYWHERE.allows_host("evil.example:8000")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "studio.local"])
def test_an_address_others_reach_demands_a_password(host: str) -> None:
    with pytest.raises(WebError, match="needs a password"):
        access_for(host, 8000)
    assert access_for(host, 8000, "a long secret").password == "a long secret"


def test_a_short_password_is_refused() -> None:
    with pytest.raises(WebError, match="too short"):
        access_for("0.0.0.0", 8000, "1234567")


def test_every_start_has_its_own_token_which_is_printed_nowhere_by_accident() -> None:
    other = access_for("127.0.0.1", 8000)
    assert other.token != HERE.token
    assert HERE.accepts_token(HERE.token)
    assert not HERE.accepts_token(other.token)
    assert not HERE.accepts_token("ä")
    assert HERE.token not in repr(HERE)
    assert "secret" not in repr(EVERYWHERE)


def test_the_address_holds_the_token_but_never_the_password() -> None:
    assert HERE.address == f"http://127.0.0.1:8000/?token={HERE.token}"
    assert EVERYWHERE.address == "http://127.0.0.1:8000/"
    assert access_for("::1", 9).address.startswith("http://[::1]:9/?token=")
