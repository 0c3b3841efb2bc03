"""Mail servers that misbehave, as Django backends: `settings.EMAIL_BACKEND = "tests.mail_servers.Unreachable"`."""

from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Works


class Unreachable(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise ConnectionRefusedError("nobody listens")


class KnowsNobody(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise SMTPRecipientsRefused({to: (550, b"no such user") for message in email_messages for to in message.to})


class AsksToWait(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise SMTPRecipientsRefused({to: (450, b"greylisted") for message in email_messages for to in message.to})


class RefusesOne(Works):
    """Takes every message but those to addresses that begin with `penuh`."""

    def send_messages(self, email_messages):
        if any(to.startswith("penuh") for message in email_messages for to in message.to):
            raise SMTPResponseException(452, b"mailbox full")
        return super().send_messages(email_messages)


class Dies(BaseEmailBackend):
    """The process ends in the middle of sending."""

    def send_messages(self, email_messages):
        raise KeyboardInterrupt


class Slow(Works):
    """Something happens while a message is on its way."""

    @staticmethod
    def meanwhile():
        """What happens; a test puts it here."""

    def send_messages(self, email_messages):
        self.meanwhile()
        return super().send_messages(email_messages)
