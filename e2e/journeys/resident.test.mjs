// A resident: from a name typed or a spot tapped to what is reached on foot, on a phone, without
// scripts, in the elder view, in both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open } from "../lib/district.mjs";
import { DESKTOP, PHONE, close, picture, visitor } from "../lib/browser.mjs";
import { accessible, fits, readable, valid } from "../lib/checks.mjs";

let district;
before(async () => { district = await open(); });
after(async () => { await close(); await district?.stop(); });

/** Opens the first example of the front page: an estate of the district. */
async function firstEstate(page) {
  await page.locator(".front .chips a").first().click();
  await page.waitForURL(/\/nearby\?place=/);
}

for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  for (const locale of ["zh-CN", "en-GB"]) {
    test(`finds the way from the front page to the list, ${size}, ${locale}`, async () => {
      const { page, faults, go, context } = await visitor(district.base, { viewport, locale });
      const name = `resident-${size}-${locale.slice(0, 2)}`;
      const response = await go("/");
      await valid(response, "front");
      await accessible(page, "front");
      await fits(page, "front");
      await readable(page, { text: 18, target: 44 }, "front");
      await picture(page, `${name}-1-front`);
      await firstEstate(page);
      // On a phone the map comes before the list, within the first window and a half.
      const top = (await page.locator('[data-island="map"]').boundingBox()).y;
      assert.ok(top < viewport.height * 1.5, `the map begins at ${top}`);
      assert.ok(top < (await page.locator(".list").boundingBox()).y, "the map stands before the list");
      await page.locator('[data-island="map"]').scrollIntoViewIfNeeded();
      await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
      await accessible(page, "nearby");
      await fits(page, "nearby");
      await readable(page, { text: 18, target: 44 }, "nearby");
      const walks = await page.locator(".need .reach").count();
      assert.ok(walks > 0, "something is reached");
      const kinds = (await page.locator(".counts b").allTextContents()).map((n) => Number.parseInt(n, 10));
      assert.equal(kinds.length, 3);
      assert.deepEqual(kinds, [...kinds].sort((a, b) => a - b), "more time, more kinds");
      assert.ok(kinds[2] > 0);
      await page.locator(".need > summary").nth(1).click();
      assert.ok(await page.locator(".need").nth(1).locator(".reach").first().isVisible());
      const minutes = await page.locator(".need .min").allTextContents();
      assert.ok(minutes.every((m) => Number.parseInt(m, 10) <= 15), `within a quarter of an hour: ${minutes}`);
      await page.waitForTimeout(700);
      await picture(page, `${name}-2-nearby`);
      await page.getByRole("link", { name: locale === "zh-CN" ? "轮椅" : "Wheelchair" }).click();
      await page.waitForURL(/profile=wheelchair/);
      assert.ok(await page.locator('.chip[aria-current="true"]').count() >= 2);
      assert.deepEqual(faults, []);
      await context.close();
    });
  }
}

test("without scripts the list, the choices and the picture are all there", async () => {
  const { page, faults, go, context } = await visitor(district.base, { viewport: PHONE, scripts: false });
  await go("/");
  const example = (await page.locator(".front .chips a").first().textContent())?.trim() ?? "";
  await page.fill("#q", example);
  await page.getByRole("button", { name: "查" }).click();
  await page.waitForURL(/\/nearby\?q=/);
  const found = page.locator(".finds a").first();
  assert.ok((await found.textContent())?.includes(example));
  await found.click();
  assert.ok(await page.locator(".need .reach").count() > 0);
  assert.ok(await page.locator(".map > svg path").count() > 5, "the picture is drawn");
  await page.locator(".counts a").first().click();
  await page.waitForURL(/minutes=5/);
  await page.locator(".choices summary").click();
  await page.fill("#at", "22:30");
  await page.getByRole("button", { name: "按这个时间看" }).click();
  await page.waitForURL(/at=22%3A30/);
  await picture(page, "resident-no-scripts");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a place has a page of its own: where it lies, who lacks what around it, its doors", async () => {
  for (const [viewport, locale] of [[PHONE, "zh-CN"], [DESKTOP, "en-GB"]]) {
    const { page, faults, go, context } = await visitor(district.base, { viewport, locale });
    await go("/");
    await firstEstate(page);
    await page.locator(".trail a").last().click();
    await page.waitForURL(/\/places\//);
    const name = `place-${locale.slice(0, 2)}`;
    await valid(await go(page.url()), name);
    await accessible(page, name);
    await fits(page, name);
    await readable(page, { text: 18, target: 44 }, name);
    await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
    await picture(page, `${name}-estate`);
    assert.ok(await page.locator(".group .chip").count() > 0, "its buildings");
    await page.locator(".trail a").nth(1).click();
    await page.waitForURL(/\/places\//);
    await valid(await go(page.url()), `${name} community`);
    await fits(page, `${name} community`);
    await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
    await picture(page, `${name}-community`);
    await page.locator(".links a").first().click();
    await page.waitForURL(/\/coverage\//);
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("initials find a place while typing, by keyboard alone", async () => {
  const { page, faults, go, context } = await visitor(district.base);
  await go("/nearby");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement?.className ?? ""), /skip/);
  await page.focus("#q");
  const example = await page.evaluate(() => fetch("/api/v1/search?q=%E6%96%B0&limit=1").then((r) => r.json()));
  assert.ok(Array.isArray(example.finds));
  await page.keyboard.type("xc");
  await page.waitForSelector("#suggestions a");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/nearby\?place=/);
  assert.deepEqual(faults, []);
  await context.close();
});

test("a tap on the map asks from there; where I am never stands in the address", async () => {
  const { page, faults, go, context } = await visitor(district.base, { permissions: ["geolocation"] });
  await go("/nearby");
  await page.waitForSelector('[data-island="map"][data-ready="yes"]', { timeout: 30_000 });
  const box = await page.locator(".map.live").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForURL(/point=/);
  assert.ok(await page.locator("h1").textContent());
  const [lon, lat] = new URL(page.url()).searchParams.get("point").split(",").map(Number);
  await context.setGeolocation({ longitude: lon, latitude: lat });
  await go("/nearby");
  await page.click("[data-locate]");
  await page.waitForSelector(".choices");
  assert.equal(new URL(page.url()).search, "");
  await page.getByRole("button", { name: "长者", exact: true }).click();
  await page.waitForSelector(".choices");
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the elder view keeps the ministry's norm on every resident page", async () => {
  const { page, faults, go, context } = await visitor(district.base, { viewport: PHONE });
  await go("/?view=elder");
  for (const [path, name] of [["/", "front"], ["/nearby", "find"], ["/about", "about"], ["/nothing-here", "missing"]]) {
    await go(path);
    await readable(page, { text: 24, target: 60 }, `elder ${name}`);
    await accessible(page, `elder ${name}`);
    await fits(page, `elder ${name}`);
    await picture(page, `elder-${name}`);
  }
  await go("/");
  await firstEstate(page);
  await readable(page, { text: 24, target: 60 }, "elder nearby");
  await fits(page, "elder nearby");
  await picture(page, "elder-nearby");
  await page.getByRole("link", { name: "字再大些" }).click();
  await page.waitForURL(/view=large/);
  await readable(page, { text: 30, target: 60 }, "larger nearby");
  await fits(page, "larger nearby");
  assert.deepEqual(faults, []);
  await context.close();
});

test("dark scheme, print and a wrong address", async () => {
  const { page, faults, go, context } = await visitor(district.base, { colorScheme: "dark" });
  await go("/");
  await accessible(page, "dark front");
  await firstEstate(page);
  await page.waitForTimeout(1500);
  await accessible(page, "dark nearby");
  await picture(page, "dark-nearby");
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await picture(page, "print-nearby");
  await page.emulateMedia({ media: "screen" });
  const missing = await go("/no/such/page");
  assert.equal(missing.status(), 404);
  await valid(missing, "missing");
  await picture(page, "missing");
  const outside = await go("/nearby?point=0,0");
  assert.equal(outside.status(), 404);
  assert.match((await page.textContent("h1")) ?? "", /没有街道数据/);
  await picture(page, "outside");
  assert.deepEqual(faults, []);
  await context.close();
});
