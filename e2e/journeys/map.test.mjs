// The map's parts as other programs read them: the style by MapLibre's validator, tiles by Mapbox's decoder.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { VectorTile } from "@mapbox/vector-tile";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { PbfReader } from "pbf";
import { open } from "../lib/district.mjs";

let district;
before(async () => { district = await open(); });
after(async () => { await district?.stop(); });

const style = async () => (await fetch(`${district.base}/api/v1/style.json`)).json();

/** The tile at a zoom that holds the middle of the district. */
function middle([west, south, east, north], z) {
  const [lon, lat] = [(west + east) / 2, ((south + north) / 2) * Math.PI / 180];
  const n = 2 ** z;
  return [Math.floor((lon + 180) / 360 * n), Math.floor((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2 * n)];
}

test("the style is valid and asks nobody else", async () => {
  const found = await style();
  assert.deepEqual(validateStyleMin(found), []);
  assert.equal(found.glyphs, undefined, "letters are drawn by the browser");
  assert.equal(found.sprite, undefined);
  assert.ok(found.sources.yike.tiles[0].startsWith(district.base));
});

test("tiles decode, hold the layers the style draws, and stay small", async () => {
  const { sources: { yike }, layers } = await style();
  const drawn = new Set(layers.map((l) => l["source-layer"]).filter(Boolean));
  const seen = new Set();
  for (let z = 10; z <= 16; z += 1) {
    const [x, y] = middle(yike.bounds, z);
    const url = yike.tiles[0].replace("{z}", z).replace("{x}", x).replace("{y}", y);
    const start = performance.now();
    const answer = await fetch(url);
    assert.equal(answer.status, 200, `zoom ${z}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    assert.ok(bytes.length < 500_000, `${bytes.length} bytes at zoom ${z}`);
    assert.ok(performance.now() - start < 1000, `zoom ${z} took too long`);
    const tile = new VectorTile(new PbfReader(bytes));
    for (const [name, layer] of Object.entries(tile.layers)) {
      assert.ok(drawn.has(name), `nothing draws the layer ${name}`);
      assert.equal(layer.version, 2);
      seen.add(name);
      for (let i = 0; i < layer.length; i += 1) {
        const feature = layer.feature(i);
        assert.ok(feature.loadGeometry().length > 0);
        const name_ = feature.properties.name;
        assert.ok(name_ === undefined || !name_.includes("\ufffd"), "names are whole");
      }
    }
  }
  for (const wanted of ["street", "building", "water", "green", "label"]) {
    assert.ok(seen.has(wanted), `no tile has the layer ${wanted}`);
  }
});

test("tiles are kept by browsers, and there are none beyond the deepest zoom", async () => {
  const { sources: { yike } } = await style();
  const [x, y] = middle(yike.bounds, 15);
  const url = (z) => yike.tiles[0].replace("{z}", z).replace("{x}", x).replace("{y}", y);
  const answer = await fetch(url(15));
  assert.match(answer.headers.get("cache-control"), /immutable/);
  assert.equal((await fetch(url(17))).status, 404);
});
