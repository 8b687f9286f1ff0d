// What every page must hold: accessibility by axe, the ministry's norm for elders, valid HTML.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const html = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    // Askama leaves the spaces of its tags behind.
    "no-trailing-whitespace": "off",
    // Short pages of one language: the order of attributes and long titles are a matter of taste.
    "long-title": "off",
    // Ticks of one question share its name.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
    "no-inline-style": "error",
    "no-raw-characters": "error",
  },
});

/** No serious or critical finding of axe. */
export async function accessible(page, name) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    // eslint-disable-next-line no-undef
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const serious = violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help}\n  ${v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160)).join("\n  ")}`);
  assert.deepEqual(serious, [], `${name}: axe found\n${serious.join("\n")}`);
}

/** The page as it was sent is valid HTML. */
export async function valid(response, name) {
  const text = await response.text();
  assert.doesNotMatch(text, /\{\s*\$/, `${name}: a text was not filled in`);
  const report = await html.validateString(text);
  const wrong = report.results.flatMap((r) => r.messages)
    .filter((m) => m.severity === 2)
    .map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
  assert.deepEqual(wrong, [], `${name}: not valid\n${wrong.slice(0, 20).join("\n")}`);
}

/** Nothing is wider than the window. */
export async function fits(page, name) {
  const [wide, window_] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(wide <= window_, `${name}: ${wide} px wide in a window of ${window_}`);
}

/** Main text, line height and targets by the ministry's norm. */
export async function readable(page, { text, target }, name) {
  const found = await page.evaluate(() => {
    const seen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
    const size = (e) => Number.parseFloat(getComputedStyle(e).fontSize);
    const paragraphs = [...document.querySelectorAll("main p, main li, main dd")].filter(seen);
    const main = getComputedStyle(document.body);
    const inline = (e) => getComputedStyle(e).display === "inline";
    const targets = [...document.querySelectorAll("a, button, input, select, summary")]
      .filter(seen)
      // Links in running text may be as high as the text; hidden ones are reached by others.
      .filter((e) => !(e.tagName === "A" && inline(e)) && e.type !== "hidden" && !e.closest(".maplibregl-map, .unseen, .skip"))
      // A tick box is as large as the label around it.
      .map((e) => [e, (e.closest("label") ?? e).getBoundingClientRect()])
      .map(([e, box]) => ({ what: e.outerHTML.slice(0, 90), height: box.height, width: box.width }));
    return {
      main: Number.parseFloat(main.fontSize),
      line: Number.parseFloat(main.lineHeight) / Number.parseFloat(main.fontSize),
      smallest: Math.min(...paragraphs.map(size)),
      targets,
    };
  });
  assert.ok(found.main >= text, `${name}: main text ${found.main} px`);
  assert.ok(found.smallest >= text * 0.85, `${name}: smallest text ${found.smallest} px`);
  assert.ok(found.line >= 1.3, `${name}: line height ${found.line}`);
  const small = found.targets.filter((t) => t.height < target - 0.5).map((t) => `${t.height} px: ${t.what}`);
  assert.deepEqual(small, [], `${name}: targets below ${target} px`);
}
