from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .health import check_health
from .konsep import BUANG, KONSEP, DraftTooLong, discard_draft, store_draft
from .proxy import is_from_here


def draft_response(request: HttpRequest) -> HttpResponse | None:
    """Keep or throw away the draft when the POST to a form page asks for that; None when it asks for saving.

    A script gets JSON with the time, a person without script comes back to the page.
    """
    if BUANG in request.POST:
        discard_draft(request.user, request.get_full_path())
        messages.info(request, "Konsep dibuang. Halaman ini menampilkan data yang tersimpan.")
        return redirect(request.get_full_path())
    if KONSEP not in request.POST:
        return None
    by_script = request.headers.get("X-Requested-With") == "konsep"
    try:
        saat = store_draft(request.user, request.get_full_path(), request.POST)
    except DraftTooLong as refusal:
        if by_script:
            return JsonResponse({"pesan": str(refusal)}, status=413)
        messages.error(request, str(refusal))
        return redirect(request.get_full_path())
    if by_script:
        return JsonResponse({"pesan": f"tersimpan {timezone.localtime(saat):%H.%M}" if saat else ""})
    messages.success(request, "Konsep disimpan. Anda dapat melanjutkannya kapan saja.")
    return redirect(request.get_full_path())


@login_not_required
@require_safe
@never_cache
def sehat(request: HttpRequest) -> JsonResponse:
    checks = check_health()
    fit = all(check.baik for check in checks if check.wajib)
    body: dict[str, Any] = {"sehat": fit, "perlu_dilihat": not all(check.baik for check in checks)}
    if is_from_here(request):  # what is wrong in detail helps an attacker as well
        body["pemeriksaan"] = {c.nama: {"baik": c.baik, "keterangan": c.keterangan} for c in checks}
    return JsonResponse(body, status=200 if fit else 503, json_dumps_params={"ensure_ascii": False})
