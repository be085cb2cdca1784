"""Throttles of the accounts' endpoints; the rates are in config/settings.py."""

import logging
import re

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.views import APIView

from tokens.events import hash_login, log_event
from tokens.throttles import AtomicRateThrottle, get_network


class AccountThrottle(AtomicRateThrottle):
    """Limits what a user does with the account: a stolen token must not find out the password."""

    scope = "account"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return self.count(str(request.user.pk))
# % if project.accounts.invited


class InvitationThrottle(AccountThrottle):
    """Limits the invitations of a user through the API."""

    scope = "invitation"
# % endif
# % if project.accounts.mail


class LinkThrottle(AtomicRateThrottle):
    """Limits the links that one client opens."""

    scope = "link"


class MailAddressThrottle(AtomicRateThrottle):
    """Limits the mails that one client causes."""

    scope = "mail_address"


def throttle_mailbox(request: Request, email: str) -> None:
    """Counts a mail. Raises Throttled if there were too many for the mailbox."""
    # Most servers deliver a+x@ to a@.
    mailbox = hash_login(re.sub(r"\+[^@]*@", "@", email))
    for scope, ident in (
        # One client cannot exhaust the other two.
        ("mailbox_address", f"{mailbox}:{get_network(request)}"),
        ("mailbox", mailbox),
        ("mailbox_day", mailbox),
    ):
        throttle = AtomicRateThrottle(scope)
        if not throttle.count(ident):
            facts = {"account": mailbox, "limit": scope}
            log_event("mail_throttled", request, logging.WARNING, **facts)
            raise Throttled(throttle.wait())
# % endif
