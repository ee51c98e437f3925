// `maillage demo`, as a newcomer meets it: two nodes, a whole programme, pages to look at.
// SCREENSHOTS=folder keeps pictures of the pages (docs/images are made so).

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually, freePort, plainEnvironment, program } from "../outside/node.mjs";
import { assertAccessible, launch, visitor, widths } from "./browser.mjs";

describe("maillage demo in a browser", { timeout: 300_000 }, () => {
  let demo, browser, folder, said = "", first, second, ended;

  before(async () => {
    const port = await freePort();
    [first, second] = [`http://localhost:${port}`, `http://localhost:${port + 1}`];
    folder = await mkdtemp(join(tmpdir(), "maillage-demo-"));
    demo = spawn(program, ["demo", "--today", "--port", String(port)], {
      cwd: folder,
      env: plainEnvironment({ TMPDIR: folder }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    ended = new Promise((resolve) => demo.once("exit", (code, signal) => resolve(code ?? signal)));
    demo.stdout.on("data", (part) => (said += part));
    demo.stderr.on("data", (part) => (said += part));
    await eventually("both nodes", async () => {
      if (demo.exitCode !== null) throw new Error(said);
      const answers = await Promise.all([first, second].map((origin) => fetch(`${origin}/health/ready`)));
      return answers.every(({ ok }) => ok);
    }, 90);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    demo?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("it prints both addresses and a sign-in", async () => {
    await eventually("the addresses", () => said.includes(first) && said.includes(second));
    await eventually("the sign-in", () => /\S+@\S+/.test(said.replaceAll(/@agenda\S*/g, "")));
  });

  test("the network's calendar fills by federation", async () => {
    await eventually("thirty sessions on the second node", async () => {
      const answer = await fetch(`${second}/api/v1/calendar?limit=100`);
      const { items } = await answer.json();
      return items.filter(({ uri }) => uri.startsWith(first)).length >= 30;
    }, 60);
  });

  for (const [name, path] of [["agenda", "/"], ["qui-fait-quoi", "/network/directory"], ["reseau", "/network"], ["accessibilite", "/accessibilite"]]) {
    test(`${path} is accessible, light and dark, narrow and wide`, async () => {
      const { page, context, complaints } = await visitor(browser, [second]);
      assert.equal((await page.goto(`${second}${path}`)).status(), 200);
      await assertAccessible(page);
      assert.deepEqual(complaints, []);
      await context.close();
      await photograph(name, `${second}${path}`);
    });
  }

  test("an event and its centre are accessible", async () => {
    const { page, context, complaints } = await visitor(browser, [first]);
    await page.goto(first);
    await page.locator("main h3 a").first().click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await assertAccessible(page);
    const event = page.url();
    await page.goto(`${first}/network`);
    await page.locator("main a[href*='/centres/']").first().click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await assertAccessible(page);
    assert.deepEqual(complaints, []);
    await context.close();
    await photograph("evenement", event);
  });

  test("Ctrl-C ends both, and leaves nothing behind", async () => {
    demo.kill("SIGINT");
    const code = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 30_000, "still running").unref())]);
    assert.equal(code, 0, `ended with ${code}: ${said.slice(-500)}`);
    assert.deepEqual(await readdir(folder), []);
  });

  async function photograph(name, url) {
    if (!process.env.SCREENSHOTS) return;
    for (const width of widths) {
      const { page, context } = await visitor(browser, [], { width });
      await page.goto(url);
      await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${width}.png`) });
      await context.close();
    }
  }
});
