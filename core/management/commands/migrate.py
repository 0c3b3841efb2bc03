from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor


class WholeMigrations(MigrationExecutor):
    """A migration and the note that it was done are one transaction.

    Django writes the note of some migrations afterwards: killed in between, the next run would do them again, and fail.
    """

    def apply_migration(self, state, migration, fake=False, fake_initial=False):
        if migration.atomic and self.connection.vendor == "postgresql":  # SQLite's changes of tables allow none around
            with transaction.atomic(self.connection.alias):
                return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)


migrate.MigrationExecutor = WholeMigrations


class Command(migrate.Command):
    pass
