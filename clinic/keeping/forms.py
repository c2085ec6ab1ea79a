"""Which page is meant."""

from django import forms


class PageForm(forms.Form):
    """The page whose kept typing is thrown away: its path."""

    page = forms.CharField(max_length=200)
