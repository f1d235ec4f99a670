"""What the noticeboard may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class NoticeNotFound(NotFound):
    slug = "notice-not-found"
    words = sentence("There is no such notice.")


class NoticeFileNotFound(NotFound):
    slug = "notice-file-not-found"
    words = sentence("There is no such attachment.")


class WordsMissing(Invalid):
    """What everybody may read is there for readers of both languages."""

    slug = "notice-words-missing"
    words = sentence("A public notice needs its title and its text in both languages.")
    field = "title"


class DepartmentMissing(Invalid):
    slug = "notice-department-missing"
    words = sentence("Choose the department whose offices shall read it.")
    field = "department_id"


class EndsBeforeItBegins(Invalid):
    slug = "notice-ends-before-it-begins"
    words = sentence("It would end before it begins to be valid.")
    field = "valid_until"


class AlreadyPublished(Conflict):
    slug = "notice-already-published"
    words = sentence("It was published already; a notice that people have read is withdrawn and not deleted.")


class TooManyFiles(Conflict):
    slug = "notice-too-many-files"
    words = sentence("A notice has at most %(most)s attachments.")
    field = "file"
