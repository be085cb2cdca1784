"""The facts about a field and its resource that the functions of a type may read."""

from __future__ import annotations

from typing import Protocol


class FieldFacts(Protocol):
    """A field; a relation's target is empty until the resources are linked."""

    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> tuple[str, ...]: ...
    @property
    def unique(self) -> bool: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def choices_class(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def target_owner(self) -> str: ...


class ResourceFacts(Protocol):
    """The resource that contains the field."""

    @property
    def name(self) -> str: ...
    @property
    def owner(self) -> str: ...
