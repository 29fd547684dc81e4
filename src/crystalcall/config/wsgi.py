"""The store as a WSGI application, for granian or any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crystalcall.config.django_settings")

application = get_wsgi_application()
