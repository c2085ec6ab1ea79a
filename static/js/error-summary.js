// Takes the reader to the list of errors when a page comes back with one.
// Without this script the list is still the first thing in the page.
const summary = document.querySelector(".error-summary, .errornote[tabindex]");
if (summary) {
  summary.focus();
}
