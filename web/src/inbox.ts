// Inbox island: the keyboard, the case beside the list where there is room, and how many are chosen. The
// list, its links and its form work without it.
import { enhance } from "./casefile.js";

const desk = document.querySelector<HTMLElement>('[data-island="inbox"]');
const pane = desk?.querySelector<HTMLElement>("[data-pane]");
if (desk && pane) start(desk, pane);

function start(desk: HTMLElement, pane: HTMLElement): void {
  const rows = [...desk.querySelectorAll<HTMLTableRowElement>("tr[data-row]")];
  const wide = window.matchMedia("(min-width: 75rem)");
  const back = desk.querySelector<HTMLInputElement>('input[name="back"]')?.value ?? "/inbox";
  let at = -1;
  let asking: AbortController | undefined;

  const link = (row: HTMLTableRowElement | undefined): HTMLAnchorElement | null =>
    row?.querySelector<HTMLAnchorElement>("th a") ?? null;

  const choose = (to: number): void => {
    if (rows.length === 0) return;
    rows[at]?.removeAttribute("data-on");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at]?.setAttribute("data-on", "");
    rows[at]?.scrollIntoView({ block: "nearest" });
    link(rows[at])?.focus({ preventScroll: true });
  };

  const close = (): void => {
    asking?.abort();
    pane.hidden = true;
    desk.classList.remove("split");
    link(rows[at])?.focus();
  };

  /** Shows the case of the chosen row beside the list; `act` goes on to its first form. */
  const show = async (act: boolean): Promise<void> => {
    const href = link(rows[at])?.href;
    if (!href) return;
    if (!wide.matches) {
      location.href = href;
      return;
    }
    asking?.abort();
    asking = new AbortController();
    pane.hidden = false;
    desk.classList.add("split");
    pane.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${href}?pane&back=${encodeURIComponent(back)}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      pane.replaceChildren(...page.body.childNodes);
      enhance(pane);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      const told = document.createElement("p");
      told.className = "say late";
      told.setAttribute("role", "alert");
      told.textContent = desk.dataset["wrong"] ?? "";
      pane.replaceChildren(told);
    }
    pane.removeAttribute("aria-busy");
    pane.scrollTop = 0;
    rows[at]?.scrollIntoView({ block: "nearest" });
    const first = pane.querySelector<HTMLElement>(
      "details[open] :is(textarea, select, input:not([type=hidden]), button)",
    );
    if (act && first) first.focus();
    else pane.focus();
  };

  rows.forEach((row, i) => {
    link(row)?.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !wide.matches) return;
      event.preventDefault();
      choose(i);
      void show(false);
    });
  });

  const beside = (): boolean => !pane.hidden;
  const keys: Record<string, () => void> = {
    j: () => { choose(at + 1); if (beside()) void show(false); },
    k: () => { choose(at - 1); if (beside()) void show(false); },
    e: () => { if (at >= 0) void show(true); },
    x: () => {
      const tick = rows[at]?.querySelector<HTMLInputElement>("input[type=checkbox]");
      if (tick) { tick.checked = !tick.checked; count(); }
    },
    Enter: () => { if (at >= 0) void show(false); },
    Escape: close,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const on = event.target instanceof HTMLElement ? event.target : document.body;
    const writing = on.matches("input:not([type=checkbox]), textarea, select") || on.isContentEditable;
    if (event.key !== "Escape" && writing) return;
    // Enter on a link or button means that link or button.
    if (event.key === "Enter" && on !== document.body && !on.matches("[data-pane]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const chosen = desk.querySelector<HTMLElement>("[data-chosen]");
  const count = (): void => {
    const n = desk.querySelectorAll("tbody input:checked").length;
    if (chosen) chosen.textContent = n > 0 ? String(n) : "";
  };
  desk.addEventListener("change", count);
  count();
  const hint = desk.querySelector<HTMLElement>("[data-keys]");
  if (hint) hint.hidden = !window.matchMedia("(pointer: fine)").matches || rows.length === 0;
}
