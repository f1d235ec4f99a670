"""The tables of a web page. Many school systems hand out an `.xls` that is one.

Imported by `worker` alone, in a process that knows nothing of this package.
"""

from __future__ import annotations

from html.parser import HTMLParser

WIDEST_SPAN = 1_000


def tables_of(page: str) -> list[Table]:
    reader = TableReader()
    reader.feed(page)
    reader.close()
    return reader.tables


class Table:
    """Rows of texts. A cell that spans others gives its text once; ``merged`` tells what it covers, rows from 1."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged: list[list[int]] = []
        self._reaching_down: dict[int, int] = {}

    def begin_row(self) -> None:
        if self.rows:
            self._pass_covered()
        self.rows.append([])

    def add(self, text: str, width: int, height: int) -> None:
        if not self.rows:
            self.begin_row()
        self._pass_covered()
        row, column = len(self.rows), len(self.rows[-1])
        if width > 1 or height > 1:
            self.merged.append([row, column, row + height - 1, column + width - 1])
        self.rows[-1].extend([text, *[""] * (width - 1)])
        if height > 1:
            self._reaching_down.update(dict.fromkeys(range(column, column + width), height - 1))

    def _pass_covered(self) -> None:
        """Leave blank where a cell from a row above reaches down into this one."""
        row = self.rows[-1]
        while self._reaching_down.get(len(row), 0):
            self._reaching_down[len(row)] -= 1
            row.append("")


class TableReader(HTMLParser):
    """Collects the texts of cells. A table within a cell is a table of its own, and ends that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self.text: list[str] | None = None
        self.spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("table", "tr", "td", "th"):
            self.finish_cell()
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and self.tables:
            self.tables[-1].begin_row()
        elif tag in ("td", "th") and self.tables:
            spans = dict(attrs)
            self.text, self.spans = [], (span(spans.get("colspan")), span(spans.get("rowspan")))
        elif tag in ("br", "p", "div") and self.text:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self.finish_cell()

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def close(self) -> None:
        super().close()
        self.finish_cell()

    def finish_cell(self) -> None:
        if self.text is not None:
            self.tables[-1].add("".join(self.text).strip(), *self.spans)
            self.text = None


def span(written: str | None) -> int:
    return max(1, min(int(written), WIDEST_SPAN)) if written and written.isascii() and written.isdigit() else 1
