from django.urls import path

from . import views

urlpatterns = [
    path("rekap/", views.rekap, name="rekap"),
    path("rekap.pdf", views.rekap_pdf, name="rekap_pdf"),
    path("rekap.xlsx", views.rekap_xlsx, name="rekap_xlsx"),
]
