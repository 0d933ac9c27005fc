"""How links for participants begin."""

import socket

import pytest

from triode.errors import ListeningError
from triode.listening.serve import public_address
from triode.listening.serve.invitations import own_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8790"),
        ("192.168.1.20", "http://192.168.1.20:8790"),
        ("::1", "http://[::1]:8790"),
    ],
)
def test_a_server_is_reached_where_it_listens(host: str, address: str) -> None:
    assert own_address(host, 8790) == address


def test_a_server_that_listens_everywhere_is_reached_from_elsewhere() -> None:
    address = own_address("0.0.0.0", 8790)
    host = address.removeprefix("http://").removesuffix(":8790")
    if host != socket.gethostname():
        # This machine has the address: something can listen there.
        with socket.create_server((host, 0)):
            assert host != "0.0.0.0"


def test_addresses_of_proxies_are_taken_as_they_are_typed() -> None:
    assert public_address("https://listen.example.org/") == "https://listen.example.org"
    assert public_address("http://192.168.1.20:8790") == "http://192.168.1.20:8790"


@pytest.mark.parametrize(
    "text", ["listen.example.org", "https://", "https://a.example/path", "https://me@a.example"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ListeningError, match="without a path"):
        public_address(text)
