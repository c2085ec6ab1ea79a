"""What is sealed at rest: free-text clinical answers, second-factor secrets, and the files of patients.

A sealed column holds ``key id $ base64(nonce + ciphertext)`` made with AES-256-GCM. The column's
name is bound in, so that a value copied into another column does not open. It protects dumps,
replicas and backups; it does not protect against an application that has been taken over.
There is no searching, sorting or indexing by a sealed column.

A sealed file holds ``key id, nonce, its own key sealed with ours, nonce, ciphertext``: a new key of ours
means to seal 60 bytes of it anew, not the whole file. What it belongs to is bound into both parts.
"""

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE_BYTES = 12
KEY_ID_BYTES = 8
OWN_KEY_BYTES = 32 + 16  # the file's key, and the tag that shows whether it was changed


class BrokenSeal(Exception):
    """A sealed value cannot be opened: it was changed, moved, or its key is not configured."""


def _keys() -> dict[str, bytes]:
    """Return the configured keys by their id; the first is the one that seals."""
    digests = (hashlib.sha256(key.strip().encode()).digest() for key in settings.FIELD_KEYS)
    return {hashlib.sha256(digest).hexdigest()[:8]: digest for digest in digests}


def seal(text: str, place: str) -> str:
    """Return ``text`` sealed for ``place`` (a column's name) with the current key."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{key_id}${base64.b64encode(nonce + box).decode()}"


def unseal(sealed: str, place: str) -> str:
    """Return the text sealed for ``place``. Raises BrokenSeal where it does not open."""
    key_id, _, box = sealed.partition("$")
    try:
        raw = base64.b64decode(box, validate=True)
        return AESGCM(_keys()[key_id]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise BrokenSeal(place) from error


def seal_bytes(data: bytes, place: str) -> bytes:
    """Return ``data`` sealed for ``place``, with a key of its own that is sealed with the current key."""
    key_id, key = next(iter(_keys().items()))
    own = AESGCM.generate_key(bit_length=256)
    nonce, inner = os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, own, place.encode())
    return b"".join([key_id.encode(), nonce, box, inner, AESGCM(own).encrypt(inner, data, place.encode())])


def unseal_bytes(sealed: bytes, place: str) -> bytes:
    """Return the bytes sealed for ``place``. Raises BrokenSeal where they do not open."""
    parts, start = [], 0
    for length in (KEY_ID_BYTES, NONCE_BYTES, OWN_KEY_BYTES, NONCE_BYTES):
        parts.append(sealed[start : start + length])
        start += length
    key_id, nonce, box, inner = parts
    try:
        own = AESGCM(_keys()[key_id.decode()]).decrypt(nonce, box, place.encode())
        return AESGCM(own).decrypt(inner, memoryview(sealed)[start:], place.encode())
    except (KeyError, ValueError, InvalidTag) as error:
        raise BrokenSeal(place) from error


class SealedTextField(models.TextField):
    """Text, sealed in the database. ``place`` names the column and never changes after the first row."""

    def __init__(self, *args: Any, place: str, **kwargs: Any) -> None:
        self.place = place
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), kwargs | {"place": self.place}

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(self.dump(value), self.place)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else self.load(unseal(value, self.place))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.place} is sealed: it cannot be searched.")
        return super().get_lookup(lookup_name)

    def dump(self, value: Any) -> str:
        """Return ``value`` as the text to seal."""
        return str(value)

    def load(self, text: str) -> Any:
        """Return the value that was sealed as ``text``."""
        return text


class SealedJSONField(SealedTextField):
    """A JSON value (a form's answers), sealed as one text."""

    _pyi_private_set_type: Any  # for django-stubs: a value of any shape, not text
    _pyi_private_get_type: Any

    def dump(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def load(self, text: str) -> Any:
        return json.loads(text)
