"""What the API remembers for itself."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class LoginAttempt(models.Model):
    """An attempt to log in, kept for as long as it counts towards a limit.

    In the database, because every server process has to count the attempts of all.
    """

    key = models.CharField(help_text="A digest of the address or of the user name.")
    at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "login_attempts"
        indexes = (
            models.Index(fields=("key", "at"), name="login_attempts_key"),
            models.Index(fields=("at",), name="login_attempts_at"),
        )

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at}"
