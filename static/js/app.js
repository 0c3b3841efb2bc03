// What makes pages quicker. Nothing here is needed: without it every page still works.

const NOT_AGAIN_MS = 10000;
const angka = new Intl.NumberFormat("id-ID");

document.documentElement.classList.remove("tanpa-skrip");

// --- Asking first: <button data-konfirmasi="Kirim ke provinsi?" data-konfirmasi-ya="Kirim"> ------------------------

const confirmed = new WeakSet();

function element(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// A form that the browser would refuse anyway is not worth a question.
function complete(button) {
  return !button.form || button.form.noValidate || button.formNoValidate || button.form.reportValidity();
}

function ask(button) {
  const no = element("button", { type: "button", className: "btn btn-outline-secondary", textContent: "Batal" });
  const yes = element("button", {
    type: "button",
    className: button.classList.contains("btn-outline-danger") ? "btn btn-danger" : "btn btn-primary",
    textContent: button.dataset.konfirmasiYa || "Ya, lanjutkan",
  });
  const question = element("p", { id: "pertanyaan", textContent: button.dataset.konfirmasi });
  const dialog = element("dialog", { className: "konfirmasi" }, question, element("div", { className: "aksi" }, no, yes));
  dialog.setAttribute("aria-labelledby", "pertanyaan");
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    confirmed.add(button);
    dialog.close();
    button.click();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// --- Rows of a table: the button works without this too, by asking the server ---------------------------------------

function addRow(button) {
  const box = button.closest("[data-formset]");
  const total = box.querySelector(`[name="${CSS.escape(box.dataset.formset)}-TOTAL_FORMS"]`);
  const template = box.querySelector("template");
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML
    .replaceAll("__prefix__", total.value)
    .replaceAll("__nomor__", String(Number(total.value) + 1));
  const row = holder.firstElementChild;
  box.querySelector("[data-wadah]").append(row);
  total.value = String(Number(total.value) + 1);
  row.querySelector(".kartu-kisi :is(input, select, textarea)")?.focus();
}

// --- Totals: <output data-jumlah="terhuni kosong_siap" data-lingkup="[data-baris]" data-sama="jumlah_unit"> ----------
// or data-harus="10" where the sum has to be a figure that stands elsewhere.

function number(input) {
  const typed = input.value.replace(/[.\s]/g, "");
  return /^[0-9]+$/.test(typed) ? Number(typed) : 0;
}

function refreshTotals(root) {
  for (const output of root.querySelectorAll("[data-jumlah]")) {
    const scope = output.closest(output.dataset.lingkup || "form");
    const inputs = [...scope.querySelectorAll("input:not([type=hidden])")].filter(
      (input) => !input.closest("[data-baris]")?.querySelector("input[name$=-DELETE]:checked"),
    );
    const sum = (names) =>
      inputs.filter((input) => names.includes(input.name.split("-").pop())).reduce((all, input) => all + number(input), 0);
    const total = sum(output.dataset.jumlah.split(" "));
    output.value = angka.format(total);
    if (output.dataset.harus) output.classList.toggle("tidak-cocok", total !== Number(output.dataset.harus));
    if (output.dataset.sama) output.classList.toggle("tidak-cocok", total !== sum([output.dataset.sama]));
  }
}

// --- One listener each ----------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-tutup]")) button.closest("[role=alert], [role=status]").remove();
  if (button.matches("[data-tutup-panel]")) button.closest(".panel-catatan")?.replaceChildren();
  if (button.matches("[data-tambah-baris]")) {
    event.preventDefault();
    addRow(button);
  }
  if (button.matches("[data-konfirmasi]") && !confirmed.delete(button) && complete(button)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button);
  }
}, true);

document.addEventListener("input", (event) => event.target.form && refreshTotals(event.target.form));

// A text kept for use again goes into the box, to be changed there.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-teks-siap]") || !event.target.value) return;
  const box = event.target.form.querySelector("[data-isi]");
  box.value = event.target.selectedOptions[0].textContent;
  box.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest(".panel-catatan")?.replaceChildren();
});

// A second click while the first one is under way does nothing. Not `disabled`: that would drop the button's own value.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[hx-post]") || event.defaultPrevented) return;
  if (form.dataset.terkirim) return event.preventDefault();
  form.dataset.terkirim = "ya";
  event.submitter?.setAttribute("aria-disabled", "true");
  const again = () => {
    delete form.dataset.terkirim;
    event.submitter?.removeAttribute("aria-disabled");
  };
  setTimeout(again, NOT_AGAIN_MS); // a download leaves the page where it is
  addEventListener("pageshow", again, { once: true });
});

// A form sent by script that met a failure: the page stays as it is, says so, and takes the same button again.
function sentInVain(event) {
  const { elt, xhr, requestConfig } = event.detail;
  if (requestConfig.triggeringEvent?.type !== "submit" || (xhr.status > 0 && xhr.status < 500)) return;
  const why = xhr.status === 503 || xhr.status === 507 ? xhr.responseText : xhr.status ? "ada kesalahan di sistem" : "sambungan terputus";
  elt.querySelector("[data-gagal-kirim]")?.remove();
  const note = element("div", { className: "alert alert-warning", role: "alert" }, element("p", { textContent: `Belum tersimpan: ${why}. Tunggu sebentar, lalu tekan tombolnya sekali lagi.` }));
  note.dataset.gagalKirim = "";
  elt.append(note);
}

document.addEventListener("htmx:responseError", sentInVain);
document.addEventListener("htmx:sendError", sentInVain);

// htmx notes the address of the page in the browser's storage, and an address can hold a name that was searched for.
function forgetAddress() {
  sessionStorage.removeItem("htmx-current-path-for-history");
}

for (const moment of ["DOMContentLoaded", "htmx:pushedIntoHistory", "htmx:replacedInHistory", "htmx:historyRestore"]) {
  document.addEventListener(moment, forgetAddress);
}

function welcome(root) {
  refreshTotals(root);
  root.querySelector("[data-ringkasan-galat]")?.focus();
}

welcome(document);
document.addEventListener("htmx:afterSwap", (event) => welcome(event.target));
