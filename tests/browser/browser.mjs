// Chromium as a reader's: which pages it may talk to, what it complains about, what axe-core finds.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The widths of a small phone and of a desk, in CSS pixels. */
export const widths = [360, 1280];

/** Starts Chromium without anything that looks for the network by itself. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", // as root, in a container or in CI
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A new visitor. `complaints` fills with console errors, failed requests and requests to any origin but `origins`.
 */
export async function visitor(browser, origins, { javascript = true, width = 1280, dark = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: "fr-FR",
    timezoneId: "Europe/Paris",
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javascript,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(15_000);
  const complaints = [];
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A download ends its navigation: that is not a failure.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") complaints.push(`failed: ${request.url()}`);
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && !origins.includes(origin)) complaints.push(`third party: ${request.url()}`);
  });
  return { page, context, complaints };
}

/** Keeps the page as it is, at both widths, in the folder SCREENSHOTS where one is named. */
export async function photograph(page, name) {
  if (!process.env.SCREENSHOTS) return;
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize(before);
}

/** axe-core finds nothing, at both widths, in light and dark; nothing scrolls sideways, down to 320 px. */
export async function assertAccessible(page) {
  await page.waitForLoadState();
  const before = page.viewportSize();
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [320, ...widths]) {
      await page.setViewportSize({ width, height: 900 });
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) {
        found.push(`${page.url()} scrolls sideways at ${width} px`);
      }
      if (!widths.includes(width)) continue;
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, help, nodes } of violations) {
        const where = nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(" | ");
        found.push(`${page.url()} ${width} px ${colorScheme}: ${id}: ${help} (${where})`);
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
  assert.deepEqual(found, []);
}
