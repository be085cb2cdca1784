from django.urls import path

from . import (
    confirmation,
    deletion,
    email_change,
    export,
    invitations,
    password_reset,
    registration,
    user_search,
)
from .views import MeView, PasswordView

urlpatterns = [
    path("users/me/", MeView.as_view(), name="user-me"),
    path("users/me/password/", PasswordView.as_view(), name="user-password"),
    # % if project.api.names_users
    path("users/search/", user_search.UserSearchView.as_view(), name="user-search"),
    # % endif
    # % if project.accounts.mail
    path("users/me/email/", email_change.EmailChangeView.as_view(), name="user-email"),
    path("users/me/delete/", deletion.DeleteView.as_view(), name="user-delete"),
    path("users/me/export/", export.ExportView.as_view(), name="user-export"),
    # % if project.accounts.open
    path("users/", registration.RegistrationView.as_view(), name="user-list"),
    # % endif
    # % if project.accounts.invited
    path("users/", invitations.InvitationView.as_view(), name="user-list"),
    # % endif
    path("users/confirm/", confirmation.ConfirmationView.as_view(), name="user-confirm"),
    path(
        "users/email/confirm/",
        email_change.EmailConfirmView.as_view(),
        name="user-email-confirm",
    ),
    path(
        "users/email/restore/",
        email_change.EmailRestoreView.as_view(),
        name="user-email-restore",
    ),
    path(
        "password/reset/",
        password_reset.PasswordResetView.as_view(),
        name="password-reset",
    ),
    path(
        "password/reset/confirm/",
        password_reset.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    # % endif
]
