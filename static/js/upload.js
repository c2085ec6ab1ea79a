// Sends each file of the form by itself and shows how far it is. Without this script the form sends all at once.
const form = document.querySelector("[data-upload] form");
const input = form?.querySelector("input[type=file]");

function line(list, file) {
  const item = list.appendChild(document.createElement("li"));
  const name = item.appendChild(document.createElement("span"));
  const bar = item.appendChild(document.createElement("progress"));
  const said = item.appendChild(document.createElement("span"));
  name.textContent = file.name;
  name.className = "file-name";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Sending ${file.name}`);
  return {bar, said};
}

function send(file, {bar, said}) {
  const data = new FormData(form);
  data.delete(input.name);
  data.append(input.name, file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const end = (errors) => {
      bar.hidden = true;
      said.textContent = errors.length ? errors.join(" ") : "Added";
      said.className = errors.length ? "file-refused" : "file-added";
      done(errors.length === 0);
    };
    request.open("POST", location.href);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      bar.value = event.lengthComputable ? event.loaded / event.total : 0;
      if (bar.value === 1) {
        said.textContent = "Looking at it";
      }
    };
    request.onerror = () => end(["It was not sent. Check your connection, then try again."]);
    request.onload = () => {
      if (request.response?.errors) {
        end(request.response.errors);
      } else if (request.status === 507 || request.status >= 500) {
        end(["We could not keep it just now. Try again later."]);
      } else {
        form.submit(); // signed out, or too old a page: the server's own page says so
      }
    };
    request.send(data);
  });
}

// What was kept stands in the list above, while the errors stay where they are.
async function showWhatIsThere() {
  const answer = await fetch(location.pathname);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-there]");
  if (fresh) {
    document.querySelector("[data-there]").replaceWith(fresh);
  }
}

form?.addEventListener("submit", async (event) => {
  if (!input.files.length) {
    return; // the server says what is missing
  }
  event.preventDefault();
  form.querySelector(".uploads")?.remove();
  const button = form.querySelector("button[type=submit]");
  const box = document.createElement("div");
  box.className = "uploads";
  box.setAttribute("role", "status");
  button.parentElement.before(box);
  const list = box.appendChild(document.createElement("ul"));
  button.disabled = true;
  const files = [...input.files].map((file) => ({file, shown: line(list, file)}));
  let allKept = true;
  for (const {file, shown} of files) {
    allKept = (await send(file, shown)) && allKept;
  }
  button.disabled = false;
  input.value = "";
  if (allKept) {
    location.assign(location.pathname);
  } else {
    await showWhatIsThere();
  }
});
