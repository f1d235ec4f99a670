"""The catalogue's pages: for visitors, and for those who keep bases, menus and packages."""

from exchange_app.catalogue.views import (  # each of them adds its addresses
    bases,
    composing,
    menus,
    packages,
    photos,
    pictures,
    visitors,
)
from exchange_app.catalogue.views.blueprint import catalogue

__all__ = ["bases", "catalogue", "composing", "menus", "packages", "photos", "pictures", "visitors"]
