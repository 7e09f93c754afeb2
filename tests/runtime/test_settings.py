"""The environment of a function."""

import pytest

from handlers.runtime.settings import SettingMissingError, Settings


def test_values_are_typed() -> None:
    settings = Settings({"NAME": "x", "EXPIRY_S": "900", "ON": "true", "OFF": "false"})

    assert (settings.text("NAME"), settings.seconds("EXPIRY_S")) == ("x", 900)
    assert (settings.flag("ON"), settings.flag("OFF")) == (True, False)


@pytest.mark.parametrize("environment", [{}, {"PAYMENTS_TABLE": ""}])
def test_a_missing_value_is_named_when_it_is_asked_for(environment: dict[str, str]) -> None:
    with pytest.raises(SettingMissingError, match="PAYMENTS_TABLE is not set; infra/template"):
        Settings(environment).text("PAYMENTS_TABLE")
