import pytest

# Failed assertions in the shared tests show their values.
pytest.register_assert_rewrite("tests.api")
