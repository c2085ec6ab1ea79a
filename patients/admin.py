"""The admin pages of this app, gathered from its folders."""

from patients.access import admin as access
from patients.incidents import admin as incidents
from patients.intake import admin as intake
from patients.outcomes import admin as outcomes
from patients.profile import admin as profile
from patients.rights import admin as rights

__all__ = ["access", "incidents", "intake", "outcomes", "profile", "rights"]
