"""Where providers call: no language, no session, no CSRF."""

from django.urls import path

from payments import views

urlpatterns = [path("stripe/", views.stripe_webhook, name="stripe_webhook")]
