"""Photos: what is taken and what is refused, that nothing of the file but its pixels is kept, that the files of photos
that were replaced or removed are gone; and what browsers are told about them."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from exchange_app.accounts.models import User
from exchange_app.catalogue import photos
from exchange_app.catalogue.covers import cover_name, draw_cover
from exchange_app.catalogue.models import Base, Package, Photo
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import Plan
from tests.builders import make_package, make_user
from tests.pages import form_of, sign_in

RED, BLUE = (200, 30, 30), (30, 30, 200)
WORDS = {
    "alternative-zh_Hans": "学生敲铜鼓",
    "alternative-en": "Pupils beat a drum",
    "credit": "Wei Lan",
    "is_cleared": "y",
}


@pytest.fixture(autouse=True)
def folder(app: Flask, tmp_path: Path) -> Path:
    app.config["DATA_DIR"] = str(tmp_path / "data")
    return tmp_path / "data" / "photos"


@pytest.fixture
def package(app: Flask) -> Package:
    with transaction():
        return make_package()


@pytest.fixture
def organiser(client: FlaskClient, package: Package) -> User:
    with transaction():
        user = make_user(package.organiser, Role.ORGANISER)
    sign_in(client, user)
    return user


def halves(size: tuple[int, int] = (1800, 800), *, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture that is red on the left and blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def upload(client: FlaskClient, address: str, content: bytes | None, name: str = "photo.jpg", **typed: Any) -> Any:
    form = {**form_of(client.get(address).text), **WORDS, **typed}
    form["file"] = (io.BytesIO(content or b""), name if content is not None else "")
    return client.post(address, data=form, follow_redirects=True)


def page_of(package: Package) -> str:
    return f"/organiser/packages/{package.id}/photo"


def shown(client: FlaskClient, package: Package) -> list[str]:
    page = client.get(f"/packages/{package.slug}").text
    return re.findall(r"/photos/[0-9a-f]+-\d+\.webp", page)


def fetch(client: FlaskClient, address: str) -> Image.Image:
    return Image.open(io.BytesIO(client.get(address).data))


def test_a_photo_stands_in_three_widths_cut_to_three_by_two(
    client: FlaskClient, organiser: User, package: Package
) -> None:
    answer = upload(client, page_of(package), halves())
    assert "The photo is saved." in answer.text
    page = client.get(f"/packages/{package.slug}").text
    assert 'alt="Pupils beat a drum"' in page
    assert "Photo: Wei Lan" in page
    assert 'width="480" height="320"' in page
    pictures = [fetch(client, address) for address in dict.fromkeys(shown(client, package))]
    assert sorted(picture.size for picture in pictures) == [(480, 320), (960, 640), (1200, 800)]
    assert {picture.format for picture in pictures} == {"WEBP"}


def test_nothing_is_shown_before_somebody_says_that_no_child_can_be_recognised(
    client: FlaskClient, organiser: User, package: Package, folder: Path
) -> None:
    address = page_of(package)
    refused = upload(client, address, halves(), is_cleared="")
    assert (refused.status_code, "say that no child can be recognised" in refused.text) == (422, True)
    assert ('value="Wei Lan"' in refused.text, shown(client, package), folder.exists()) == (True, [], False)
    before = now()
    upload(client, address, halves())
    photo = db.session.scalars(select(Photo)).one()
    assert photo.cleared_by_id == organiser.id
    assert photo.cleared_at is not None
    assert photo.cleared_at >= before
    page = client.get(address).text
    assert "no child can be recognised." in page
    assert "checked" not in page  # who cuts it anew looks at it anew
    with transaction():
        db.session.execute(update(Photo).values(cleared_by_id=None, cleared_at=None))
    assert shown(client, package)  # as it was before anybody was asked
    assert "Nobody has said yet" in client.get(address).text
    assert upload(client, address, None, focus_x="0", is_cleared="").status_code == 422


def test_nothing_of_the_file_but_its_pixels_is_kept(client: FlaskClient, organiser: User, folder: Path) -> None:
    package = db.session.query(Package).one()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned: the camera was held upright
    exif[0x010F] = "Camera of Wei Lan"
    exif.get_ifd(0x8825)[2] = (22.0, 49.0, 0.0)  # where it was taken
    upload(client, page_of(package), halves(exif=exif, comment=b"Wei Lan, class 3"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 4
    for path in files:
        picture = Image.open(path)
        assert not picture.getexif()
        assert {"exif", "xmp", "icc_profile", "comment"} & set(picture.info) == set()
        assert b"Wei Lan" not in path.read_bytes()
        assert picture.getpixel((picture.width // 2, 5))[0] > 150, "it stands upright: red above, blue below"  # type: ignore[index]
        assert picture.getpixel((picture.width // 2, picture.height - 5))[2] > 150  # type: ignore[index]


def test_the_focus_chooses_what_stays_in_sight_also_afterwards(
    client: FlaskClient, organiser: User, package: Package, folder: Path
) -> None:
    upload(client, page_of(package), halves((2400, 600)), focus_x="0")
    [left, *_] = shown(client, package)
    assert fetch(client, left).getpixel((5, 5))[0] > 150  # type: ignore[index]
    upload(client, page_of(package), None, focus_x="100")
    [right, *_] = shown(client, package)
    assert fetch(client, right).getpixel((5, 5))[2] > 150  # type: ignore[index]
    assert client.get(left).status_code == 404
    assert len(list(folder.rglob("*.webp"))) == 4


def bomb() -> bytes:
    """A PNG of 400 million pixels in a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9_000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo.jpg", "cannot be read"),
        (b"GIF89a" + b"\0" * 100, "photo.png", "cannot be read"),
        (halves()[:2000], "photo.jpg", "cannot be read"),
        (halves((599, 500)), "photo.jpg", "needs at least 600 × 400 pixels"),
        (bomb(), "photo.png", "too many pixels"),
        (os.urandom(8 * 1024 * 1024 + 1), "photo.jpg", "at most 8 MB"),
        (None, "", "Choose a photo first."),
    ],
    ids=["svg", "gif", "cut off", "small", "bomb", "large", "none"],
)
def test_what_is_no_fit_photo_gets_a_sentence_and_nothing_typed_is_lost(
    client: FlaskClient,
    organiser: User,
    package: Package,
    folder: Path,
    content: bytes | None,
    name: str,
    sentence: str,
) -> None:
    answer = upload(client, page_of(package), content, name)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Pupils beat a drum" in answer.text
    assert db.session.query(Photo).count() == 0
    assert not folder.exists()


def test_both_languages_say_what_a_photo_shows(client: FlaskClient, organiser: User, package: Package) -> None:
    answer = upload(client, page_of(package), halves(), **{"alternative-en": ""})
    assert answer.status_code == 422
    assert "Describe the photo in both languages" in answer.text


def test_files_go_with_the_photo_with_its_owner_and_never_before_it_is_stored(
    client: FlaskClient, organiser: User, package: Package, folder: Path
) -> None:
    item = package.stops[0].menu_item
    assert item is not None
    base = f"/organiser/bases/{item.base_id}/photo"
    upload(client, base, halves())
    upload(client, page_of(package), halves())
    assert len(list(folder.rglob("*.webp"))) == 8
    client.post(f"{page_of(package)}/remove", data={"csrf_token": form_of(client.get(base).text)["csrf_token"]})
    assert len(list(folder.rglob("*.webp"))) == 4
    with pytest.raises(RuntimeError):
        remove_in_vain(item.base_id)
    assert len(list(folder.rglob("*.webp"))) == 4


def remove_in_vain(base_id: int) -> None:
    with transaction():
        photos.remove_photo(db.session.get_one(Base, base_id))
        raise RuntimeError("something else went wrong")


def test_of_two_who_change_a_photo_the_second_is_told(client: FlaskClient, organiser: User, package: Package) -> None:
    upload(client, page_of(package), halves())
    stale = form_of(client.get(page_of(package)).text)
    upload(client, page_of(package), halves((1200, 900)))
    answer = client.post(page_of(package), data={**stale, "focus_x": "10", "is_cleared": "y"})
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text


def test_what_a_fault_left_behind_is_cleared_away_after_a_day(
    client: FlaskClient, organiser: User, package: Package, folder: Path
) -> None:
    upload(client, page_of(package), halves())
    stray = folder / "ab" / f"ab{'0' * 38}-480.webp"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    assert photos.remove_stray_files(datetime.now(UTC)) == 0
    assert photos.remove_stray_files(datetime.now(UTC) + timedelta(days=2)) == 1
    assert len(list(folder.rglob("*.webp"))) == 4


def test_strangers_touch_no_photo(client: FlaskClient, package: Package) -> None:
    with transaction():
        stranger = make_user(make_package().organiser, Role.ORGANISER)
    sign_in(client, stranger)
    assert client.get(page_of(package)).status_code == 404
    item = package.stops[0].menu_item
    assert item is not None
    assert client.get(f"/organiser/bases/{item.base_id}/photo").status_code == 404
    assert client.get(f"/organiser/menus/{item.menu_id}/items/{item.id}/photo").status_code == 404


def test_browsers_keep_pictures_for_ever_and_run_nothing_in_them(
    client: FlaskClient, organiser: User, package: Package
) -> None:
    cover = re.search(r'src="(/covers/[^"]+)"', client.get(f"/packages/{package.slug}").text)
    assert cover is not None
    upload(client, page_of(package), halves())
    for address, kind in ((cover[1], "image/svg+xml"), (shown(client, package)[0], "image/webp")):
        answer = client.get(address)
        assert answer.mimetype == kind
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == "inline"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "address",
    [
        "/photos/..%2f..%2fsecrets-480.webp",
        f"/photos/{'0' * 40}-480.webp",
        f"/photos/{'0' * 40}-9999.webp",
        "/covers/youth-00-0123456789.00000000.svg",
        "/covers/nonsense.00000000.svg",
    ],
)
def test_what_is_no_picture_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_cover_is_small_its_own_and_always_the_same() -> None:
    names = [cover_name(f"package-{n}", plan, "nanning") for n in range(20) for plan in Plan]
    drawn = [draw_cover(name) for name in names]
    assert max(len(drawing.encode()) for drawing in drawn) < 2048
    assert len(set(drawn)) == len(names)
    assert all("prefers-color-scheme:dark" in drawing for drawing in drawn)
    assert draw_cover.__wrapped__(names[0]) == drawn[0]
