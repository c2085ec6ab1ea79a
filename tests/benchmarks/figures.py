"""Figures: taking them, holding them against their goals, and saying them."""

import time

LISTING_FACTOR = 2.5  # a page against the bare SQL and the empty view
GROWTH = 1.3  # a million rows against ten thousand
SHARE = 0.5  # a booking's requests a second against empty POSTs
MOST_QUERIES = 6
SAME = 1.1  # what counts as no change: two runs of the same differ by this much


def timed(act):
    """How long ``act()`` took, in milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def measured(acts, times, warm=5):
    """How long each of ``times`` runs of each of ``acts`` took, after ``warm`` that do not count.

    They take turns, so that whatever else the machine does meanwhile slows them all alike.
    """
    for act in acts * warm:
        act()
    turns = [[timed(act) for act in acts] for _ in range(times)]
    return [list(took) for took in zip(*turns, strict=True)]


def middle(took):
    """The median."""
    return sorted(took)[len(took) // 2]


def figure(name, took, **more):
    """One line of the result; ``took`` in milliseconds."""
    return {
        "name": name,
        "p50_ms": round(middle(took), 2),
        "p95_ms": round(sorted(took)[int(len(took) * 0.95)], 2),
        "runs": len(took),
        **more,
    }


def judge(found):
    """Add to each figure its ``limit_ms``, ``ratio``, ``goal``, ``ok`` and what of the goal is ``missed``, where there is one."""
    by_name = {each["name"]: each for each in found}
    for each in found:
        goals = [goal for rule in GOALS for goal in rule(each, by_name)]
        if goals:
            each["goal"] = "; ".join(words for words, _ in goals)
            each["missed"] = [words for words, reached in goals if not reached]
            each["ok"] = not each["missed"]


def _few_queries(each, by_name):
    if "queries" in each:
        yield f"at most {MOST_QUERIES} queries beyond session and user", each["queries"] <= MOST_QUERIES


def _near_bare_sql(each, by_name):
    what, _, point = each["name"].partition("/")
    if what == "page":
        raw = by_name[f"raw/listing/{point}"]
        each["limit_ms"] = round(LISTING_FACTOR * (raw["p50_ms"] + each["view_ms"]), 2)
        yield f"p50 at most {LISTING_FACTOR} x (raw/listing + raw/view)", each["p50_ms"] <= each["limit_ms"]


def _does_not_grow(each, by_name):
    fewer = by_name.get(each["name"].removesuffix("/1000000") + "/10000")
    if each["name"].startswith(("page/", "listing/")) and each["name"].endswith("/1000000") and fewer:
        each["ratio"] = round(each["p50_ms"] / fewer["p50_ms"], 2)
        yield f"at most {GROWTH} x slower than with 10000 rows", each["ratio"] <= GROWTH


def _near_an_empty_post(each, by_name):
    posts = by_name.get({"book/1": "raw/post", "book/16": "raw/post/16"}.get(each["name"], ""))
    if posts:
        each["ratio"] = round(each["requests_per_second"] / posts["requests_per_second"], 2)
        yield f"at least {SHARE} x the requests a second of {posts['name']}", each["ratio"] >= SHARE


def _does_not_wait_for_mail(each, by_name):
    quick = by_name.get("book/1/quick-mail")
    if each["name"] == "book/1/slow-mail" and quick:
        each["ratio"] = round(each["p50_ms"] / quick["p50_ms"], 2)
        yield f"at most {SAME} x book/1/quick-mail", each["ratio"] <= SAME


GOALS = [_few_queries, _near_bare_sql, _does_not_grow, _near_an_empty_post, _does_not_wait_for_mail]


def table(found):
    """The figures as lines of text."""
    lines = [f"{'name':34} {'p50 ms':>8} {'p95 ms':>8} {'queries':>7} {'limit':>8} {'ratio':>6}  goal"]
    for each in found:
        if "p50_ms" in each:
            more = [str(each.get(key, "")) for key in ("queries", "limit_ms", "ratio")]
            said = "" if "ok" not in each else "ok" if each["ok"] else "MISSED: " + "; ".join(each["missed"])
            lines.append(
                f"{each['name']:34} {each['p50_ms']:8.2f} {each['p95_ms']:8.2f} {more[0]:>7} {more[1]:>8} {more[2]:>6}  {said}"
            )
    return "\n".join(line.rstrip() for line in lines)
