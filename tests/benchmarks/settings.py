"""The site's settings, with two addresses that do nothing: what is left when an answer holds no work of ours."""

from clinic.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody types a password here
