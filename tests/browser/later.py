"""``python -m tests.browser.later web`` is ``manage.py web`` at the moment in CLOCK_FILE; SIGUSR1 has it read again."""

import os
import signal
import sys
from pathlib import Path

import time_machine
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    read = Path(os.environ["CLOCK_FILE"]).read_text
    clock = time_machine.travel(float(read())).start()
    signal.signal(signal.SIGUSR1, lambda *_: clock.move_to(float(read())))
    execute_from_command_line(["manage.py", *sys.argv[1:]])
