"""The base of every admin page: who may, which records, and one action for every save.

Stock admin asks Django's permission tables, which we do not use. Here a role's policy answers, the
model's ``visible_to`` picks the rows, and what is saved goes through the feature's action.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from clinic.accounts import policy
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal

# What a field's filter in the side bar puts into an address, and nothing else.
FILTER_LOOKUPS = ("", "__exact", "__isnull", "__id__exact")
SAME_MOMENT = "Somebody has saved something like this at the same moment. Look at the list again."


def nobody(user: Any) -> bool:
    """Tell that nobody may: the rows are made and changed elsewhere."""
    return False


class StaffAdmin(ModelAdmin):
    """A table as staff see it. Nothing is ever deleted: history stays.

    ``may_view``, ``may_add`` and ``may_change`` are policies, ``scope`` the queryset's word that
    picks the rows somebody may open, ``reading_is_logged`` what the access log calls the record
    (empty: opening it is not written down). Subclasses that save have a ``save_action``.
    """

    may_view: Callable[[Any], bool] = staticmethod(policy.manages_the_clinic)
    may_add: Callable[[Any], bool] = staticmethod(nobody)
    may_change: Callable[[Any], bool] = staticmethod(nobody)
    scope = "visible_to"
    reading_is_logged = ""

    actions = None
    show_full_result_count = False
    list_per_page = 50
    save_as = False
    view_on_site = False

    def save_action(self, record: Any, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save ``record`` with the form's ``values`` through the feature's action. May raise a Refusal."""
        raise NotImplementedError

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the table is listed on the front page."""
        return type(self).may_view(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this role may look."""
        return type(self).may_view(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tell whether this role may add."""
        return type(self).may_add(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether this role may change."""
        return type(self).may_change(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows this person may open."""
        found = super().get_queryset(request)
        scope = getattr(found, self.scope, None)
        return scope(request.user) if scope else found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows this person may see."""
        return super().formfield_for_foreignkey(db_field, request, **_choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only rows this person may see."""
        return super().formfield_for_manytomany(db_field, request, **_choices(db_field, request, kwargs))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the side bar's filters send. Any other lookup would ask columns nobody may read."""
        declared: Any = self.get_list_filter(request) if request else self.list_filter
        plain = [each[0] if isinstance(each, tuple) else each for each in declared]
        names = [each if isinstance(each, str) else getattr(each, "parameter_name", "") for each in plain]
        return any(lookup == name + ending for name in names if name for ending in FILTER_LOOKUPS)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return the list. Raises ValueError where the address makes no sense."""
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise ValueError from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; an address that makes no sense leads to the list without it."""
        try:
            with transaction.atomic():  # a DataError must not leave the connection broken
                response = super().changelist_view(request, extra_context)
                return response.render() if isinstance(response, TemplateResponse) else response
        except (OverflowError, ValueError, DataError):
            if not request.GET:
                raise
            messages.warning(request, "That search or filter made no sense, so this is the whole list.")
            return HttpResponseRedirect(request.path)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save one row. A refusal stands on the form, with what was typed still there, and status 422."""
        try:
            response = super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            self._log(request, object_id, AccessLog.What.REFUSED)
            raise
        except (Refusal, IntegrityError) as refusal:
            # The second time round the form finds this and says it (get_form).
            request.refusal = str(refusal) if isinstance(refusal, Refusal) else SAME_MOMENT  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        elif object_id and request.method == "GET":
            self._log(request, object_id, AccessLog.What.READ)
        return response

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Return the form, without questions this page does not show; after a refusal it says why."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if (
            kwargs.get("fields") is not None
        ):  # what a form class declares would be read from a POST even where it is not shown
            shown = set(kwargs["fields"]) - set(self.get_readonly_fields(request, obj))
            form.base_fields = {name: field for name, field in form.base_fields.items() if name in shown}
        refusal = getattr(request, "refusal", "")
        return type(form.__name__, (_Refused, form), {"refusal": refusal}) if refusal else form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hand the form to the action."""
        self.save_action(obj, form.cleaned_data, is_new=not change, by=request.user, at=timezone.now())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: the action has saved all there is."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Note that a row was added, without its values."""
        return audit.note(obj, ADDITION, message, by=request.user)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Note which fields were changed, without their values."""
        return audit.note(obj, CHANGE, message, by=request.user)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A row that is not there, or not this person's: the two look the same."""
        self._log(request, object_id, AccessLog.What.REFUSED)
        raise Http404

    def _log(self, request: HttpRequest, object_id: str | None, what: AccessLog.What) -> None:
        key = _uuid(object_id)
        if key and (self.reading_is_logged or what == AccessLog.What.REFUSED):
            audit.record(
                what, self.reading_is_logged or self.opts.model_name or "", key, by=request.user, at=timezone.now()
            )


class _Refused(forms.ModelForm):
    refusal = ""

    def clean(self) -> Any:
        """Say why the action refused."""
        super().clean()
        raise ValidationError(self.refusal)


def _choices(db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
    rows = db_field.remote_field.model._default_manager.all()
    return {"queryset": rows.visible_to(request.user)} | kwargs if hasattr(rows, "visible_to") else kwargs


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
