// A served district: made by `yike demo` in the folder given (once) or one of its own, served on a free port.
import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const bin = process.env.YIKE_BIN;
if (!bin) throw new Error("YIKE_BIN is not set: run scripts/e2e.sh, or give the path of a built yike");

const PEOPLE = process.env.YIKE_E2E_PEOPLE ?? "20000";

/** Makes the district unless it is there, and serves it; `stop()` ends the server. */
export async function open() {
  const given = process.env.YIKE_E2E_DATA;
  const folder = given ?? join(mkdtempSync(join(tmpdir(), "yike-e2e-")), "data");
  await run(bin, ["demo", "--data", folder, "--people", PEOPLE], { maxBuffer: 1 << 26 });
  const server = spawn(bin, ["serve", "--data", folder, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  const base = await address(server);
  const link = async (role) => {
    const { stdout } = await run(bin, ["sign-in", "--data", folder, "--role", role, "--base-url", base, "--json"]);
    return JSON.parse(stdout).url;
  };
  const stop = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    if (!given) rmSync(join(folder, ".."), { recursive: true, force: true });
  };
  return { base, folder, link, stop };
}

/** The address the server says it serves at. */
function address(server) {
  return new Promise((resolve, reject) => {
    let told = "";
    server.stderr.setEncoding("utf8");
    server.stderr.on("data", (text) => {
      told += text;
      const found = /serving at (http:\/\/[\d.:]+)/.exec(told.replaceAll(/\x1b\[[\d;]*m/g, ""));
      if (found) resolve(found[1]);
    });
    server.once("exit", (code) => reject(new Error(`yike serve ended with ${code}:\n${told}`)));
  });
}
