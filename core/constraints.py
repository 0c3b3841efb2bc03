"""Named database constraints with a message a user can read."""

from django.db import models
from django.db.models import Q


def choices_valid(
    table: str, field: str, choices: type[models.TextChoices], *, blank: bool = False
) -> models.CheckConstraint:
    """Only values of `choices` (and "" when `blank`) may be stored in `field`, also by raw SQL or an import."""
    values = [*choices.values, ""] if blank else list(choices.values)
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}),
        name=f"{table}_{field}_dikenal",
        violation_error_message="Pilihan tidak dikenal. Pilih salah satu dari daftar.",
    )


def rule(name: str, condition: Q, message: str) -> models.CheckConstraint:
    """A check constraint that answers with `message`."""
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)
