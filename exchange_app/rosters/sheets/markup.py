"""The tables of a web page. Many school systems hand out an `.xls` that is one.

Imported by `worker` alone, which knows nothing of this package.
"""

from html.parser import HTMLParser

WIDEST_SPAN = 1_000


def tables_of(page: str) -> list[list[list[str]]]:
    """The rows of each table; a cell that spans rows or columns gives its text once, and blanks for what it covers."""
    reader = TableReader()
    reader.feed(page)
    reader.close()
    return reader.tables


class TableReader(HTMLParser):
    """Collects the texts of cells. A table within a cell ends that cell: its rows are rows of a table of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.covered: dict[int, int] = {}
        self.text: list[str] | None = None
        self.width = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.finish_cell()
            self.tables.append([])
            self.covered = {}
        elif tag == "tr" and self.tables:
            self.finish_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.finish_cell()
            self.begin_cell(dict(attrs))
        elif tag in ("br", "p") and self.text:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self.finish_cell()
        if tag == "tr":
            self.pass_covered()

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def begin_cell(self, attrs: dict[str, str | None]) -> None:
        self.pass_covered()
        row = self.tables[-1][-1]
        self.text, self.width = [], span(attrs.get("colspan"))
        if (height := span(attrs.get("rowspan"))) > 1:
            for column in range(len(row), len(row) + self.width):
                self.covered[column] = height - 1

    def finish_cell(self) -> None:
        if self.text is not None:
            self.tables[-1][-1].extend(["".join(self.text).strip(), *[""] * (self.width - 1)])
            self.text = None

    def pass_covered(self) -> None:
        """Leave blank where a cell from a row above reaches down into this one."""
        row = self.tables[-1][-1]
        while self.covered.get(len(row), 0):
            self.covered[len(row)] -= 1
            row.append("")


def span(written: str | None) -> int:
    return min(int(written), WIDEST_SPAN) if written and written.isascii() and written.isdigit() else 1
