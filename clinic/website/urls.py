"""The public website. Included last: any other single word is a page's address."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import sitemap
from django.urls import path

from clinic.website import views
from clinic.website.sitemap import SITEMAPS

urlpatterns = [
    path("", views.front, name="home"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", login_not_required(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("write-to-us/", views.write_to_us, name="write_to_us"),
    path("write-to-us/sent/", views.written_to_us, name="written_to_us"),
    path("preview/<uuid:pk>/", views.preview, name="page_preview"),
    path("preview/<uuid:pk>/<int:number>/", views.preview, name="page_version"),
    path("<slug:slug>/", views.page, name="page"),
]
