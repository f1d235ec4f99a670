"""No child whose guardian did not agree is ever shown: by no order of steps, by nobody, and not a moment longer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from exchange_app.accounts.models import User
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.catalogue.errors import AlternativeMissing, ChangedMeanwhile
from exchange_app.catalogue.pictures import path_of
from exchange_app.consents import service as consents
from exchange_app.consents.deletions import ask_for_deletion
from exchange_app.consents.models import ConsentAnswer
from exchange_app.core.database import change_rows, db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.publicity.errors import (
    GroupMissing,
    GuardianDisagrees,
    NobodyNamed,
    PhotoConsentMissing,
    PhotosNotChecked,
    SecondPersonNeeded,
    StoryIsOut,
    StoryNotProposed,
    StoryPhotoNotFound,
)
from exchange_app.publicity.models import PhotoPerson, Story, StoryPhoto
from exchange_app.publicity.queries.photos import (
    get_photo_to_name,
    list_photos,
    list_shown,
    map_first_shown,
    map_permissions,
)
from exchange_app.publicity.rules import Permission, Shows, StoryState
from exchange_app.publicity.service import photos, stories
from exchange_app.publicity.service.photos import PhotoTerms
from exchange_app.retention.handing_over import UNVEILED, as_data, gather_about
from exchange_app.rosters.models import Participant
from tests.builders import both, make_user
from tests.outbox.letters import letters
from tests.pages import Browser, form_of, sign_in
from tests.publicity.town import AFTER, Visit, add_photo, make_published, make_story, make_visit, picture
from tests.statements import counted_statements


@pytest.fixture
def visit(app: Flask, tmp_path: object) -> Visit:
    app.config["DATA_DIR"] = str(tmp_path)
    return make_visit()


def address_of(photo: StoryPhoto, version: int = 480) -> str:
    return f"/story-photos/{photo.id}/{version}.webp"


def test_who_agreed_is_shown_and_nothing_of_the_file_but_its_pixels(
    visit: Visit, app: Flask, client: FlaskClient
) -> None:
    story, photo = make_published(visit, visit.children[:2])
    answer = client.get(address_of(photo))
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert answer.headers["Cache-Control"] == "private, no-cache"  # whoever keeps it asks again each time
    assert client.get(f"/photos/{photo.content}-480.webp").status_code == 404
    assert address_of(photo) in client.get(f"/stories/{story.id}").text
    assert all(child.name not in client.get(f"/stories/{story.id}").text for child in visit.children)
    lihua = Image.Exif()
    lihua[0x010E] = "Lihua"
    upload = picture(exif=lihua)
    content = photos.store_files(story, upload, PhotoTerms(Shows.NOBODY, None, both("A hall"), "Wei"))
    for version in ("480", "whole"):
        data = path_of(photos.photo_folder(), content, version).read_bytes()
        assert b"Lihua" not in data
        assert not Image.open(path_of(photos.photo_folder(), content, version)).getexif()


def test_a_photo_goes_once_and_the_log_says_so_once(visit: Visit, app: Flask) -> None:
    _, photo = make_published(visit)

    def take_away() -> None:
        with app.app_context(), transaction():
            photos.remove_photo(db.session.get_one(StoryPhoto, photo.id), by=visit.host, now=AFTER)

    somebody_else = threading.Thread(target=take_away)
    somebody_else.start()
    somebody_else.join()
    with pytest.raises(StoryPhotoNotFound), transaction():
        photos.remove_photo(photo, by=visit.organiser, now=AFTER)
    removed = select(AuditEntry.by_id).where(AuditEntry.what == What.PHOTO_REMOVED)
    assert list(db.session.scalars(removed)) == [visit.host.id]


def test_a_full_disk_is_said_beside_the_photo_and_nothing_typed_is_lost(
    visit: Visit, app: Flask, client: FlaskClient
) -> None:
    with transaction():
        story = make_story(visit)
    photos.photo_folder().write_text("no folder can be made here")
    sign_in(client, visit.organiser)
    address = f"/publicity/stories/{story.id}"
    typed = {
        "file": (picture(), "river.jpg"),
        "shows": "nobody",
        "credit": "Wei Lan",
        "alternative-en": "A river",
        "alternative-zh_Hans": "河",
    }
    answer = client.post(f"{address}/photos", data={**form_of(client.get(address).text, f"{address}/photos"), **typed})
    assert (answer.status_code, "there is no room for it" in answer.text) == (422, True)
    assert 'value="Wei Lan"' in answer.text
    assert list_photos(story) == []


def test_a_child_without_consent_comes_out_by_no_way(visit: Visit) -> None:
    agreed, refused = visit.children[0], visit.children[2]
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.organiser, visit.booking)
    for chosen in ([refused.uid], [agreed.uid, refused.uid], [agreed.uid, "0" * 32]):
        with pytest.raises(PhotoConsentMissing), transaction():
            photos.name_persons(photo, chosen, by=visit.leader, now=AFTER)
    with pytest.raises(NobodyNamed), transaction():
        photos.name_persons(photo, [], by=visit.leader, now=AFTER)
    with transaction():
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    with pytest.raises(GuardianDisagrees), transaction():  # nobody named yet
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
    with pytest.raises(PhotosNotChecked), transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    with transaction():  # rows that no service writes
        db.session.add(PhotoPerson(photo_id=photo.id, person_uid=refused.uid))
        photo.named_by_id = visit.leader.id
    db.session.expire(photo)
    with pytest.raises(GuardianDisagrees), transaction():
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
    with transaction():
        photo.checked_by_id, photo.checked_at = visit.host.id, AFTER
    with pytest.raises(GuardianDisagrees), transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    with transaction():
        story.state, story.checked_by_id, story.published_at = StoryState.PUBLISHED, visit.host.id, AFTER
    assert list_shown(list_photos(story)) == []


def test_children_of_others_cannot_be_smuggled_in(visit: Visit) -> None:
    with transaction():
        story = make_story(visit)
        stranger = make_user(visit.towns.elsewhere.teacher.organisation, Role.LEADER)
        photo = add_photo(story, visit.organiser, visit.booking)
    terms = PhotoTerms(Shows.CHILDREN, visit.booking.id, both("Boat"), "Wei")
    with pytest.raises(GroupMissing), transaction():
        photos.add_photo(story, [], photo.content, terms, by=visit.organiser, now=AFTER)
    with pytest.raises(StoryPhotoNotFound):
        get_photo_to_name(photo.id, stranger)
    with pytest.raises(StoryPhotoNotFound):
        get_photo_to_name(photo.id, visit.organiser)
    with pytest.raises(AlternativeMissing):
        photos.store_files(story, picture(), PhotoTerms(Shows.NOBODY, None, Translated(en="Boat"), "Wei"))


def test_nobody_checks_what_is_their_own(visit: Visit) -> None:
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.colleague)
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    seen = photos.seen_of(photo)
    for who in (visit.colleague, visit.leader):
        with pytest.raises(SecondPersonNeeded), transaction():
            photos.check_photo(photo, seen=seen, by=who, now=AFTER)
    for who in (visit.organiser, visit.leader):
        with pytest.raises(SecondPersonNeeded), transaction():
            stories.publish_story(story, seen=stories.seen_of(story), by=who, now=AFTER)
    own_check = update(StoryPhoto).values(checked_by_id=StoryPhoto.added_by_id, checked_at=AFTER)
    with pytest.raises(IntegrityError), transaction():
        change_rows(own_check)


def test_a_withdrawal_hides_at_once_and_deletes_soon(visit: Visit, app: Flask, client: FlaskClient) -> None:
    story, photo = make_published(visit, visit.children[:2])
    path = path_of(photos.photo_folder(), photo.content, "480")
    etag = client.get(address_of(photo)).headers["ETag"]
    with transaction():
        consents.withdraw_by_link(visit.tokens[0], now=AFTER)
    assert client.get(address_of(photo), headers={"If-None-Match": etag}).status_code == 404
    assert address_of(photo) not in client.get(f"/stories/{story.id}").text
    keeper = Browser(app, app.response_class)
    sign_in(keeper, visit.organiser)
    assert keeper.get(address_of(photo)).status_code == 404  # nor whoever wrote the story
    assert path.is_file()
    with transaction():
        assert photos.take_off_refused(AFTER) == 1
    assert not path.exists()
    assert db.session.scalars(select(StoryPhoto)).all() == []
    (letter,) = [one for one in letters() if one.kind == "photo_withdrawn"]
    assert letter.reader_id == visit.organiser.id
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.PHOTO_TAKEN_OFF)).all()
    assert entry.facts == {"photo": photo.id, "story": story.id, "people": 2}
    with transaction():
        assert photos.take_off_refused(AFTER) == 0


def test_whatever_else_ends_a_consent_ends_the_photo(visit: Visit) -> None:
    _, photo = make_published(visit, visit.children[:1])
    (photo,) = list_photos(photo.story or make_story(visit))
    assert map_permissions([photo])[photo.id] is Permission.GIVEN
    package = visit.booking.departure.package
    with transaction():
        package.recipients = []  # asked anew, nobody could withdraw what was said before
    assert map_permissions([photo])[photo.id] is Permission.OUTDATED
    with transaction():
        assert photos.take_off_refused(AFTER) == 0
        ask_for_deletion(visit.booking, visit.children[0], by=visit.leader, now=AFTER)
    assert map_permissions([photo])[photo.id] is Permission.LOST


def test_without_proof_there_is_no_photo(visit: Visit) -> None:
    """The roster goes after a year and the photo stays; the proof goes after three, and the photo with it."""
    story, _ = make_published(visit, visit.children[:1])
    with transaction():
        change_rows(delete(Participant).where(Participant.booking_id == visit.booking.id))
    assert len(list_shown(list_photos(story))) == 1
    with transaction():
        change_rows(delete(ConsentAnswer).where(ConsentAnswer.booking_id == visit.booking.id))
    assert list_shown(list_photos(story)) == []
    with transaction():
        assert photos.take_off_refused(AFTER) == 1


def test_a_guardian_is_told_of_the_photos_and_nobody_elses(visit: Visit) -> None:
    make_published(visit, visit.children[:1])
    shown = [as_data(gather_about(visit.booking, child, UNVEILED))["photos"] for child in visit.children]
    assert [len(photos_of_child) for photos_of_child in shown] == [1, 0, 0]
    assert shown[0][0]["is_published"]


def test_a_list_of_stories_costs_no_more_when_it_is_longer(visit: Visit) -> None:
    def statements() -> int:
        db.session.expire_all()
        ids = list(db.session.scalars(select(Story.id)))
        with counted_statements() as counted:
            assert len(map_first_shown(story_ids=ids)) == len(ids)
        return len(counted)

    make_published(visit, visit.children[:2])
    one = statements()
    make_published(visit, visit.children[:1])
    make_published(visit, visit.children[1:2])
    assert statements() == one


def test_two_tabs_publish_only_what_was_seen(visit: Visit) -> None:
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.organiser, visit.booking)
        photos.name_persons(photo, [visit.children[0].uid], by=visit.leader, now=AFTER)
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    seen_photo = photos.seen_of(photo)
    with transaction():  # meanwhile the leader names another child
        photos.name_persons(photo, [visit.children[1].uid], by=visit.leader, now=AFTER)
    with pytest.raises(ChangedMeanwhile), transaction():
        photos.check_photo(photo, seen=seen_photo, by=visit.host, now=AFTER)
    with transaction():
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
    seen = stories.seen_of(story)
    with transaction():  # and once more after the check, which counts no longer
        photos.name_persons(photo, [visit.children[0].uid], by=visit.leader, now=AFTER)
    with pytest.raises(ChangedMeanwhile), transaction():
        stories.publish_story(story, seen=seen, by=visit.host, now=AFTER)
    with pytest.raises(PhotosNotChecked), transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    with transaction():
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    with pytest.raises(StoryIsOut), transaction():
        photos.name_persons(photo, [visit.children[1].uid], by=visit.leader, now=AFTER)
    with pytest.raises(StoryIsOut), transaction():
        add_photo(story, visit.organiser, colour="#000000")
    with pytest.raises(StoryNotProposed), transaction():
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)


def test_publishing_and_withdrawing_at_the_same_moment(visit: Visit, app: Flask) -> None:
    """Whichever comes first, nobody sees the photo afterwards."""
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.organiser, visit.booking)
        photos.name_persons(photo, [visit.children[0].uid], by=visit.leader, now=AFTER)
        stories.propose_story(story, by=visit.organiser, now=AFTER)
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
        seen = stories.seen_of(story)
    story_id, host_id, token = story.id, visit.host.id, visit.tokens[0]
    both_ready, problems = threading.Barrier(2), []

    def publish() -> None:
        with transaction():
            own, by = db.session.get_one(Story, story_id), db.session.get_one(User, host_id)
            stories.publish_story(own, seen=seen, by=by, now=AFTER)

    def withdraw() -> None:
        with transaction():
            consents.withdraw_by_link(token, now=AFTER)

    def run(work: Callable[[], None]) -> None:
        with app.app_context():
            both_ready.wait()
            try:
                work()
            except GuardianDisagrees:
                pass
            except Exception as problem:
                problems.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in (publish, withdraw)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    db.session.rollback()
    db.session.expire_all()
    assert list_shown(list_photos(story)) == []


def test_an_unchecked_photo_is_seen_by_its_keepers_and_named_school_only(
    visit: Visit, app: Flask, client: FlaskClient
) -> None:
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.organiser, visit.booking)
    assert client.get(address_of(photo)).status_code == 404
    seen = {}
    for name, user in {
        "writer": visit.organiser,
        "host": visit.host,
        "leader": visit.leader,
        "other leader": visit.towns.chongzuo.teacher,
        "other co-ordinator": visit.towns.elsewhere.coordinator,
    }.items():
        browser = Browser(app, app.response_class)
        sign_in(browser, user)
        seen[name] = browser.get(address_of(photo)).status_code
    assert seen == {"writer": 200, "host": 200, "leader": 200, "other leader": 404, "other co-ordinator": 404}


def test_stray_files_go_and_those_of_photos_stay(visit: Visit) -> None:
    story, photo = make_published(visit)
    stray = photos.store_files(story, picture("#ffffff"), PhotoTerms(Shows.NOBODY, None, both("A"), "B"))
    for content in (stray, photo.content):
        for version in ("480", "960", "1600", "whole"):
            os.utime(path_of(photos.photo_folder(), content, version), (0, 0))
    assert photos.remove_stray_files(AFTER) == 4
    assert path_of(photos.photo_folder(), photo.content, "480").is_file()
    with transaction():
        photos.remove_photo(list_photos(story)[0], by=visit.colleague, now=AFTER)
    assert not path_of(photos.photo_folder(), photo.content, "480").exists()
