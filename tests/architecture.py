"""The rules of docs/architecture.md as functions: a file's path and source in, its violations out."""

import ast
import re
from pathlib import Path

FOUNDATION = [
    "db",
    "embedded",
    "charts",
    "forms",
    "audit",
    "accounts",
    "keeping",
    "wording",
    "worklist",
    "addresses",
    "outbox",
    "staff",
    "training",
    "enquiries",
    "pages",
]
FEATURES = {
    "clinic": FOUNDATION,
    "patients": [
        "profile",
        "access",
        "consents",
        "contact",
        "details",
        "links",
        "outcomes",
        "documents",
        "intake",
        "eligibility",
        "suitability",
        "consultations",
        "incidents",
        "safety",
        "correspondence",
        "teamreview",
        "treatment",
        "prescriptions",
        "monitoring",
        "rights",
    ],
    "bookings": [
        "kinds",
        "availability",
        "charges",
        "appointments",
        "holds",
        "attendance",
        "timeoff",
        "choosing",
        "waitlist",
        "status",
        "nextfree",
        "figures",
    ],
}
APPS = ["clinic", "patients", "bookings"]
WIRING_IMPORTERS = {"urls.py", "manage.py"}
LAYERS = [["enums"], ["policy"], ["models"], ["letters"], ["actions"], ["tasks", "forms"], ["views", "admin"], ["urls"]]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
OPEN_TO_OTHERS = {"enums", "models", "policy", "actions"}
# The modules a feature offers to others beside those: pure ones, and what is made to be built on.
NAMED = {
    "clinic.outbox": {"changes", "registry", "stopping", "texts", "words"},
    "clinic.keeping": {"typed"},
    "clinic.accounts": {"access", "staff_admin", "passwords", "second_factor"},
    "clinic.wording": {"readability"},
    "clinic.pages": {"content", "markdown", "text"},
    "bookings.availability": {"opening", "preview"},
    "bookings.appointments": {
        "access",
        "cancelling",
        "contract",
        "diary",
        "forms",
        "links",
        "refusals",
        "slots",
        "words",
    },
    "bookings.figures": {"reading"},
    "bookings.holds": {"offers"},
    "bookings.status": {"reading"},
    "patients.profile": {"forms", "needs"},
    "patients.consents": {"forms", "summary"},
    "patients.correspondence": {"download", "pdf"},  # the workspace gives the same file and shows the same text
    "patients.documents": {"exchange", "forms"},
    "patients.links": {"forms", "opening", "tokens"},
    "patients.incidents": {"forms", "refusals"},
    "patients.intake": {"carried", "flags", "form", "forms", "names", "questions", "rules", "walk"},
    "patients.safety": {"terms"},
    "patients.treatment": {"products", "reading"},
    "patients.outcomes": {"history", "instruments", "scoring", "thresholds"},
    "patients.monitoring": {"reading", "trends"},
}
FREE = {
    "clinic.db",
    "clinic.charts",
    "clinic.forms",
    "clinic.embedded",
}  # no feature of their own: all of it is there to be used
EDGES = {
    "views",
    "list_views",
    "score_views",
    "sent_views",
    "admin",
    "staff_admin",
    "tasks",
    "access",
    "sessions",
    "typed",
}  # the last two are middleware
NO_HTTP = {"enums", "policy", "models", "letters", "actions", "tasks"}
HTTP = ("django.http", "django.forms", "django.shortcuts", "django.views", "crispy_forms")
WRITES = {"save", "create", "bulk_create", "delete", "get_or_create", "update_or_create", "bulk_update"}
WRITERS = {"actions"}
# Who else may write, each with its reason: the mover, the outbox's three, the account maker, allauth's door, the demo;
# and what saves pictures, not rows.
WRITING_FILES = {
    "clinic/db/states.py",
    "clinic/outbox/changes.py",
    "clinic/outbox/sending.py",
    "clinic/outbox/stopping.py",
    "clinic/outbox/buttons.py",
    "clinic/accounts/models.py",
    "clinic/accounts/adapter.py",
    "clinic/demo.py",
    "clinic/demo_documents.py",
    "clinic/demo_history.py",
    "clinic/demo_notes.py",
    "bookings/appointments/diary.py",
    "patients/documents/reader.py",
}


def where(path):
    """Return (app, feature or "", module) of a source file; of a folder inside a feature, the folder."""
    parts = Path(path).with_suffix("").parts
    feature = parts[1] if len(parts) > 2 and parts[1] in FEATURES[parts[0]] else ""
    return parts[0], feature, parts[2] if feature else parts[-1]


def is_wiring(path):
    app, feature, _ = where(path)
    return app == "clinic" and not feature


def gathers(path):
    """models.py, admin.py, apps.py of an app bring its features together."""
    return len(Path(path).parts) == 2


def imports(source):
    """Yield (line, module, names, inside a function) of every import."""
    tree = ast.parse(source)
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name != "ready"
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, [], id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            yield (
                node.lineno,
                "." * node.level + (node.module or ""),
                [alias.name for alias in node.names],
                id(node) in inside,
            )


def ours(source):
    """Yield (line, full module name) of imports of our own code, with ``from x import module`` resolved."""
    for line, module, names, _ in imports(source):
        if module.split(".")[0] not in APPS:
            continue
        resolved = [
            f"{module}.{name}"
            for name in names
            if Path(module.replace(".", "/"), f"{name}.py").exists()
            or Path(module.replace(".", "/"), name, "__init__.py").exists()
        ]
        for full in resolved or [module]:
            yield line, full


def import_style(path, source):
    """Absolute imports, none inside functions."""
    for line, module, _, inside in imports(source):
        if module.startswith("."):
            yield f"{path}:{line} relative import"
        if inside:
            yield f"{path}:{line} import inside a function"


def upward_imports(path, source):
    """Apps, features and layers look down only; other features are entered by their front door."""
    if is_wiring(path):
        return
    for line, full in ours(source):
        if fault := import_fault(path, full):
            yield f"{path}:{line} {fault}: {full}"


def import_fault(path, full):
    """What is wrong with importing the module ``full`` in the file ``path``, or nothing."""
    app, feature, module = where(path)
    target_app, target_feature, target_module = parts_of(full)
    if target_app == "clinic" and not target_feature:
        return "imports the wiring"
    if APPS.index(target_app) > APPS.index(app):
        return "imports upward"
    if gathers(path):
        return ""
    if (target_app, target_feature) == (app, feature):
        return layer_fault(module, target_module)
    if target_app == app and FEATURES[app].index(target_feature) > FEATURES[app].index(feature):
        return "imports a later feature"
    home = f"{target_app}.{target_feature}"
    inside = target_module and target_module not in OPEN_TO_OTHERS | NAMED.get(home, set())
    return "imports the inside of another feature" if inside and home not in FREE else ""


def layer_fault(module, target):
    above = LAYER.get(target, -1) > LAYER.get(module, 99)
    beside = module in LAYER and target != module and LAYER.get(target) == LAYER[module]
    return "imports a higher layer" if above or beside else ""


def parts_of(full):
    app, feature, module, *_ = [*full.split("."), "", ""]
    return (app, feature, module) if feature in FEATURES[app] else (app, "", feature)


def upward_names(path, source):
    """Reverse ORM names reach up as well: patients must not ask for appointments."""
    app, _, _ = where(path)
    if app == "patients":
        for number, line in enumerate(source.splitlines(), 1):
            if re.search(r"\bappointments?__|\.appointments\b|[\"']appointments?[\"']", line) and "{% url" not in line:
                yield f"{path}:{number} reaches up to appointments"


def no_http_below(path, source):
    """enums, policy, models, letters, actions and tasks know no HTTP and no forms."""
    _, feature, module = where(path)
    if feature and module in NO_HTTP and not gathers(path):
        for line, imported, _, _ in imports(source):
            if imported.startswith(HTTP):
                yield f"{path}:{line} knows HTTP or forms: {imported}"


def views_reach_through_visible_to(path, source):
    """Views and admin reach records only through ``visible_to(user)``."""
    wiring = ("/workspace/", "/care/", "/website/")
    if where(path)[2] not in {"views", "list_views", "score_views", "sent_views", "admin", "access"} and not any(
        folder in path for folder in wiring
    ):
        return
    tree = ast.parse(source)
    chains = {}
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            chains[id(child)] = node
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            seen, above = set(), node
            while isinstance(above := chains.get(id(above)), ast.Attribute | ast.Call):
                seen.add(getattr(above, "attr", ""))
            if not any(name.endswith("visible_to") for name in seen):  # status_visible_to is one of them
                yield f"{path}:{node.lineno} reaches records past visible_to"


def writes_live_in_actions(path, source):
    """save, create, update, delete on our models only in actions."""
    if where(path)[2] in WRITERS or path in WRITING_FILES or "/migrations/" in path or "/management/" in path:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            text = ast.unparse(node.func)
            owner = ast.unparse(node.func.value)
            if (node.func.attr in WRITES and owner != "super()") or (node.func.attr == "update" and ".objects" in text):
                yield f"{path}:{node.lineno} writes outside an action: {text}"


def the_clock_is_passed_in(path, source):
    """``now`` is asked for at the edges only."""
    if where(path)[2] in EDGES or is_wiring(path) or path.startswith("clinic/embedded/"):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "timezone.now",
            "datetime.now",
            "date.today",
            "timezone.localdate",
            "datetime.utcnow",
        }:
            yield f"{path}:{node.lineno} asks the clock"


def no_signals(path, source):
    """No signals of our own."""
    for line, module, names, _ in imports(source):
        if module.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals")) or (
            module == "django.core" and "signals" in names
        ):
            yield f"{path}:{line} uses signals"


RULES = [
    import_style,
    upward_imports,
    upward_names,
    no_http_below,
    views_reach_through_visible_to,
    writes_live_in_actions,
    the_clock_is_passed_in,
    no_signals,
]
