"""Why a backup is not made or not restored; nothing was changed then."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class NoBackupKey(Invalid):
    slug = "no-backup-key"
    words = sentence("BACKUP_KEY is not set, or is not base64 of 32 bytes; docs/operating.md says how to make one.")


class BackupThere(Conflict):
    slug = "backup-there"
    words = sentence("There is a file of that name already; choose another one.")


class NoSuchBackup(NotFound):
    slug = "no-such-backup"
    words = sentence("There is no such file, or it cannot be read.")


class NoBackup(Invalid):
    slug = "no-backup"
    words = sentence("This file is no backup of this program.")


class WrongBackupKey(Invalid):
    slug = "wrong-backup-key"
    words = sentence("BACKUP_KEY is not the key that this backup was made with.")


class BackupDamaged(Invalid):
    slug = "backup-damaged"
    words = sentence("The backup is not whole: it was cut short or altered. Nothing was restored; take another one.")


class OtherKeys(Conflict):
    slug = "other-keys"
    words = sentence(
        "What this backup holds was sealed with another FIELD_KEYS or INDEX_KEY: set those that belong to it first."
    )


class NotMigrated(Conflict):
    slug = "not-migrated"
    words = sentence("The database is not as this program needs it: run `flask --app wsgi db upgrade` first.")


class OtherRevision(Conflict):
    slug = "other-revision"
    words = sentence(
        "The backup is of revision %(backup)s, this program's database is at revision %(database)s. Restore it with "
        "the version of the program that has %(backup)s, then run `flask --app wsgi db upgrade` with this one."
    )


class DatabaseNotEmpty(Conflict):
    slug = "database-not-empty"
    words = sentence("The database holds data (%(rows)s rows). With --replace they are deleted first.")
