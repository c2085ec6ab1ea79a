// Shows and hides the questions that depend on another answer of the page. Without this script the page asks them
// after it was saved: the server decides what is asked, here is only what can be seen of it.
const parts = [...document.querySelectorAll("[data-if]")];

function show() {
  for (const part of parts) {
    const wanted = part.dataset.is.split(" ");
    const chosen = [...document.querySelectorAll(`[name="${CSS.escape(part.dataset.if)}"]:checked`)];
    const asked = chosen.some((box) => wanted.includes(box.value) && !box.closest("[data-if][hidden]"));
    part.hidden = !asked;
    for (const mark of part.querySelectorAll('[name="unseen"]')) {
      mark.disabled = asked;
    }
  }
}

document.addEventListener("change", show);
window.addEventListener("pageshow", show); // the browser may bring back what was chosen before
show();
