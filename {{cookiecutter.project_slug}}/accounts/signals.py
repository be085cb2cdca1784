from typing import Any

from django.utils import timezone

from .models import User


def update_last_login(sender: Any, user: User, **kwargs: Any) -> None:
    """Receives user_logged_in. Django's own receiver fails if the user has just been deleted."""
    user.last_login = timezone.now()
    User.objects.filter(pk=user.pk).update(last_login=user.last_login)
