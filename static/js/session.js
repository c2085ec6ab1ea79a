// Says two minutes ahead that the session ends, with one button to stay; and when it is over, that it is over.
// Nothing typed is touched. Nothing is asked of the server but what a person presses. Without this script a form that
// is sent too late is kept all the same (docs/decisions/0015).
const dialog = document.getElementById("session-end");
const { whose } = dialog.dataset;
const warned = Number(dialog.dataset.warned) * 1000;
const marked = document.querySelector('input[name="kept_for"]')?.form;
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : { postMessage() {} };
let state = ""; // what the dialog shows: stay, last, over; "" where there is nothing to say
let asking = false; // the server is being asked for more time
let endsAt, canStay, timer;

function show(wanted) {
  if (state === wanted) {
    return;
  }
  state = wanted;
  for (const part of dialog.querySelectorAll("[data-state]")) {
    part.hidden = part.dataset.state !== wanted;
  }
  dialog.setAttribute("aria-labelledby", `session-end-${wanted}`);
  dialog.setAttribute("aria-describedby", `session-end-${wanted}-text`);
  if (!dialog.open) {
    dialog.showModal(); // the browser gives the focus back when it closes
  }
  dialog.querySelector("[data-state]:not([hidden]) .button").focus();
}

function hide() {
  state = "";
  dialog.close();
}

function count(left) {
  const words = left > 60_000 ? "2 minutes" : left > 30_000 ? "1 minute" : "30 seconds";
  for (const place of dialog.querySelectorAll("[data-count]")) {
    if (place.textContent !== words) {
      place.textContent = words;
    }
  }
}

// Looks at the clock. A timer may come late, on a machine that slept: then the page looks when it is seen again.
function look() {
  clearTimeout(timer);
  const left = endsAt - Date.now();
  if (state === "over") {
    return;
  }
  if (left <= 0) {
    show("over");
    return;
  }
  count(left);
  if (left <= warned && !asking && state !== "read") {
    show(canStay ? "stay" : "last");
  }
  const next = [warned, 60_000, 30_000, 0].find((step) => step < left);
  timer = setTimeout(look, left - next);
}

function learn(secondsLeft, mayStay) {
  endsAt = Date.now() + secondsLeft * 1000;
  canStay = mayStay;
  if (state === "over") {
    hide(); // the answer came after the end had come here
  }
  tabs.postMessage({ whose, endsAt, canStay });
  look();
}

async function stay() {
  const form = dialog.querySelector('[data-state="stay"] form');
  const problem = dialog.querySelector("[data-problem]");
  problem.textContent = "";
  asking = true;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => null);
  asking = false;
  if (answer?.ok) {
    const told = await answer.json();
    learn(told.seconds_left, told.can_stay);
  } else if (answer === null || answer.status >= 500) {
    look(); // shows the question again, or that it is too late
    problem.textContent = "We could not reach our server. Try again.";
  } else {
    show("over"); // signed out meanwhile
  }
}

// The button, Escape, or whatever else closes it: somebody is here. So each of them asks for more time.
dialog.addEventListener("close", () => {
  const closed = state;
  if (closed === "stay") {
    state = "";
    stay();
  } else if (closed === "last") {
    state = "read";
  }
});

dialog.querySelector('[data-state="stay"] form').addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close();
});

// To sign in again from a page that keeps typing, send its form: the server keeps what is in it, and asks who is there.
const again = dialog.querySelector("[data-again]");
again.search = new URLSearchParams({ next: location.pathname + location.search });
again.addEventListener("click", (event) => {
  if (marked && [...marked.elements].some(isChanged)) {
    event.preventDefault();
    HTMLFormElement.prototype.submit.call(marked);
  }
});

function isChanged(field) {
  if (field.type === "radio" || field.type === "checkbox") {
    return field.checked !== field.defaultChecked;
  }
  if (field.options) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected);
  }
  return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
}

// Other tabs: a page that was opened there keeps this one signed in too; whoever signs out there, or signs in as
// somebody else, ends it here.
tabs.onmessage = ({ data }) => {
  if (data.whose !== whose || data.over) {
    show("over");
  } else if (data.endsAt > endsAt || state === "over") {
    ({ endsAt, canStay } = data);
    if (state) {
      hide();
    }
    look();
  }
};

for (const out of document.querySelectorAll('form[action$="/logout/"]')) {
  out.addEventListener("submit", () => tabs.postMessage({ whose, over: true }));
}

document.addEventListener("visibilitychange", look);
window.addEventListener("pageshow", look);
learn(Number(dialog.dataset.left), dialog.dataset.canStay === "yes");
