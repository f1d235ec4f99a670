"""Flows from places on the left to places on the right, as ribbons as wide as the persons who went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext
from markupsafe import Markup

from exchange_app.insights.drawing import SIZE, bar, coloured, draw, fitting, hatched, number, text
from exchange_app.insights.rules import Table

WIDTH, LABEL, NODE = 520, 150, 10
LEFT, RIGHT = LABEL + 6, WIDTH - LABEL - 6 - NODE
RIBBONS = 300  # how high all of them are together
THINNEST, HIDDEN = 2.0, 8.0
LINE, GAP = 20, 6


@dataclass(frozen=True, slots=True)
class Flow:
    """``persons`` None are not shown."""

    source: str
    target: str
    persons: int | None


@dataclass(slots=True)
class Node:
    name: str
    top: float = 0
    height: float = 0
    persons: int | None = 0
    used: float = field(default=0)  # how much of its height has ribbons already

    def take(self, flow: Flow, thickness: float) -> None:
        self.height += thickness
        self.persons = None if self.persons is None or flow.persons is None else self.persons + flow.persons

    def next_top(self, thickness: float) -> float:
        top = self.top + self.used
        self.used += thickness
        return top


def draw_flows(table: Table) -> Markup | None:
    flows = [Flow(str(row[0]), str(row[1]), _count(row[-2])) for row in table.rows if row[-2] != 0]
    if not flows:
        return None
    scale = RIBBONS / max(1, sum(flow.persons or 0 for flow in flows))
    widths = [HIDDEN if flow.persons is None else max(THINNEST, flow.persons * scale) for flow in flows]
    sources, targets = _nodes([flow.source for flow in flows]), _nodes([flow.target for flow in flows])
    for flow, width in zip(flows, widths, strict=True):
        sources[flow.source].take(flow, width)
        targets[flow.target].take(flow, width)
    height = max(_stack(list(nodes.values())) for nodes in (sources, targets))
    parts = [*_ribbons(table.key, flows, widths, sources, targets), *_labels(sources, targets)]
    return draw(table.key, WIDTH, height, _words(flows), parts, css="figure-wide")


def _count(cell: object) -> int | None:
    return cell if isinstance(cell, int) else None


def _nodes(names: Sequence[str]) -> dict[str, Node]:
    return {name: Node(name) for name in names}


def _stack(nodes: Sequence[Node]) -> float:
    """One below the other, each with room for its line of words; says how high they stand."""
    top = 0.0
    for node in nodes:
        room = max(node.height, LINE)
        node.top = top + (room - node.height) / 2
        top += room + GAP
    return top


def _ribbons(
    name: str, flows: Sequence[Flow], widths: Sequence[float], sources: dict[str, Node], targets: dict[str, Node]
) -> Iterator[str]:
    colours = {source: at for at, source in enumerate(sources)}
    left, right = LEFT + NODE, RIGHT
    middle = (left + right) / 2
    for flow, width in zip(flows, widths, strict=True):
        y, to = sources[flow.source].next_top(width), targets[flow.target].next_top(width)
        below, to_below = y + width, to + width
        fill = hatched(name) if flow.persons is None else f'{coloured(colours[flow.source])} fill-opacity=".45"'
        yield (
            f'<path {fill} d="M{left} {number(y)}C{middle} {number(y)} {middle} {number(to)} {right} {number(to)}'
            f"V{number(to_below)}C{middle} {number(to_below)} {middle} {number(below)} {left} {number(below)}"
            'Z"/>'
        )


def _labels(sources: dict[str, Node], targets: dict[str, Node]) -> Iterator[str]:
    for at, node in enumerate(sources.values()):
        yield bar(LEFT, node.top, NODE, node.height, coloured(at))
        yield text(LEFT - 6, _base_line(node), _label(node), anchor="end")
    for node in targets.values():
        yield bar(RIGHT, node.top, NODE, node.height, 'class="figure-node"')
        yield text(RIGHT + NODE + 6, _base_line(node), _label(node))


def _base_line(node: Node) -> float:
    return node.top + node.height / 2 + SIZE / 3


def _label(node: Node) -> str:
    persons = "" if node.persons is None else f" {node.persons}"
    return fitting(node.name, LABEL - SIZE * len(persons) * 0.6) + persons


def _words(flows: Sequence[Flow]) -> str:
    known = [flow for flow in flows if flow.persons is not None]
    if not known:
        return gettext("Flows between places; no number of persons is shown.")
    largest = max(known, key=lambda flow: flow.persons or 0)
    return gettext(
        "Most persons went from %(source)s to %(target)s: %(persons)s. Flows between places: %(count)s.",
        source=largest.source,
        target=largest.target,
        persons=largest.persons,
        count=len(flows),
    )
