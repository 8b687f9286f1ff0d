// A resident reports a broken stair light from a phone without scripts, and the time of the demo shows
// what becomes of a case that nobody touches.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../lib/district.mjs";
import { DESKTOP, PHONE, close, picture, visitor } from "../lib/browser.mjs";
import { accessible, fits, readable, valid } from "../lib/checks.mjs";

let district;
before(async () => { district = await open(); });
after(async () => { await close(); await district?.stop(); });

/** The three screens, each checked; gives the address of the case. */
async function report(page, go, { name, kind, words, check = async () => {} }) {
  await valid(await go("/report"), "report");
  await check(page, `${name}-1-kind`);
  const choice = page.locator(`input[name=kind][value=${kind}]`);
  await page.locator("details", { has: choice }).locator("summary").click();
  await choice.check();
  await page.locator("button[value=where]").click();
  await check(page, `${name}-2-where`);
  const example = await page.locator("#q").getAttribute("placeholder");
  const estate = example.match(/[\p{Script=Han}]{2,}(?=，)/u)?.[0].replace(/^例如/, "")
    ?? example.split(/[：:,，]/)[1].trim();
  await page.fill("#q", `${estate}1幢`);
  await page.locator("button[value=find]").first().click();
  await page.locator("fieldset.places input").first().check();
  await page.locator("button[value=what]").click();
  // One step finer: the first door.
  const doors = page.locator("fieldset.places input");
  if (await doors.count() > 1) {
    await doors.nth(1).check();
    await page.locator("button[value=what]").click();
  }
  await page.fill("#text", words);
  await check(page, `${name}-3-what`);
  await page.locator("button[value=send]").click();
  await page.waitForURL(/\/t\//);
  await check(page, `${name}-4-case`);
  return page.url();
}

async function checked(page, name) {
  await fits(page, name);
  await picture(page, `cases-${name}`);
}

test("reports in three screens on a phone without scripts, and finds it again", async () => {
  const { page, faults, go, context } = await visitor(district.base, { viewport: PHONE, scripts: false });
  const address = await report(page, go, {
    name: "phone", kind: "stair_light", words: "三楼的灯不亮，老人下楼看不清", check: checked,
  });
  assert.match(await page.locator("h1").textContent(), /楼道长/, "says who has it");
  await page.fill("#more-text", "晚上更看不清");
  await page.locator("button[value=remark]").click();
  assert.match(await page.locator(".timeline").textContent(), /晚上更看不清/, "what is added stands there");
  await go("/me");
  assert.equal(await page.locator(".finds li").count(), 1, "this device remembers");
  await picture(page, "cases-phone-5-mine");
  assert.deepEqual(faults, []);
  await context.close();

  const other = await visitor(district.base, { viewport: PHONE });
  await other.go(address);
  assert.equal(await other.page.locator("form[action^='/t/']").count(), 0, "an address only shows");
  await accessible(other.page, "case");
  await readable(other.page, { text: 18, target: 44 }, "case");
  await other.go("/me");
  assert.equal(await other.page.locator(".finds li").count(), 0, "another device knows nothing");
  assert.deepEqual(other.faults, []);
  await other.context.close();
});

test("each screen is within reach of everybody: axe, the elder view, English", async () => {
  for (const [view, text, target] of [["plain", 18, 44], ["elder", 24, 60]]) {
    const { page, faults, go, context } = await visitor(district.base, { viewport: PHONE });
    await go(`/?view=${view}`);
    const within = async (page, name) => {
      await accessible(page, name);
      await readable(page, { text, target }, name);
      await checked(page, name);
    };
    await report(page, go, { name: view, kind: "rubble", words: "楼下堆了装修垃圾", check: within });
    for (const path of ["/boards", "/phone", "/me"]) {
      await valid(await go(path), path);
      await within(page, `${view}-${path.slice(1)}`);
    }
    await go("/report?lang=en");
    await within(page, `${view}-english`);
    await go("/boards?lang=en");
    await within(page, `${view}-boards-english`);
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("emergencies are turned to their numbers at once", async () => {
  const { page, faults, go, context } = await visitor(district.base, { viewport: PHONE, scripts: false });
  await go("/report");
  const numbers = await page.locator("a[href^='tel:']").allTextContents();
  for (const number of ["110", "119", "120"]) assert.ok(numbers.includes(number), `${numbers}`);
  assert.deepEqual(faults, []);
  await context.close();
});

test("what nobody touches climbs to the district by itself", async () => {
  const { page, faults, go, context } = await visitor(district.base, { viewport: DESKTOP });
  const address = await report(page, go, { name: "climbs", kind: "stair_rail", words: "一直没人管" });
  const heading = async () => page.locator("h1").textContent();
  assert.match(await heading(), /楼道长/);
  const seen = new Set();
  for (let week = 0; week < 8; week += 1) {
    await page.goto(address);
    for (const who of ["小区专员", "居委会", "办事处", "政府"]) {
      if ((await page.locator(".timeline").textContent()).includes(who)) seen.add(who);
    }
    await Promise.all([
      page.waitForNavigation({ timeout: 60_000 }),
      page.locator(".demo-note button[value='168']").click(),
    ]);
  }
  await page.goto(address);
  assert.match(await heading(), /区政府/, "the district has it");
  assert.equal(seen.size, 4, `${[...seen]}`);
  await picture(page, "cases-climbed");
  assert.deepEqual(faults, []);
  await context.close();
});
