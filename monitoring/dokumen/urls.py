from django.urls import path

from . import views

urlpatterns = [
    path("dokumen/", views.dokumen_daftar, name="dokumen_daftar"),
    path("dokumen.zip", views.dokumen_zip, name="dokumen_zip"),
    path("dokumen/kemajuan/", views.dokumen_kemajuan, name="dokumen_kemajuan"),
    path("dokumen/lanjutkan/", views.dokumen_lanjutkan, name="dokumen_lanjutkan"),
    path("dokumen/<int:pk>/", views.dokumen_unduh, name="dokumen_unduh"),
    path("dokumen/<int:pk>/tanda-tangan/", views.dokumen_tanda_tangan, name="dokumen_tanda_tangan"),
    path("dokumen/<int:pk>/pindaian/", views.dokumen_pindaian, name="dokumen_pindaian"),
]
