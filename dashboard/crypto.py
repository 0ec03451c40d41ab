"""Secrets at rest: a text field that is encrypted in the database, bound to its model and column."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class Secret(str):
    """A text that must not be shown: its repr, and so any traceback or log of it, is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


class CannotDecrypt(Exception):
    """The stored secret was written with a key that ENCRYPTION_KEYS no longer holds, or for another column."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str, purpose: str) -> str:
    """Ciphertext of `text`, readable only for the same `purpose`."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(f"{purpose}\0{text}".encode()).decode()


def decrypt(token: str, purpose: str) -> Secret:
    """The text behind `token`. Raises CannotDecrypt."""
    try:
        found, _, text = _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode().partition("\0")
    except InvalidToken as error:
        raise CannotDecrypt("no key of ENCRYPTION_KEYS opens this secret") from error
    if found != purpose:
        raise CannotDecrypt("this secret was stored for something else")
    return Secret(text)


class EncryptedTextField(models.TextField):
    """Text, encrypted at rest. Empty stays empty; never filter on it."""

    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        """To the database."""
        return encrypt(value, self._purpose()) if value else ""

    def from_db_value(self, value: Any, _expression: object, _connection: object) -> Any:
        """From the database; raises CannotDecrypt."""
        return decrypt(value, self._purpose()) if value else Secret("")
