"""The project with sliding tokens, a login by e-mail address, and HTTP Basic."""

from __future__ import annotations

import base64
from http import HTTPStatus

from api_client.api.account import users_me_retrieve
from scenario import expect, main
from sliding import SlidingScenario
from students import StudentScenario


class SlidingStudentScenario(StudentScenario, SlidingScenario):
    def use_more(self) -> None:
        credentials = f"{self.facts['login']}:{self.facts['password']}".encode()
        client = self.authenticate(base64.b64encode(credentials).decode(), prefix="Basic")
        user = expect(users_me_retrieve.sync_detailed(client=client), HTTPStatus.OK)
        assert user.email == self.facts["login"]
        assert not hasattr(user, "username")


if __name__ == "__main__":
    main(SlidingStudentScenario)
