// The page of a session asks every moment whether anything is new: often on a good line, seldom on a bad one.
// Without this the page is renewed by hand.

const GOOD_MS = 1200;
const SLOWEST_MS = 10000;
const SLOW_ANSWER_MS = 1500;

const lost = document.querySelector("[data-desk-putus]");
const ended = document.querySelector("[data-desk-sesi]");
let wait = GOOD_MS;
let asked = 0;
let timer = 0;

function rest(pause) {
  clearTimeout(timer);
  timer = setTimeout(beat, pause);
}

function beat() {
  asked = performance.now();
  htmx.trigger(document.body, "denyut");
  rest(SLOWEST_MS); // should no answer come at all
}

function answered(status) {
  if (status === 401) {
    clearTimeout(timer);
    lost.hidden = true;
    ended.hidden = false;
    return;
  }
  const good = status > 0 && status < 500;
  lost.hidden = good;
  const slow = performance.now() - asked > SLOW_ANSWER_MS;
  wait = good && !slow ? GOOD_MS : Math.min(wait * 2, SLOWEST_MS);
  rest(document.hidden ? SLOWEST_MS : wait);
}

function isBeat(event) {
  return event.detail.pathInfo?.requestPath?.includes("/kini/");
}

document.addEventListener("htmx:afterRequest", (event) => isBeat(event) && answered(event.detail.xhr.status));
document.addEventListener("htmx:afterSwap", (event) => {
  if (isBeat(event)) htmx.trigger(document.body, "berubah");
});
document.addEventListener("visibilitychange", () => !document.hidden && ended.hidden && rest(0));
addEventListener("online", () => ended.hidden && rest(0));

if (document.getElementById("desk-meja")) rest(wait);
