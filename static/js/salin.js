// Copy a ready text: <button data-salin="id of the textarea">. Without this the text is selected and copied by hand.

async function copy(area) {
  if (navigator.clipboard) return navigator.clipboard.writeText(area.value);
  area.select(); // an office intranet without https has no clipboard
  if (!document.execCommand("copy")) throw new Error("not allowed");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-salin]");
  if (!button) return;
  const area = document.getElementById(button.dataset.salin);
  const told = button.parentElement.querySelector("[role=status]");
  try {
    await copy(area);
    told.textContent = "Tersalin.";
  } catch {
    area.select();
    told.textContent = "Tekan Ctrl+C untuk menyalin.";
  }
});
