"""The shop's own settings with one application more, named by PLUG_IN."""

import os

from crystalcall.config.django_settings import *  # noqa: F403
from crystalcall.config.django_settings import INSTALLED_APPS as OWN_APPS

INSTALLED_APPS = [*OWN_APPS, *os.environ["PLUG_IN"].split()]
