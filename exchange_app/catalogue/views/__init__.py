"""The catalogue's pages: for visitors, and for those who keep bases, menus and packages."""

from exchange_app.catalogue.views import bases, composing, menus, packages, visitors  # each of them adds its addresses
from exchange_app.catalogue.views.blueprint import catalogue

__all__ = ["bases", "catalogue", "composing", "menus", "packages", "visitors"]
