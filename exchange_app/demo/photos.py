"""Photos of the demo: illustrations drawn for it, kept as an organiser's upload would be."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from exchange_app.catalogue.photos import Owner, PhotoTerms, keep_photo, store_files
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read

PHOTOS = Path(__file__).parent / "photos"
CREDIT = "插图 · Illustration"
MIDDLE = 50


def add_photos(known: Known, now: datetime) -> None:
    for entry in read("photos")["photo"]:
        drawn = (PHOTOS / f"{entry['file']}.webp").read_bytes()
        terms = PhotoTerms(MIDDLE, MIDDLE, entry["alternative"], CREDIT, is_cleared=True)
        by = known.administrator()
        for owner in _owners(entry, known):
            keep_photo(owner, store_files(owner, BytesIO(drawn), terms), terms, seen="", by=by, now=now)


def _owners(entry: dict[str, Any], known: Known) -> list[Owner]:
    return [
        *(known.bases[slug] for slug in entry.get("bases", ())),
        *(known.items[slug] for slug in entry.get("items", ())),
        *(known.packages[slug] for slug in entry.get("packages", ())),
    ]
