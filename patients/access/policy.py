"""On which terms a record outside one's care is opened. Pure."""

from datetime import timedelta

SHORTEST_WHY = 20  # characters of a reason
LONGEST_WHY = 1000
OPENED_FOR = timedelta(hours=12)  # a working day: then a reason is given again
