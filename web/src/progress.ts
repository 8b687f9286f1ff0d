// Progress island: hears how each running job goes on, and reloads the page when one has ended. Where
// the server's stream cannot be had it asks once a second instead.

interface Progress {
  ended: boolean;
  percent: number;
  state: string;
  stage: string;
}

/** Browsers keep few connections to one server: more jobs than this are asked for. */
const STREAMS = 2;

[...document.querySelectorAll<HTMLElement>('[data-island="progress"]')].forEach((box, i) => {
  const source = box.dataset["events"];
  if (source && i < STREAMS && "EventSource" in window) hear(box, source);
  else void ask(box);
});

function hear(box: HTMLElement, source: string): void {
  const stream = new EventSource(source);
  stream.onmessage = (event) => show(box, JSON.parse(event.data as string) as Progress, () => stream.close());
  // The browser connects again by itself unless it was refused: then asking must do.
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) void ask(box);
  };
}

function show(box: HTMLElement, job: Progress, end: () => void): void {
  if (job.ended) {
    end();
    return location.reload();
  }
  const bar = box.querySelector("progress");
  const state = box.querySelector("[data-state]");
  const stage = box.querySelector("[data-stage]");
  if (bar) bar.value = job.percent;
  if (state) state.textContent = job.state;
  if (stage) stage.textContent = job.stage;
}

async function ask(box: HTMLElement): Promise<void> {
  let wait = 700;
  for (let over = false; !over;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    try {
      const answer = await fetch(box.dataset["src"] ?? "", { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show(box, (await answer.json()) as Progress, () => { over = true; });
      wait = 700;
    } catch {
      // The line is down or the server restarts: ask less often, keep what is shown.
      wait = Math.min(wait * 2, 15_000);
    }
  }
}
