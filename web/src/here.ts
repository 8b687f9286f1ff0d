// "Where I am", in a form: fills in the point and sends the form on. Without it the place is chosen from a list.
export {};

const button = document.querySelector<HTMLButtonElement>("[data-here]");
const says = document.querySelector<HTMLElement>("[data-here-says]");
const form = button?.form;

const field = (name: string): HTMLInputElement => {
  const known = form?.elements.namedItem(name);
  if (known instanceof HTMLInputElement) return known;
  const made = document.createElement("input");
  made.type = "hidden";
  made.name = name;
  form?.append(made);
  return made;
};

if (button && form && "geolocation" in navigator) {
  button.hidden = false;
  let ready = false;
  button.addEventListener("click", (event) => {
    if (ready) return;
    event.preventDefault();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field("lon").value = coords.longitude.toFixed(7);
        field("lat").value = coords.latitude.toFixed(7);
        const query = form.elements.namedItem("q");
        if (query instanceof HTMLInputElement) query.value = "";
        ready = true;
        form.requestSubmit(button);
      },
      () => { if (says) says.textContent = button.dataset.denied ?? ""; },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

export {};
