// Chromium, watched: whatever breaks the content policy, asks strangers or throws fails the journey.
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";

export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1440, height: 900 };

const out = new URL("../out/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

let browser;

/** The one browser of the run. */
export async function launch() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

/** A page of a new visitor. `faults` fills with everything that must not happen. */
export async function visitor(base, { viewport = DESKTOP, locale = "zh-CN", scripts = true, ...more } = {}) {
  const context = await (await launch()).newContext({ viewport, locale, javaScriptEnabled: scripts, ...more });
  const faults = [];
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(base) || /^(data|blob):/.test(url)) return route.continue();
    faults.push(`asked a stranger: ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    if (/Content Security Policy|Refused to/i.test(text)) faults.push(`policy: ${text}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) faults.push(`${response.status()}: ${response.url()}`);
  });
  const go = async (path) => {
    const response = await page.goto(new URL(path, base).href);
    return response;
  };
  return { context, page, faults, go };
}

/** Takes a picture for people to look at. */
export async function picture(page, name) {
  await page.screenshot({ path: `${out}${name}.png`, fullPage: true });
}
