import pytest

# A failed assertion of the shared tests shows the values, too.
pytest.register_assert_rewrite("tests.api")
