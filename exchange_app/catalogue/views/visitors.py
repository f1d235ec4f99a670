"""What visitors read of the catalogue: the cities' menus, each activity, each base. Packages are shown with their
dates, in `departures`."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from exchange_app.catalogue import queries
from exchange_app.catalogue.forms import ItemFilterForm
from exchange_app.catalogue.labels import SPOKEN, timetable_of
from exchange_app.catalogue.search import LONGEST_QUERY, read_words, select_found
from exchange_app.catalogue.views.blueprint import catalogue
from exchange_app.catalogue.views.telling import tell_list, told
from exchange_app.partners.queries import list_cities
from exchange_app.web.paging import page_of
from exchange_app.web.policies import anyone

ITEMS_A_PAGE = 24
FOUND_A_PAGE = 20


@catalogue.get("/menus")
@anyone
def menus() -> ResponseReturnValue:
    return tell_list(
        "catalogue/menus.html",
        search="catalogue/_item_search.html",
        found="catalogue/_items.html",
        find=_find_items,
    )


def _find_items() -> dict[str, Any]:
    form = ItemFilterForm()
    form.city.offer(list_cities())
    page = page_of(queries.select_menu_items(form.wanted()), size=ITEMS_A_PAGE)
    menus = [(menu, list(items)) for menu, items in groupby(page.rows, key=lambda item: item.menu)]
    return {"form": form, "page": page, "menus": menus}


@catalogue.get("/search")
@anyone
def search() -> ResponseReturnValue:
    return render_template("catalogue/search.html", content=told(_tell_found, "search", request.full_path))


def _tell_found() -> Markup:
    query = request.args.get("q", "")
    words = read_words(query)
    page = page_of(select_found(words), size=FOUND_A_PAGE) if words else None
    found = queries.list_found(page.rows) if page else []
    return Markup(
        render_template("catalogue/_found.html", query=query[:LONGEST_QUERY], words=words, page=page, found=found)
    )


@catalogue.get("/menus/<slug>")
@anyone
def menu_item(slug: str) -> ResponseReturnValue:
    item = queries.get_menu_item(slug)
    packages = queries.list_packages_of_item(item.id)
    return render_template(
        "catalogue/menu_item.html", item=item, packages=packages, spoken=SPOKEN, timetable=timetable_of(item)
    )


@catalogue.get("/bases/<slug>")
@anyone
def base(slug: str) -> ResponseReturnValue:
    base = queries.get_base(slug)
    return render_template(
        "catalogue/base.html",
        base=base,
        items=queries.list_items_of_base(base.id),
        packages=queries.list_packages_of_base(base.id),
    )
