"""The real web server (waitress, its own process) on the tests' database, and people signed in to it."""

import os
import re
import socket
import subprocess
import sys
import time
from importlib import import_module
from urllib.parse import quote

import httpx
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection

KEY = re.compile(r'name="key" value="([^"]+)"')
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SLOT = re.compile(r'name="slot" value="([^"]+)"')


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Web:
    """``manage.py web`` as it runs in the demo; used as a context manager."""

    program = ("manage.py",)

    def __init__(self, **env):
        database = settings.DATABASES["default"]
        self.port = free_port()
        self.env = (
            os.environ
            | {
                "PORT": str(self.port),
                "DATABASE_URL": f"postgres://clinic_app@{quote(database['HOST'], safe='')}:{database['PORT']}/{connection.settings_dict['NAME']}",
                "DATABASE_OPTIONS": "-c role=clinic_app -c statement_timeout=10000 -c lock_timeout=3000",
                "REDIS_URL": settings.REDIS_URL,
            }
            | env
        )

    @property
    def origin(self):
        return f"http://localhost:{self.port}"

    def __enter__(self):
        self.log = open(os.path.join(str(settings.DATA_DIR), "web.log"), "w")
        self.process = subprocess.Popen(
            [sys.executable, *self.program, "web"], env=self.env, stdout=self.log, stderr=self.log
        )
        for _ in range(200):
            try:
                if httpx.get(f"{self.origin}/healthz").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        self.__exit__()
        raise AssertionError("The web server did not start; see web.log")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def session_for(user):
    """A signed-in session's key, as sign-in would have made it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if user.is_staff:
        second_factor(session, user)
    session.save()
    return session.session_key


def second_factor(session, user):
    """Give staff an authenticator, and the session the record that it was asked for."""
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": time.time(), "id": authenticator(user).pk, "type": "totp"}
    ]
    session["account_authentication_methods_user"] = str(user.pk)


def authenticator(user):
    """The authenticator app of ``user``, set up when there is none."""
    return (
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        or TOTP.activate(user, generate_totp_secret()).instance
    )


class Visitor:
    """A person with a browser: keeps cookies, reads forms, and remembers how long each answer took."""

    def __init__(self, origin, user=None):
        cookies = {settings.SESSION_COOKIE_NAME: session_for(user)} if user else {}
        self.http = httpx.Client(base_url=origin, cookies=cookies, timeout=30)
        self.took = []

    def get(self, path):
        return self._timed(self.http.get, path)

    def post(self, path, page, **fields):
        hidden = {"csrfmiddlewaretoken": CSRF.search(page.text)[1], "key": KEY.search(page.text)[1]}
        return self._timed(
            self.http.post, path, data=hidden | fields, headers={"Referer": f"{self.http.base_url}{path}"}
        )

    def _timed(self, send, *args, **kwargs):
        began = time.monotonic()
        answer = send(*args, **kwargs)
        self.took.append(time.monotonic() - began)
        return answer


def main_of(html):
    """What a page says itself: neither its header nor its footer, which name the clinic and its phone number."""
    return html[html.index("<main") : html.index("</main>")]
