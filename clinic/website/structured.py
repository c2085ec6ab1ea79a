"""Facts about a page for search engines, in schema.org's words. Never of type Drug; never from an amber section.

Everything here is a title to the law: it obeys the rules of ``Place.TITLE``.
"""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from clinic.db.workdays import CLOSES, OPENS
from clinic.pages.enums import Risk, Shape
from clinic.pages.policy import problems_of_title
from clinic.website.shown import Shown

CONDITIONS = {
    "ms-pain": ["Pain in multiple sclerosis"],
    "facial-pain": ["Trigeminal neuralgia", "Temporomandibular disorder"],
}
# What ends a script element, or could be read as markup, is written in JSON's own escapes.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def structured_data(shown: Shown) -> SafeString:
    """Return the page's facts as JSON-LD, fit to stand in a script element of data."""
    graph = [_web_page(shown), *(_clinic() if shown.is_home else [_breadcrumb(shown)])]
    graph += _questions(shown) + _physicians(shown)
    return SafeString(json.dumps({"@context": "https://schema.org", "@graph": graph}).translate(ESCAPES))


def _web_page(shown: Shown) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "@type": "MedicalWebPage" if shown.page.key in CONDITIONS else "WebPage",
        "@id": shown.url,
        "url": shown.url,
        "name": shown.text.title,
        "description": shown.text.summary,
        "inLanguage": "en-GB",
    }
    if shown.text.reviewed_on:
        facts["lastReviewed"] = shown.text.reviewed_on.isoformat()
    if about := CONDITIONS.get(shown.page.key or ""):
        facts["about"] = [{"@type": "MedicalCondition", "name": name} for name in about]
    return facts


def _clinic() -> list[dict[str, Any]]:
    clinic = settings.CLINIC
    return [
        {
            "@type": "MedicalClinic",
            "@id": f"{settings.SITE_ORIGIN}/#clinic",
            "name": clinic["name"],
            "url": f"{settings.SITE_ORIGIN}/",
            "telephone": clinic["phone"],
            "email": clinic["email"],
            "address": clinic["address"],
            "openingHours": f"Mo-Fr {OPENS // 60:02}:{OPENS % 60:02}-{CLOSES // 60:02}:{CLOSES % 60:02}",
        }
    ]


def _breadcrumb(shown: Shown) -> dict[str, Any]:
    steps = [("Home", f"{settings.SITE_ORIGIN}/"), (shown.page.label, shown.url)]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(steps, start=1)
        ],
    }


def _questions(shown: Shown) -> list[dict[str, Any]]:
    """Return the green answers that do not speak of medicines even in general: data counts as a title."""
    said = [
        part
        for part in shown.parts
        if part.section.shape == Shape.QUESTION
        and part.section.risk == Risk.GREEN
        and not problems_of_title(part.section.body)
    ]
    if not said:
        return []
    return [
        {
            "@type": "FAQPage",
            "@id": f"{shown.url}#questions",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": part.section.heading,
                    "acceptedAnswer": {"@type": "Answer", "text": str(part.html)},
                }
                for part in said
            ],
        }
    ]


def _physicians(shown: Shown) -> list[dict[str, Any]]:
    people = [each["person"] for part in shown.parts for each in part.more.get("specialists", [])]
    return [
        {
            "@type": "Physician",
            "name": person.name,
            "medicalSpecialty": person.specialty,
            "identifier": {"@type": "PropertyValue", "propertyID": "GMC", "value": person.gmc_number},
            "memberOf": {"@id": f"{settings.SITE_ORIGIN}/#clinic"},
        }
        for person in people
    ]
