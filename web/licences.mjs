// The licences of everything that is bundled, as their texts ask for.
import { existsSync, readFileSync, readdirSync } from "node:fs";

const modules = new URL("./node_modules/", import.meta.url).pathname;
const TOOLS = new Set(["esbuild", "typescript", "@types", "@esbuild", "@typescript"]);

/** All licence texts, package by package, in order of name. */
export function licences() {
  const packages = readdirSync(modules)
    .filter((name) => !name.startsWith(".") && !TOOLS.has(name))
    .flatMap((name) => (name.startsWith("@") ? readdirSync(modules + name).map((n) => `${name}/${n}`) : [name]))
    .filter((name) => existsSync(`${modules}${name}/package.json`))
    .sort();
  return packages
    .map((name) => {
      const folder = `${modules}${name}/`;
      const { version, license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
      const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
      const text = file ? readFileSync(folder + file, "utf8").trim() : "";
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join("\n----------------------------------------------------------------\n\n");
}
