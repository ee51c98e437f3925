// Two partners publish one weekly workshop: it is listed once, and staff tells the two apart with all their dates.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dayFromNow, Node } from "../outside/node.mjs";
import { assertAccessible, launch, photograph, visitor } from "./browser.mjs";

const member = { email: "accueil@centre.example", password: "trois chats sur un mur" };
const place = { name: "Centre social de l’Alma", address: "80 rue de l’Alma", postcode: "59100", city: "Roubaix" };

describe("doubles in a browser", { timeout: 120_000 }, () => {
  let browser, node, staff;

  const listed = async () => {
    const { body } = await node.api("GET", "/calendar?limit=100");
    return body.items.length;
  };

  before(async () => {
    node = await Node.start();
    await node.furnish({ name: "Centre social de l’Alma", handle: "alma", ...member });
    await node.cli(["centre", "add", "--name", "Maison des Deux Quais", "--handle", "quais"]);
    const day = dayFromNow(3);
    for (const [centre, title] of [["alma", "Café numérique"], ["quais", "Les cafés numériques"]]) {
      const weekly = { title, place, centre, start: `${day}T14:00`, end: `${day}T16:00`, rrule: "FREQ=WEEKLY;COUNT=6" };
      const { status, body } = await node.api("POST", "/events", weekly);
      assert.equal(status, 201, JSON.stringify(body));
    }
    browser = await launch();
    staff = await visitor(browser, [node.origin]);
  });
  after(async () => {
    await browser?.close();
    await node?.remove();
  });

  test("they are listed once, and the page of the workshop leads to where staff can say otherwise", async () => {
    const { page } = staff;
    assert.equal(await listed(), 6);
    await page.goto(node.origin);
    await page.getByRole("link", { name: /afés? numérique/ }).first().click();
    await page.getByRole("link", { name: /Ce sont deux ateliers différents/ }).click();
    await page.getByLabel("Adresse électronique").fill(member.email);
    await page.getByLabel("Mot de passe").fill(member.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.goto(node.origin);
    await page.getByRole("link", { name: /afés? numérique/ }).first().click();
    await page.getByRole("link", { name: /Ce sont deux ateliers différents/ }).click();
    await page.getByRole("heading", { level: 1, name: "Doublons" }).waitFor();
    await page.getByText("et 5 autres dates").waitFor();
    await assertAccessible(page);
    await photograph(page, "doublons");
  });

  test("told apart once, each stands on all its dates; and back", async () => {
    const { page, complaints } = staff;
    await page.getByRole("button", { name: /^Ce sont deux ateliers différents/ }).click();
    await page.getByRole("status").waitFor();
    assert.equal(await listed(), 12);
    await assertAccessible(page);
    await page.getByRole("button", { name: /^C’est le même atelier/ }).click();
    await page.getByRole("status").waitFor();
    assert.equal(await listed(), 6);
    assert.deepEqual(complaints, []);
  });
});
