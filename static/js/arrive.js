// Takes the reader to what comes first on a page: its list of errors, or what has just been done.
// Without this script both still stand at the top of the page.
const first = document.querySelector(".error-summary, .errornote[tabindex]") || document.querySelector(".notification[tabindex], .messagelist[tabindex]");
if (first) {
  first.focus();
}
