// Search island: suggestions while typing, and "where I am". Without it the form works as it is.

interface Find {
  href: string;
  name: string;
  path: string;
}

const form = document.querySelector<HTMLFormElement>('[data-island="search"]');
const input = form?.querySelector<HTMLInputElement>("input[type=search]");

if (form && input) {
  suggest(form, input);
  locate(form);
}

/** Shows up to eight places below the field; arrows move, Enter goes, Escape closes. */
function suggest(form: HTMLFormElement, input: HTMLInputElement): void {
  const list = document.createElement("ul");
  list.className = "finds float";
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
  input.parentElement?.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let chosen = -1;
  let asking: AbortController | undefined;
  let timer = 0;

  const links = (): HTMLAnchorElement[] => [...list.querySelectorAll("a")];
  const close = (): void => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (at: number): void => {
    const all = links();
    chosen = all.length === 0 ? -1 : (at + all.length) % all.length;
    all.forEach((link, i) => link.setAttribute("aria-selected", String(i === chosen)));
    const link = all[chosen];
    if (link) input.setAttribute("aria-activedescendant", link.id);
  };

  const ask = async (): Promise<void> => {
    asking?.abort();
    const text = input.value.trim();
    if (text === "") return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(text)}&limit=8`, { signal: asking.signal });
      if (!answer.ok) return close();
      const { finds } = (await answer.json()) as { finds: Find[] };
      list.replaceChildren(...finds.map(item));
      list.hidden = finds.length === 0;
      input.setAttribute("aria-expanded", String(finds.length > 0));
      chosen = -1;
    } catch {
      // A later letter cancelled this question, or the line is down: the button still works.
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) links()[chosen]?.click();
    else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) close();
  });
}

function item(find: Find, i: number): HTMLLIElement {
  const row = document.createElement("li");
  row.setAttribute("role", "presentation");
  const link = document.createElement("a");
  link.href = find.href;
  link.id = `suggestion-${i}`;
  link.tabIndex = -1;
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  const name = document.createElement("span");
  name.textContent = find.name;
  const path = document.createElement("span");
  path.className = "path";
  path.textContent = find.path;
  link.append(name, path);
  row.append(link);
  return row;
}

/** Asks the browser for the position, once, and posts it: it never stands in an address. */
function locate(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("[data-locate]");
  const says = form.querySelector<HTMLElement>("[data-locate-says]");
  const hidden = document.querySelector<HTMLFormElement>("[data-locate-form]");
  if (!button || !hidden || !("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field(hidden, "lon").value = coords.longitude.toFixed(5);
        field(hidden, "lat").value = coords.latitude.toFixed(5);
        hidden.submit();
      },
      () => {
        button.disabled = false;
        if (says) says.textContent = button.dataset["denied"] ?? "";
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const found = form.elements.namedItem(name);
  if (!(found instanceof HTMLInputElement)) throw new Error(`the form has no field ${name}`);
  return found;
}
