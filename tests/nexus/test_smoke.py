import pytest

from nexus.accounts.models import User


@pytest.mark.django_db
def test_a_user_needs_a_known_level():
    user = User.objects.create_user(
        username="tara", email="tara@msp.example", password=None, permission_level="technician", full_name="Tara"
    )
    assert User.objects.get_by_natural_key("TARA") == user
