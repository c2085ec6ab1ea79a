// allauth's passkey scripts tell only the console when a passkey fails: tell the reader.
document.addEventListener("allauth.error", (event) => {
  const problem = document.getElementById("passkey-problem");
  if (problem) {
    event.preventDefault();
    problem.hidden = false;
    problem.focus();
  }
});
