from django.db import models


class Diary(models.Model):
    buyers_secret = models.TextField()

    def __str__(self) -> str:
        return "diary"
