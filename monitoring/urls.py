from django.urls import include, path

from monitoring.desk.views import berkas, jadwal
from monitoring.dokumen import views as dokumen
from monitoring.pengingat import views as pengingat

from . import views
from .acuan import views as acuan

handler500 = "core.failures.server_error"

urlpatterns = [
    path("", views.beranda, name="beranda"),
    path("", include("core.urls")),
    path("acuan/", acuan.acuan, name="acuan"),
    path("acuan/<slug:jenis>/tambah/", acuan.tambah, name="acuan_tambah"),
    path("acuan/<slug:jenis>/<str:kunci>/", acuan.ubah, name="acuan_ubah"),
    path("acuan/<slug:jenis>/<str:kunci>/aktif/", acuan.aktif, name="acuan_aktif"),
    path("hari-libur/", jadwal.hari_libur, name="hari_libur"),
    path("hadir/<slug:kode>/", berkas.hadir, name="hadir"),
    path("cek-dokumen/", dokumen.cek_dokumen_ketik, name="cek_dokumen_ketik"),
    path("cek-dokumen/<slug:kode>/", dokumen.cek_dokumen, name="cek_dokumen"),
    path("pemberitahuan/", pengingat.pemberitahuan, name="pemberitahuan"),
    path("pemberitahuan/dibaca/", pengingat.pemberitahuan_dibaca_semua, name="pemberitahuan_dibaca_semua"),
    path("pemberitahuan/<int:pk>/dibaca/", pengingat.pemberitahuan_dibaca, name="pemberitahuan_dibaca"),
    path("rusun/", include("rusun.urls")),
    path("penghuni/", include("penghuni.urls")),
    path("excel/", include("monitoring.impor.urls")),
    path("periode/", include("monitoring.periode.urls")),
]
