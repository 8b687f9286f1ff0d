// A case's forms: words often used are put into the text as soon as they are chosen. Without this the
// button beside them does it.

/** Makes the forms within an element fill in by themselves. */
export function enhance(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("select[data-template]")) {
    const form = select.form;
    const text = form?.querySelector<HTMLTextAreaElement>("textarea[name=text]");
    const button = form?.querySelector<HTMLButtonElement>("button[data-fill]");
    if (!text) continue;
    if (button) button.hidden = true;
    let filled = select.selectedOptions[0]?.dataset["text"] ?? "";
    select.addEventListener("change", () => {
      const words = select.selectedOptions[0]?.dataset["text"] ?? "";
      const own = text.value.trim();
      // What somebody wrote himself stays; what was filled in before gives way.
      text.value = own === "" || own === filled.trim() ? words : words ? `${own}\n${words}` : own;
      filled = words;
      text.focus();
    });
  }
}

enhance(document);
