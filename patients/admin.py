"""The admin pages of this app, gathered from its folders."""

from patients.intake import admin as intake
from patients.outcomes import admin as outcomes
from patients.profile import admin as profile
from patients.rights import admin as rights
from patients.safety import admin as safety

__all__ = ["intake", "outcomes", "profile", "rights", "safety"]
