"""The project with a refresh cookie, relations, and objects that belong to their user."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, assert_type

from api_client.api.authors import authors_create, authors_destroy
from api_client.api.notes import (
    notes_create,
    notes_destroy,
    notes_list,
    notes_partial_update,
    notes_retrieve,
    notes_update,
)
from api_client.api.tags import tags_create
from api_client.models.author import Author
from api_client.models.author_errors import AuthorErrors
from api_client.models.author_request import AuthorRequest
from api_client.models.note import Note
from api_client.models.note_errors import NoteErrors
from api_client.models.note_request import NoteRequest
from api_client.models.paginated_note_list import PaginatedNoteList
from api_client.models.patched_note_request import PatchedNoteRequest
from api_client.models.tag import Tag
from api_client.models.tag_request import TagRequest
from api_client.types import Response, Unset
from cookie import CookieScenario
from scenario import Refusal, expect, main


class NoteScenario(CookieScenario):
    invalid_code = "does_not_exist"

    def use_resource(self) -> None:
        body = AuthorRequest(name=f"Ada {self.facts['address']}")
        author = authors_create.sync(client=self.client, body=body)
        assert isinstance(author, Author), author
        self.author = author
        tag = tags_create.sync(client=self.client, body=TagRequest(name="new"))
        assert isinstance(tag, Tag), tag
        self.tag = tag
        super().use_resource()

    def list_rows(self, page: int) -> PaginatedNoteList | Refusal | None:
        return notes_list.sync(
            client=self.client, page=page, page_size=2, author=self.author.id, ordering="id"
        )

    def create(self, n: int) -> Note:
        body = NoteRequest(title=f"Note {n}", author=self.author.id, tags=[self.tag.id])
        assert_type(body.stars, int | Unset)
        assert_type(body.body, str | Unset)
        assert_type(body.editor, int | None | Unset)
        note = notes_create.sync(client=self.client, body=body)
        assert isinstance(note, Note), note
        # The response contains the defaults of fields that the body omits.
        assert_type(note.stars, int)
        assert_type(note.body, str)
        assert_type(note.editor, int | None)
        assert_type(note.tags, list[int])
        assert_type(note.writer, int)
        assert (note.stars, note.body, note.editor) == (3, "", None)
        assert note.tags == [self.tag.id]
        return note

    def retrieve(self, pk: int) -> Response[Any]:
        return notes_retrieve.sync_detailed(pk, client=self.client)

    def change(self, row: Note) -> None:
        put = NoteRequest(title="New", author=row.author, tags=row.tags, editor=row.author, stars=5)
        note = notes_update.sync(row.id, client=self.client, body=put)
        assert isinstance(note, Note), note
        assert (note.title, note.editor, note.stars) == ("New", row.author, 5)
        patch = PatchedNoteRequest(editor=None)
        note = notes_partial_update.sync(row.id, client=self.client, body=patch)
        assert isinstance(note, Note), note
        assert (note.title, note.editor, note.writer) == ("New", None, row.writer)

    def destroy(self, pk: int) -> Response[Any]:
        return notes_destroy.sync_detailed(pk, client=self.client)

    def find_invalid(self) -> tuple[Sequence[str], Sequence[str]]:
        body = NoteRequest(title="x", author=0, tags=[self.tag.id])
        errors = notes_create.sync(client=self.client, body=body)
        assert isinstance(errors, NoteErrors), errors
        assert_type(errors.author, list[str] | Unset)
        assert isinstance(errors.title, Unset)
        return errors.author or [], errors.error_codes["author"]

    def use_more(self) -> None:
        note = self.create(1)
        refused = authors_destroy.sync_detailed(note.author, client=self.client)
        expect(refused, HTTPStatus.CONFLICT, "protected")
        body = AuthorRequest(name=self.author.name)
        errors = authors_create.sync(client=self.client, body=body)
        assert isinstance(errors, AuthorErrors), errors
        assert errors.error_codes["name"] == ["unique"]


if __name__ == "__main__":
    main(NoteScenario)
