"""``python -m tests.benchmarks``, as `make bench` calls it."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
django.setup()

from tests.benchmarks.bench import main  # noqa: E402 - it reads models

sys.exit(main())
