"""A model whose migration nobody has made."""

from django.db import models


class Late(models.Model):
    name = models.CharField(max_length=9)

    def __str__(self) -> str:
        return self.name
