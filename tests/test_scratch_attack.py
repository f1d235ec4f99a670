from io import BytesIO
import pytest, zipfile, random
from PIL import Image
from xml.etree import ElementTree
from exchange_app.core.transaction import transaction
from exchange_app.core.database import db
from exchange_app.core.clock import now
from exchange_app.core.text import Translated
from tests.pages import *
from tests.noticeboard.offices import make_towns, make_notice, terms
from tests.builders import both
from exchange_app.partners.paper_files import read_paper
from exchange_app.partners.errors import PaperUnknown


@pytest.mark.parametrize(
    "path",
    [
        "/events?month=9999-12",
        "/events?month=1000-01",
        "/events?month=2101-01",
        "/events?month=1899-01",
        "/events?month=0001-01",
        "/events.atom?city=%ef%bf%bf",
        "/events.ics?city=x%0d%0aATTENDEE:evil",
        "/notices?q=%ef%bf%bf%f0%9f%98%80",
        "/notices?page=99999999999999999999",
        "/notices.atom?city=%22%3E%3Cx",
        "/notices.atom?x=%ef%bf%bf%00",
        "/help?place=city-99999999999999999999&topic=zz",
        "/widget/departures?city=x&count=999&lang=%ff",
        "/share/campaigns/99999999999999999999",
        "/share/packages/%ef%bf%bf/card.svg",
        "/agreements/9223372036854775807/visits?year=99999999999999999999999",
        "/stories?city=%ed%a0%80",
        "/offices?words=%ef%bf%bf&city=%f0%9f%98%80",
        "/media?page=-1",
        "/help/offices?q=%c3%28",
        "/stories?page=1e9",
        "/events?month=9999-13",
    ],
)
def test_public(app, path):
    app.testing = True
    c = app.test_client()
    r = c.get(path)
    assert r.status_code < 500, r.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/coordinator/reports/new?again=99999999999999999999",
        "/coordinator/agreements/1/visits/1/2?returns=99999999999999999999",
        "/coordinator/ledger?agreement=99999999999999999999&year=99999999999999999999",
        "/coordinator/ledger?since=2199-12-31&until=2199-12-31",
        "/coordinator/ledger?year=0",
        "/insights?since=2199-12-31",
        "/insights?since=2000-01-01&until=2199-12-31",
        "/insights?year=2026&part=m13",
        "/insights?part=q9",
        "/insights?agreement=99999999999999999999",
        "/coordinator/problems?agreement=x&words=%25%5c_",
        "/coordinator/actions?which=%00",
        "/coordinator/lessons?agreement=99999999999999999999",
        "/coordinator/ledger.xlsx?since=2000-01-01",
        "/office/help?show=zz&topic=zz",
        "/coordinator/meetings?when=%ff",
        "/noticeboard?state=zz",
    ],
)
def test_coord(app, path):
    with transaction():
        towns = make_towns()
    c = app.test_client()
    sign_in(c, towns.nanning.coordinator)
    r = c.get(path)
    assert r.status_code < 500, r.status_code


def test_xml(app):
    with transaction():
        towns = make_towns()
        make_notice(
            towns.nanning.officer,
            title=Translated(zh_Hans="雨\ufffe\uffff", en="Rain \uffff <b>&\u202e"),
            body=both("x\u2028y\ufdd0\U0001ffff"),
        )
    c = app.test_client()
    r = c.get("/notices.atom")
    ElementTree.fromstring(r.data)


def test_mpo(app):
    b = BytesIO()
    im = Image.new("RGB", (50, 40), "red")
    im.save(b, "MPO", save_all=True, append_images=[Image.new("RGB", (50, 40), "blue")])
    b.seek(0)
    print(read_paper(b, "x.jpg").content_type)


def test_fuzz_files(app):
    rnd = random.Random(7)
    seeds = []
    for kind, mode in (
        ("JPEG", "RGB"),
        ("PNG", "RGBA"),
        ("WEBP", "RGB"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("PNG", "1"),
        ("PNG", "LA"),
    ):
        b = BytesIO()
        Image.new(mode, (33, 17)).save(b, kind)
        seeds.append(b.getvalue())
    b = BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        z.writestr("[Content_Types].xml", "x")
        z.writestr("word/document.xml", "y" * 50)
    seeds.append(b.getvalue())
    for s in seeds:
        try:
            read_paper(BytesIO(s), "a")
        except PaperUnknown:
            print("unknown seed", s[:10])
    bad = {}
    for _ in range(4000):
        s = bytearray(rnd.choice(seeds))
        for _ in range(rnd.randint(1, 8)):
            s[rnd.randrange(len(s))] = rnd.randrange(256)
        if rnd.random() < 0.3:
            s = s[: rnd.randrange(len(s))]
        try:
            read_paper(BytesIO(bytes(s)), "a\x00..\u202e")
        except PaperUnknown:
            pass
        except Exception as e:
            bad.setdefault((type(e).__name__, str(e)[:60]), 0)
            bad[(type(e).__name__, str(e)[:60])] += 1
    assert not bad, bad
