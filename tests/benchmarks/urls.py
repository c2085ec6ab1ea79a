"""The site's addresses and two more. Both ask for somebody signed in, the second for a CSRF token as well."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from clinic import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@require_safe
def empty(request):
    return HttpResponse()


@require_POST
def nothing(request):
    return HttpResponse()


urlpatterns = [path("raw/view/", empty), path("raw/post/", nothing), *urls.urlpatterns]
