"""Small models of every architecture, one after the other, for what all of them must do."""

import pytest

from nicviz.codecs.neural.architectures import ARCHITECTURES
from tests.codecs.neural.small import small_model


@pytest.fixture(scope="module", params=list(ARCHITECTURES))
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def model(architecture):
    return small_model(architecture)
