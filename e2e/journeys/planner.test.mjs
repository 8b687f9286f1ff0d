// A planner: sign in by a link, read the matrix, follow a cell to communities and homes, start and stop a
// study, compare two, hand in a table.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open } from "../lib/district.mjs";
import { PHONE, close, picture, visitor } from "../lib/browser.mjs";
import { accessible, fits, readable, valid } from "../lib/checks.mjs";

let district;
before(async () => { district = await open(); });
after(async () => { await close(); await district?.stop(); });

async function signedIn(role, options) {
  const visit = await visitor(district.base, options);
  await visit.page.goto(await district.link(role));
  await visit.page.locator("main form button").click();
  await visit.page.waitForURL(/\/coverage/);
  return visit;
}

for (const locale of ["zh-CN", "en-GB"]) {
  test(`from the matrix to the homes, ${locale}`, async () => {
    const { page, faults, go, context } = await signedIn("planner", { locale });
    const lang = locale.slice(0, 2);
    const response = await go("/coverage");
    await valid(response, "coverage");
    await accessible(page, "coverage");
    await fits(page, "coverage");
    await readable(page, { text: 16, target: 44 }, "coverage");
    await picture(page, `planner-${lang}-1-coverage`);
    assert.ok(await page.locator(".matrix tbody tr").count() > 5);
    await page.locator(".matrix thead a").nth(1).click();
    await page.waitForURL(/sort=m5/);
    await page.locator(".matrix td.cell a").first().click();
    await page.waitForSelector("#worst");
    await valid(await go(page.url()), "cell");
    await accessible(page, "cell");
    await fits(page, "cell");
    await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
    // Whoever comes near enough sees the single homes.
    for (let i = 0; i < 3; i += 1) { await page.locator(".maplibregl-ctrl-zoom-in").click(); await page.waitForTimeout(400); }
    await page.waitForSelector('[data-homes-ready="yes"]', { timeout: 30_000 });
    await picture(page, `planner-${lang}-2-cell`);
    const numbers = await page.locator("tbody td:nth-child(2)").allTextContents();
    const people = numbers.map((n) => Number(n.replaceAll(",", "")));
    assert.deepEqual(people, [...people].sort((a, b) => b - a), "the worst off come first");
    await page.locator("tbody th a").first().click();
    await page.waitForURL(/\/homes/);
    await valid(await go(page.url()), "homes");
    await accessible(page, "homes");
    await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
    await picture(page, `planner-${lang}-3-homes`);
    // All homes of the district fill several pages: none is listed twice, none is left out.
    await go(`${new URL(page.url()).pathname}?minutes=5`);
    const listed = new Set();
    const all = Number((/[\d,]+/.exec((await page.locator("h1").textContent()).replace(/^[^:：]*/, "")) ?? ["0"])[0].replaceAll(",", ""));
    for (;;) {
      for (const href of await page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.href))) listed.add(href);
      const after = page.locator(".pages a", { hasText: /›$/ });
      if (await after.count() === 0) break;
      await after.click();
    }
    assert.equal(listed.size, all, "every home is on one page");
    await fits(page, "homes, last page");
    await go(`${new URL(page.url()).pathname}?minutes=5`);
    await page.locator("tbody th a").first().click();
    await page.waitForURL(/\/nearby\?home=/);
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("the planner's pages fit a phone", async () => {
  const { page, faults, go, context } = await signedIn("planner", { viewport: PHONE });
  for (const path of ["/coverage", "/studies", "/work"]) {
    await go(path);
    await fits(page, path);
    await picture(page, `planner-phone${path.replace("/", "-")}`);
  }
  await go("/coverage");
  await page.locator(".matrix td.cell a").first().click();
  await page.waitForSelector("#worst");
  await fits(page, "cell on a phone");
  await picture(page, "planner-phone-cell");
  await page.locator("tbody th a").first().click();
  await page.waitForURL(/\/homes/);
  await fits(page, "homes on a phone");
  assert.deepEqual(faults, []);
  await context.close();
});

test("filters by profile, community and list; downloads open", async () => {
  const { page, faults, go, context } = await signedIn("planner");
  await go("/coverage");
  await page.selectOption("#profile", "wheelchair");
  await page.selectOption("#area", { index: 1 });
  await page.selectOption("#list", "all");
  await page.getByRole("button", { name: "看", exact: true }).click();
  await page.waitForURL(/profile=wheelchair/);
  assert.match(page.url(), /area=\w+/);
  for (const link of await page.locator(".downloads a").all()) {
    const got = await page.request.get(new URL(await link.getAttribute("href"), district.base).href);
    assert.equal(got.status(), 200);
    assert.ok((await got.body()).length > 200);
    assert.match(got.headers()["content-disposition"] ?? "", /attachment/);
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test("a study is started, watched, and compared with the first", async () => {
  const { page, faults, go, context } = await signedIn("planner");
  await valid(await go("/studies"), "studies");
  await accessible(page, "studies");
  await page.fill("#title", "夜里十点半");
  await page.fill("#at", "22:30");
  for (const code of ["frail", "child", "pram"]) await page.uncheck(`input[value="${code}"]`);
  await page.getByRole("button", { name: "开始算" }).click();
  await page.waitForURL(/\/studies$/);
  await picture(page, "planner-studies-running");
  // The newest comes first: a folder that is used again holds older ones of the name.
  const row = page.locator("tbody tr", { hasText: "夜里十点半" }).first();
  await row.getByText("已完成").waitFor({ timeout: 120_000 });
  assert.equal(await page.locator(".job").count(), 0);
  await picture(page, "planner-studies");
  await row.getByRole("link").click();
  await page.waitForSelector(".matrix");
  await page.selectOption("#with", { index: 1 });
  await page.getByRole("button", { name: "看", exact: true }).click();
  await page.waitForURL(/with=/);
  assert.ok(await page.locator(".delta").count() > 0);
  await accessible(page, "compare");
  await picture(page, "planner-compare");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a table with a wrong row is told of, a right one is imported by an administrator", async () => {
  const { page, faults, go, context } = await signedIn("administrator");
  const info = await (await page.request.get(`${district.base}/api/v1/style.json`)).json();
  const [west, south, east, north] = info.sources.yike.bounds;
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const wrong = join(district.folder, "wrong.csv");
  writeFileSync(wrong, `id,name,category,lon,lat\nx1,阳光食堂,canteen,${lon},${lat}\nx2,坏的一行,canteen,abc,${lat}\n`);
  await valid(await go("/work"), "work");
  await accessible(page, "work");
  await readable(page, { text: 16, target: 44 }, "work");
  await picture(page, "planner-work");
  const handIn = async (file) => {
    await go("/work");
    await page.selectOption("#kind", "facilities");
    await page.setInputFiles("#file", file);
    await page.getByRole("button", { name: "先检查" }).click();
    await page.waitForURL(/\/imports\//);
    await page.waitForFunction(() => !document.querySelector(".job"), undefined, { timeout: 60_000 });
  };
  await handIn(wrong);
  assert.match((await page.textContent("tbody")) ?? "", /3.*lon.*“abc”不是数字/s);
  assert.equal(await page.locator("tbody tr").count() >= 1, true);
  assert.equal(await page.getByRole("button", { name: "导入", exact: true }).count(), 0);
  await accessible(page, "import with errors");
  await picture(page, "planner-import-wrong");
  const right = join(district.folder, "right.csv");
  writeFileSync(right, `id,name,category,lon,lat\nx1,阳光食堂,canteen,${lon},${lat}\n`);
  await handIn(right);
  await picture(page, "planner-import-right");
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await page.waitForURL(/\/imports\//);
  assert.match((await page.textContent("h1")) ?? "", /已导入/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a study is watched by events, stopped, and without scripts the page looks again by itself", async () => {
  const { page, faults, go, context } = await signedIn("planner");
  const heard = page.waitForRequest(/\/api\/v1\/jobs\/[^/]+\/events$/);
  await go("/studies");
  await page.fill("#title", "要停下的");
  await page.getByRole("button", { name: "开始算" }).click();
  const stream = await heard;
  assert.equal(stream.resourceType(), "eventsource");
  // It may be over before the button is reached: then there is nothing to stop.
  const stop = page.getByRole("button", { name: "停下" });
  if (await stop.count() > 0) await stop.click({ timeout: 2000 }).catch(() => {});
  // The page tells the end by itself, and shows nothing under way then.
  const row = page.locator("tbody tr", { hasText: "要停下的" }).first();
  await row.getByText(/已取消|没有成功|已完成/).waitFor({ timeout: 60_000 });
  assert.equal(await page.locator(".job").count(), 0);
  const plain = await context.browser().newContext({ locale: "zh-CN", javaScriptEnabled: false, storageState: await context.storageState() });
  const quiet = await plain.newPage();
  await quiet.goto(new URL("/studies", district.base).href);
  await quiet.fill("#title", "不用脚本");
  // One walker is enough, and soon done.
  for (const code of ["norm", "elder", "frail", "child", "pram", "wheelchair"]) await quiet.uncheck(`input[value="${code}"]`);
  await quiet.getByRole("button", { name: "开始算" }).click();
  // The list alone, read again and again, shows it done.
  await quiet.locator("tbody tr", { hasText: "不用脚本" }).first().getByText("已完成").waitFor({ timeout: 60_000 });
  assert.equal(await quiet.locator(".job").count(), 0);
  await plain.close();
  assert.deepEqual(faults, []);
  await context.close();
});

test("strangers see totals, never homes or work; a link signs in once; signing out ends it", async () => {
  const stranger = await visitor(district.base);
  await stranger.go("/coverage");
  assert.equal(await stranger.page.locator(".matrix").count(), 1);
  const study = new URL(stranger.page.url()).pathname;
  await picture(stranger.page, "stranger-coverage");
  for (const path of [`${study}/canteen/homes`, "/work", "/imports/x"]) {
    const answer = await stranger.go(path);
    assert.ok([403, 404].includes(answer.status()), `${path}: ${answer.status()}`);
  }
  await picture(stranger.page, "stranger-refused");
  const link = await district.link("planner");
  await stranger.page.goto(link);
  await picture(stranger.page, "sign-in");
  await stranger.page.locator("main form button").click();
  await stranger.page.waitForURL(/\/coverage/);
  await stranger.page.locator(".prefs form button").click();
  await stranger.page.waitForSelector("h1");
  await picture(stranger.page, "signed-out");
  const work = await stranger.go("/work");
  assert.equal(work.status(), 403);
  await stranger.page.goto(link);
  await stranger.page.locator("main form button").click();
  await stranger.page.waitForSelector("h1");
  assert.match((await stranger.page.textContent("h1")) ?? "", /已经用过/);
  assert.deepEqual(stranger.faults, []);
  await stranger.context.close();
});
