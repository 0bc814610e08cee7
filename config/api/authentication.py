"""Knox tokens as `Authorization: Bearer …`."""

import re

from django.contrib.auth.models import AbstractBaseUser
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

_TOKEN = re.compile(rb"[0-9a-f]{1,200}")


class BearerAuthentication(TokenAuthentication):
    """Knox tokens as `Authorization: Bearer …`."""

    def authenticate_credentials(self, token: bytes) -> tuple[AbstractBaseUser, AuthToken]:
        if not _TOKEN.fullmatch(token):
            # Knox would try to decode it and to look it up, which fails for texts that are no UTF-8 or hold a NUL.
            raise AuthenticationFailed("Invalid token.")
        user, row = super().authenticate_credentials(token)
        return user, row
