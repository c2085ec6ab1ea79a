"""Markdown to clean HTML."""

from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "br", "h3", "table", "thead", "tbody", "tr", "th", "td"}
_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=512)
def render_markdown(text: str) -> SafeString:
    """Return ``text`` as HTML that holds nothing but plain markup and http(s), mail and phone links.

    Each text is worked out once a process: pages are read far more often than they change.
    """
    html = nh3.clean(
        _reader.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener",
    )
    return SafeString(html)
