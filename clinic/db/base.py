"""The base of every record of ours."""

import uuid

from django.db import models


class Record(models.Model):
    """A row whose key is a random UUID: it can stand in an address and tells nothing by itself.

    A UUID is not a permission: views reach records through ``visible_to(user)``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
