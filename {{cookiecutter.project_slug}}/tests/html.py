"""Forms of HTML pages."""

from html.parser import HTMLParser


def read_html_form(page: str) -> dict[str, list[str]]:
    """Returns what a browser sends if nobody changes the form of a page."""
    return FormReader(page).values


class FormReader(HTMLParser):
    """Reads the fields of the forms of a page that can contain files."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = False
        self.name = self.text = ""
        self.multiple = False
        self.options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        kind, value = attributes.get("type"), attributes.get("value") or ""
        if tag == "form":
            self.inside = attributes.get("enctype") == "multipart/form-data"
        elif tag == "input" and kind == "checkbox" and "checked" in attributes:
            self.add(str(attributes["name"]), value or "on")
        elif tag == "input" and kind not in ("checkbox", "submit"):
            self.add(str(attributes.get("name")), value)
        elif tag in ("select", "textarea"):
            self.name, self.text, self.options = str(attributes["name"]), "", []
            self.multiple = "multiple" in attributes
        elif tag == "option":
            self.options.append((value, "selected" in attributes))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # Browsers ignore a line break at the start.
            self.add(self.name, self.text.removeprefix("\n"))
        elif tag == "select":
            chosen = [value for value, selected in self.options if selected]
            if not chosen and not self.multiple:
                chosen = [value for value, _ in self.options[:1]]
            for value in chosen:
                self.add(self.name, value)

    def add(self, name: str, value: str) -> None:
        if self.inside and name != "csrfmiddlewaretoken":
            self.values.setdefault(name, []).append(value)
