from django.urls import path

from . import views

urlpatterns = [
    path("rekap/", views.rekap, name="rekap"),
    path("rekap.pdf", views.rekap_pdf, name="rekap_pdf"),
    path("rekap.xlsx", views.rekap_xlsx, name="rekap_xlsx"),
    path("rekap.json", views.rekap_json, name="rekap_json"),
    path("rekap.csv", views.rekap_csv, name="rekap_csv"),
    path("ringkasan.pdf", views.ringkasan_pdf, name="ringkasan_pdf"),
    path("keputusan/", views.keputusan, name="keputusan"),
    path("rekap/rekap.pdf", views.rekap_berkas, {"berkas": "monitoring:rekap_pdf"}, name="rekap_pdf_di_bawah"),
    path("rekap/rekap.xlsx", views.rekap_berkas, {"berkas": "monitoring:rekap_xlsx"}, name="rekap_xlsx_di_bawah"),
]
