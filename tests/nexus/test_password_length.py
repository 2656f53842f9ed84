"""A password that may be set is one that can be typed at the door."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


def test_a_password_longer_than_the_sign_in_page_takes_is_refused():
    validate_password("honey " * 170)
    with pytest.raises(ValidationError, match="1024 characters at most"):
        validate_password("honey " * 171)
