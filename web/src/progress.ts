// Progress island: asks for each running job once a second, and reloads the page when one has ended.

interface Progress {
  ended: boolean;
  percent: number;
  state: string;
  stage: string;
}

for (const box of document.querySelectorAll<HTMLElement>('[data-island="progress"]')) void watch(box);

async function watch(box: HTMLElement): Promise<void> {
  const bar = box.querySelector("progress");
  const state = box.querySelector("[data-state]");
  const stage = box.querySelector("[data-stage]");
  let wait = 700;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    try {
      const answer = await fetch(box.dataset["src"] ?? "", { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const job = (await answer.json()) as Progress;
      if (job.ended) return location.reload();
      if (bar) bar.value = job.percent;
      if (state) state.textContent = job.state;
      if (stage) stage.textContent = job.stage;
      wait = 700;
    } catch {
      // The line is down or the server restarts: ask less often, keep what is shown.
      wait = Math.min(wait * 2, 15_000);
    }
  }
}
