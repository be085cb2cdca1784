"""The default project."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api_client.api.account import sessions_destroy, sessions_end_others, sessions_list
from api_client.api.students import students_list
from api_client.api.tokens import logout
from api_client.models.token_blacklist_request import TokenBlacklistRequest
from api_client.types import Response
from pair import PairScenario
from scenario import expect, main
from students import StudentScenario


class DefaultScenario(StudentScenario, PairScenario):
    def log_out(self) -> Response[Any]:
        body = TokenBlacklistRequest(refresh=self.refresh_token)
        return logout.sync_detailed(client=self.anonymous, body=body)

    def use_more(self) -> None:
        sessions = expect(sessions_list.sync_detailed(client=self.client), HTTPStatus.OK).results
        (current,) = [session for session in sessions if session.current]
        other = self.authenticate(self.client.token)
        expect(self.log_in(self.facts["login"], self.facts["password"]), HTTPStatus.OK)
        expect(
            sessions_destroy.sync_detailed(current.id, client=self.client), HTTPStatus.NO_CONTENT
        )
        refused = students_list.sync_detailed(client=other)
        expect(refused, HTTPStatus.UNAUTHORIZED, "session_ended")
        ended = sessions_end_others.sync_detailed(client=self.client)
        expect(ended, HTTPStatus.NO_CONTENT)


if __name__ == "__main__":
    main(DefaultScenario)
