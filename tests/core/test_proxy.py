"""Whose failed sign-ins are counted: those of one client, not of everybody behind our proxy."""

import pytest
from django.urls import reverse

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
