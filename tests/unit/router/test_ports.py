import socket
from pathlib import Path

import pytest

from router.servers.ports import LOOPBACK, PortTaken, is_free, known_port, remembered_port


def test_a_port_is_chosen_once_and_remembered(tmp_path: Path) -> None:
    port = remembered_port(tmp_path / "ports.json", "http")
    assert is_free(port)
    assert remembered_port(tmp_path / "ports.json", "http") == port
    assert known_port(tmp_path / "ports.json", "http") == port


def test_a_port_that_somebody_took_is_chosen_anew_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    amqp, http = remembered_port(file, "amqp"), remembered_port(file, "http")
    with socket.socket() as stranger:
        stranger.bind((LOOPBACK, http))
        stranger.listen()
        assert not is_free(http)
        with pytest.raises(PortTaken):
            remembered_port(file, "http", keep=True)
        assert remembered_port(file, "http") not in {amqp, http}
    assert known_port(file, "amqp") == amqp
