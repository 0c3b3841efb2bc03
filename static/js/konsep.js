// Keeps what is typed as a draft on the server, and says so: <form data-konsep> with the parts of components/_konsep.html.
// Nothing is put into the browser's own storage. Without this script the button "Simpan sebagai konsep" does the same.

const QUIET_MS = 800;
const RETRY_MS = [2000, 4000, 8000, 15000];

class Draft {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-konsep-status]");
    this.lost = form.querySelector("[data-konsep-putus]");
    this.ended = form.querySelector("[data-konsep-sesi]");
    this.focus = form.querySelector("[data-fokus]");
    this.dirty = false;
    this.pending = false;
    this.attempt = 0;
    this.leaving = false;
    form.addEventListener("input", () => this.typed());
    form.addEventListener("focusin", (event) => {
      if (event.target.id) this.focus.value = event.target.id;
    });
    form.addEventListener("submit", (event) => this.submitting(event));
    addEventListener("online", () => this.dirty && this.save());
    addEventListener("pagehide", () => (this.dirty || this.pending) && !this.leaving && this.send(true).catch(() => {}));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.dirty && !this.leaving) this.save();
    });
    addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.leaving && !this.lost.hidden) event.preventDefault();
    });
    addEventListener("pageshow", () => (this.leaving = false));
  }

  get troubled() {
    return !this.lost.hidden || !this.ended.hidden;
  }

  typed() {
    this.dirty = true;
    this.say("belum tersimpan");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET_MS);
  }

  say(text) {
    this.status.textContent = text;
  }

  send(keepalive) {
    const data = new FormData(this.form);
    data.set("konsep", "1");
    return fetch(this.form.action, {
      method: "POST",
      body: data,
      keepalive,
      redirect: "manual",
      headers: { "X-Requested-With": "konsep" },
    });
  }

  // Resolves to whether the server has everything that was typed. One request at a time, so that none overtakes another.
  async save() {
    clearTimeout(this.timer);
    if (this.pending) return false;
    this.pending = true;
    this.dirty = false;
    try {
      let response = await this.send(false);
      if (response.status === 403 && (await this.renewed())) response = await this.send(false);
      if (response.ok) return this.kept(await response.json());
      if (response.status === 401) return this.sessionEnded();
      if (response.status === 413) return this.refused((await response.json()).pesan);
      if (response.status === 503 || response.status === 507) return this.disconnected((await response.json()).pesan);
      if (response.status >= 500) return this.disconnected();
      return this.refused("Konsep tidak dapat disimpan. Salin tulisan Anda, lalu muat ulang halaman ini.");
    } catch {
      return this.disconnected();
    } finally {
      this.pending = false;
      if (this.dirty && !this.troubled && !this.leaving) this.typed();
    }
  }

  // Signing in in another tab gives the site new form tokens. The same account may go on here; another one may not.
  async renewed() {
    const page = new DOMParser().parseFromString(await (await fetch(this.form.action)).text(), "text/html");
    const [token, owner] = ["csrfmiddlewaretoken", "pemilik_konsep"].map((name) => page.querySelector(`input[name="${name}"]`));
    if (!token || owner?.value !== this.form.elements.pemilik_konsep.value) return false;
    this.form.elements.csrfmiddlewaretoken.value = token.value;
    return true;
  }

  refused(text) {
    this.lost.hidden = true;
    this.say(text);
    return false;
  }

  kept(answer) {
    this.attempt = 0;
    this.lost.hidden = true;
    this.ended.hidden = true;
    if (answer.pesan && !this.dirty) this.say(`Konsep ${answer.pesan}`);
    return true;
  }

  sessionEnded() {
    this.dirty = true;
    this.lost.hidden = true;
    this.ended.hidden = false;
    this.say("sesi berakhir");
    return false;
  }

  disconnected(why = "sambungan terputus") {
    this.dirty = true;
    this.lost.hidden = false;
    this.say(`belum tersimpan, ${why}`);
    const wait = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)];
    this.attempt += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
    return false;
  }

  // A save while the line is down would lose the page: first get the draft through, then submit.
  submitting(event) {
    if (this.troubled && event.submitter?.name !== "konsep") {
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      this.save().then((kept) => kept && this.form.requestSubmit(button));
      return;
    }
    clearTimeout(this.timer);
    this.leaving = true;
  }
}

function watch(root) {
  for (const form of root.querySelectorAll("form[data-konsep]")) new Draft(form);
}

watch(document);
document.addEventListener("htmx:afterSwap", (event) => watch(event.target));

// A link to a cell leads to its box; the input inside is what is wanted.
const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (target) (target.matches("input, select, textarea") ? target : target.querySelector("input:enabled, select:enabled, textarea:enabled"))?.focus();
