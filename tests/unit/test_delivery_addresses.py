"""Which URLs the hub calls: nothing that reaches into its own network, however it is written."""

import pytest

from router.delivery.addresses import AddressRefused, CallRules, judged, refuse_private, resolved
from router.delivery.retry_delay import delay_seconds
from router.delivery.signing import webhook_secret

PUBLIC, OPEN = CallRules(), CallRules(private_targets=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://user:password@example.org/",
        "https:///hook",
        "https://example.org/#part",
        "https://example.org:99999/",
        "not a url",
        "file:///etc/passwd",
        "https://[::1/",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_urls_of_another_form_are_refused(url):
    with pytest.raises(AddressRefused):
        judged(url, PUBLIC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b:1::1",
        "64:ff9b::7f00:1",
    ],
)
def test_addresses_of_no_public_meaning_are_refused(address):
    with pytest.raises(AddressRefused):
        refuse_private(address, PUBLIC, plain=False)
    refuse_private(address, OPEN, plain=True)


def test_public_addresses_are_called_by_https_alone():
    refuse_private("93.184.216.34", PUBLIC, plain=False)
    with pytest.raises(AddressRefused):
        refuse_private("93.184.216.34", OPEN, plain=True)


@pytest.mark.parametrize(
    "url", ["https://localhost/x", "https://127.1/x", "https://2130706433/x", "https://[::1]/x"]
)
async def test_a_name_is_judged_by_its_address(url):
    with pytest.raises((AddressRefused, OSError)):
        await resolved(url, PUBLIC)


async def test_the_call_goes_to_the_address_that_was_judged():
    target = await resolved("http://localhost:8080/hook?x=1", OPEN)
    assert target.url in ("http://127.0.0.1:8080/hook?x=1", "http://[::1]:8080/hook?x=1")
    assert (target.host, target.server_name) == ("localhost:8080", "localhost")


def test_pauses_double_up_to_a_bound_and_spread():
    assert [
        delay_seconds(n, 0.999999, first=1, longest=60) for n in (1, 2, 3, 20)
    ] == pytest.approx([1, 2, 4, 60], rel=1e-3)
    assert delay_seconds(3, 0.0, first=1, longest=60) == 2


def test_each_subscription_and_generation_has_its_own_secret():
    key = bytes(32)
    secrets = {
        webhook_secret(key, id, generation) for id in ("S-1", "S-2") for generation in (1, 2)
    }
    assert len(secrets) == 4
    assert webhook_secret(key, "S-1", 1) in secrets
