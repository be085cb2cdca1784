"""The resource of the default project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from api_client.api.students import (
    students_create,
    students_destroy,
    students_list,
    students_partial_update,
    students_retrieve,
    students_update,
)
from api_client.models.paginated_student_list import PaginatedStudentList
from api_client.models.patched_student_request import PatchedStudentRequest
from api_client.models.student import Student
from api_client.models.student_errors import StudentErrors
from api_client.models.student_request import StudentRequest
from api_client.types import Response, Unset
from scenario import Refusal, Scenario


class StudentScenario(Scenario):
    invalid_code = "blank"

    def list_rows(self, page: int) -> PaginatedStudentList | Refusal | None:
        return students_list.sync(
            client=self.client, page=page, page_size=2, city=self.facts["address"], ordering="id"
        )

    def create(self, n: int) -> Student:
        body = StudentRequest(name=f"Ada {n}", roll=n, city=self.facts["address"])
        student = students_create.sync(client=self.client, body=body)
        assert isinstance(student, Student), student
        assert_type(student.id, int)
        assert (student.name, student.roll, student.city) == (f"Ada {n}", n, body.city)
        return student

    def retrieve(self, pk: int) -> Response[Any]:
        return students_retrieve.sync_detailed(pk, client=self.client)

    def change(self, row: Student) -> None:
        put = StudentRequest(name="Grace", roll=7, city="Arlington")
        student = students_update.sync(row.id, client=self.client, body=put)
        assert isinstance(student, Student), student
        assert (student.id, student.name, student.roll) == (row.id, "Grace", 7)
        patch = PatchedStudentRequest(city="Paris")
        student = students_partial_update.sync(row.id, client=self.client, body=patch)
        assert isinstance(student, Student), student
        assert (student.name, student.city) == ("Grace", "Paris")
        assert student.created_at == row.created_at < student.updated_at

    def destroy(self, pk: int) -> Response[Any]:
        return students_destroy.sync_detailed(pk, client=self.client)

    def find_invalid(self) -> tuple[Sequence[str], Sequence[str]]:
        body = StudentRequest(name="", roll=1, city="London")
        errors = students_create.sync(client=self.client, body=body)
        assert isinstance(errors, StudentErrors), errors
        assert_type(errors.name, list[str] | Unset)
        assert_type(errors.error_codes["name"], list[str])
        assert isinstance(errors.roll, Unset)
        return errors.name or [], errors.error_codes["name"]
