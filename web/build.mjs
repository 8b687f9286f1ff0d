// Bundles the browser's part into dist/: one file an island, one style sheet, compressed copies beside.
import { build } from "esbuild";
import { brotliCompressSync, gzipSync, constants } from "node:zlib";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { licences } from "./licences.mjs";

const out = new URL("./dist/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: {
    search: "src/search.ts",
    map: "src/map.ts",
    here: "src/here.ts",
    progress: "src/progress.ts",
    inbox: "src/inbox.ts",
    casefile: "src/casefile.ts",
    "map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
    yike: "src/css/yike.css",
    "map-controls": "node_modules/maplibre-gl/dist/maplibre-gl.css",
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "warning",
});

cpSync(new URL("./src/icon.svg", import.meta.url), `${out}icon.svg`);
writeFileSync(`${out}licences.txt`, licences());

for (const name of readdirSync(out)) {
  const bytes = readFileSync(out + name);
  writeFileSync(`${out}${name}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${out}${name}.br`, brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }));
}
