"""Whose failed sign-ins are counted: those of one client, not of everybody behind our proxy."""

import pytest
from django.urls import reverse

from core.proxy import client_network

pytestmark = pytest.mark.django_db


def test_a_stranger_locks_out_nobody_else_behind_the_proxy(client, operator, settings):
    settings.AXES_ENABLED, settings.PROXY_DI_DEPAN = True, 1

    def sign_in(address):
        data = {"username": operator.username, "password": "salah"}
        return client.post(reverse("core:masuk"), data, HTTP_X_FORWARDED_FOR=f"1.2.3.4, {address}").status_code

    answers = [sign_in("10.0.0.1") for _ in range(settings.AXES_FAILURE_LIMIT + 1)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert sign_in("10.0.0.2") == 422


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.20.30.40", "10.20.30.40"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:10.20.30.40", "10.20.30.40"),
        ("bukan alamat", "0.0.0.0"),
        ("", "0.0.0.0"),
    ],
)
def test_who_holds_a_network_is_one_client(rf, address, network):
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


def test_addresses_of_one_network_are_counted_together(client, operator, settings):
    settings.AXES_ENABLED = True

    def sign_in(address):
        data = {"username": operator.username, "password": "salah"}
        return client.post(reverse("core:masuk"), data, REMOTE_ADDR=address).status_code

    answers = [sign_in(f"2001:db8:1:2::{n}") for n in range(1, 10)]
    assert (answers[0], answers[-1]) == (422, 429)
    assert sign_in("2001:db8:1:3::1") == 422
