"""The admin pages of this app, gathered from its folders."""

from clinic.accounts import admin as accounts
from clinic.addresses import admin as addresses
from clinic.enquiries import admin as enquiries
from clinic.outbox import admin as outbox
from clinic.pages import admin as pages
from clinic.staff import admin as staff
from clinic.training import admin as training
from clinic.worklist import admin as worklist

__all__ = ["accounts", "addresses", "enquiries", "outbox", "pages", "staff", "training", "worklist"]
