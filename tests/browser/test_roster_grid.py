"""A teacher's class list goes into the roster's table: cells pasted from a spreadsheet, by keyboard alone, on a phone
without scripts; and nothing typed there is lost or kept for others."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PATIENCE, PHONE, OpenPage
from tests.browser.people import LEADER, sign_in
from tests.browser.test_tailored import fits

# As Excel copies it: a line break within quotation marks, a quotation mark doubled, the last line ended too.
CELLS = (
    '学生\t"韦\n春苗"\t五年级1班\t韦"大"山\t13900007001\t0771-5407001\r\n'
    '学生\t黄秋实\t"五年级\n""1""班"\t黄大海\t13900007002\t13900007003\r\n'
)
LIST = (
    "序号\t民族\t姓名\t年级\t班级\t家长姓名\t家长手机\t备用电话\n"
    "1\t壮\t农晓云\t五年级\t2班\t农大江\t13900007004\t13900007005\n"
)


def open_grid(page: Page, language: str = "en") -> str:
    """The table of a group that has free seats; its address."""
    sign_in(page, LEADER, language)
    page.goto("/bookings")
    groups = page.locator("main a[href^='/bookings/']").evaluate_all("all => all.map(one => one.pathname)")
    for group in dict.fromkeys(path for path in groups if re.fullmatch(r"/bookings/\w+", path)):
        page.goto(f"{group}/roster/grid")
        if page.locator("[name=n4-name]").count():
            return page.url
    raise AssertionError("no group has free seats")


def put_on_clipboard(page: Page, text: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def test_cells_of_a_spreadsheet_are_pasted_and_undone(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    address = open_grid(page)
    put_on_clipboard(page, CELLS)
    page.locator("[name=n0-role]").focus()
    page.keyboard.press("Control+v")
    expect(page.locator("[name=n0-name]")).to_have_value("韦 春苗")
    expect(page.locator("#grid-status")).to_contain_text("2")
    expect(page.locator("[name=n1-class_name]")).to_have_value('五年级 "1"班')
    expect(page.locator("[name=n0-guardian_name]")).to_have_value('韦"大"山')
    expect(page.locator("[name=n0-role]")).to_have_value("pupil")
    page.keyboard.press("Control+z")
    expect(page.locator("[name=n1-name]")).to_have_value("")

    put_on_clipboard(page, LIST)  # with headings every column finds its place
    page.locator("[name=n3-meal_need], [name=n3-name]").last.focus()
    page.keyboard.press("Control+v")
    expect(page.locator("[name=n0-name]")).to_have_value("农晓云")
    expect(page.locator("[name=n0-class_name]")).to_have_value("五年级2班")
    expect(page.locator("[name=n0-second_phone]")).to_have_value("13900007005")
    expect(page.locator("#grid-status")).to_contain_text("民族")

    many = "".join(f"老师\t李老{chr(0x4E00 + number)}\n" for number in range(60))
    put_on_clipboard(page, many)
    page.locator("[name=n1-role]").focus()
    page.keyboard.press("Control+v")
    expect(page.locator("[name=n60-name]")).to_have_value(f"李老{chr(0x4E00 + 59)}")  # rows were added
    expect(page.locator("#grid-room")).to_have_class(re.compile("text-danger"))  # more than the seats
    page.locator("#grid-undo").click()
    expect(page.locator("[name=n60-name]")).to_have_count(0)
    expect(page.locator("#grid-room")).not_to_have_class(re.compile("text-danger"))
    page.keyboard.press("Control+s")
    expect(page.locator(".alert-success")).to_be_visible()
    expect(page).to_have_url(address)


def test_the_keyboard_is_enough(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    open_grid(page)
    focused = page.locator(":focus")
    page.locator("[name=n0-name]").focus()
    page.keyboard.type("覃夏")
    page.keyboard.press("ArrowLeft")  # within the text
    expect(focused).to_have_attribute("name", "n0-name")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    expect(focused).to_have_attribute("name", "n0-class_name")
    page.keyboard.type("五年级1班")
    page.keyboard.press("Enter")
    expect(focused).to_have_attribute("name", "n1-class_name")
    page.keyboard.press("Control+d")
    expect(focused).to_have_value("五年级1班")
    page.keyboard.press("Control+z")
    expect(focused).to_have_value("")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("写错了")  # over what is there
    page.keyboard.press("Escape")
    expect(focused).to_have_value("五年级1班")
    page.keyboard.press("Tab")
    page.keyboard.type("覃大叔")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+z")
    expect(focused).to_have_attribute("name", "n0-guardian_name")
    expect(focused).to_have_value("")
    page.keyboard.type("覃大树")
    page.keyboard.press("Tab")
    page.keyboard.type("13900007006")
    page.keyboard.press("Tab")
    page.keyboard.type("13900007007")
    page.keyboard.press("ArrowDown")
    expect(focused).to_have_attribute("name", "n1-second_phone")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_attribute("name", "n0-guardian_phone")
    page.keyboard.press("Control+s")
    expect(page.locator(".alert-success")).to_be_visible()


def test_what_was_typed_comes_back_in_this_tab_alone(open_page: OpenPage) -> None:
    page = open_page("en-GB", DESKTOP)
    address = open_grid(page)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/bookings")
    assert asked == []  # nothing was typed
    page.goto(address)
    put_on_clipboard(page, "学生\t韦一\n" * 14)
    page.locator("[name=n0-role]").focus()
    page.keyboard.press("Control+v")
    expect(page.locator("[name=n13-name]")).to_have_value("韦一")
    page.wait_for_timeout(600)  # a draft is kept a moment after the last change
    assert "n13-name" in page.evaluate("JSON.stringify(sessionStorage)")
    page.goto("/bookings")
    assert asked == ["beforeunload"]
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    page.goto(address)
    expect(page.locator("[name=n13-name]")).to_have_value("韦一")
    page.locator("main .alert-info button").click()
    expect(page.locator("[name=n13-name]")).to_have_count(0)
    expect(page.locator("[name=n0-name]")).to_have_value("")


def test_on_a_phone_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, locale="zh-CN", viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    open_grid(page, "zh-Hans")
    name = "Luz Siujmanj"
    typed = [name, "五年级1班", "陆大田", "13900007008"]
    fields = ["name", "class_name", "guardian_name", "guardian_phone"]
    for field, text in zip(fields, typed, strict=True):
        page.locator(f"[name=n0-{field}]").fill(text)
    page.locator("button[name=more]").click()
    expect(page.locator("[name=n0-name]")).to_have_value(name)
    page.locator("form#grid .btn-primary").click()
    page.locator("#errors a").first.click()  # to the cell that is missing
    expect(page.locator("[name=n0-second_phone]")).to_have_class(re.compile("is-invalid"))
    expect(page.locator("[name=n0-name]")).to_have_value(name)
    page.locator("[name=n0-second_phone]").fill("13900007009")
    page.locator("form#grid .btn-primary").click()
    expect(page.locator(".alert-success")).to_be_visible()
    assert name in page.locator("[name^=p][name$=-name]").evaluate_all("all => all.map(one => one.value)")
    context.close()
    with_scripts = browser.new_context(base_url=site, locale="zh-CN", viewport=PHONE)
    page = with_scripts.new_page()
    open_grid(page, "zh-Hans")
    assert fits(page)
    with_scripts.close()
