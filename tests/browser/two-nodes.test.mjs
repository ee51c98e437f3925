// What staff and readers do, in Chromium, on two nodes that follow each other: a centre publishes from its form, and the
// event is read on the network's page, where it arrived by federation.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { dayFromNow, eventually, Node } from "../outside/node.mjs";
import { assertAccessible, launch, visitor } from "./browser.mjs";

const member = { email: "accueil@centre.example", password: "trois chats sur un mur" };
const event = {
  title: "Café numérique de l’Alma",
  day: dayFromNow(2),
  phone: "03 20 00 00 01",
  place: "Centre social de l’Alma",
  address: "80 rue de l’Alma",
  postcode: "59100",
  city: "Roubaix",
};

describe("two nodes in a browser", { timeout: 240_000 }, () => {
  let browser, centre, network, staff, reader;

  before(async () => {
    [centre, network] = await Promise.all([Node.start(), Node.start()]);
    await centre.furnish({ name: "Centre social de l’Alma", handle: "agenda", ...member });
    await network.furnish({ name: "Réseau du canal", handle: "agenda", network: true, ...member });
    await network.cli(["follow", `@agenda@${centre.host}`, "--as", "agenda"]);
    await eventually("the follow to be accepted", async () => {
      const { body } = await network.api("GET", "/follows");
      return body.items.some(({ state }) => state === "accepted");
    });
    browser = await launch();
    staff = await visitor(browser, [centre.origin]);
    reader = await visitor(browser, [network.origin]);
  });
  after(async () => {
    await browser?.close();
    await centre?.remove();
    await network?.remove();
  });

  test("the empty calendar says so, and who to call or where to look", async () => {
    const { page } = reader;
    await page.goto(network.origin);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    await assertAccessible(page);
  });

  test("a wrong password is refused in words", async () => {
    const { page } = staff;
    await page.goto(centre.origin);
    await page.getByRole("link", { name: "Espace des équipes" }).click();
    await page.getByLabel(/adresse|courriel/i).fill(member.email);
    await page.getByLabel(/mot de passe/i).fill("quatre chiens");
    await page.getByRole("button", { name: /connecter/i }).click();
    await assert.doesNotReject(page.getByText(/mot de passe/i).first().waitFor());
    await assertAccessible(page);
    // The browser reports the refusal's status on its console; it is what we asked for.
    staff.complaints.length = 0;
  });

  test("staff sign in", async () => {
    const { page } = staff;
    await page.getByLabel(/adresse|courriel/i).fill(member.email);
    await page.getByLabel(/mot de passe/i).fill(member.password);
    await page.getByRole("button", { name: /connecter/i }).click();
    await page.waitForURL(/\/desk/);
    await assertAccessible(page);
  });

  test("the form names what is missing and keeps what was typed", async () => {
    const { page } = staff;
    await page.getByRole("link", { name: /nouvel événement|publier/i }).first().click();
    await assertAccessible(page);
    await page.getByLabel(/titre/i).first().fill(event.title);
    await page.locator("form").evaluateAll((forms) => forms.forEach((form) => (form.noValidate = true)));
    await page.getByRole("button", { name: /publier/i }).click();
    assert.equal(await page.getByLabel(/titre/i).first().inputValue(), event.title);
    assert.ok((await page.locator("[aria-invalid=true]").count()) > 0, "a field is marked");
    await assertAccessible(page);
    staff.complaints.length = 0; // the 422, as above
  });

  test("staff publish from the form", async () => {
    const { page } = staff;
    await page.getByLabel(/titre/i).first().fill(event.title);
    await page.getByLabel(/^(date|jour)/i).first().fill(event.day);
    await page.getByLabel(/début/i).first().fill("14:00");
    await page.getByLabel(/fin/i).first().fill("16:30");
    await page.getByLabel(/nom du lieu|^lieu/i).first().fill(event.place);
    await page.getByLabel(/^adresse/i).first().fill(event.address);
    await page.getByLabel(/code postal/i).first().fill(event.postcode);
    await page.getByLabel(/commune|ville/i).first().fill(event.city);
    await page.getByLabel(/téléphone/i).first().fill(event.phone);
    await page.getByLabel(/type/i).first().selectOption("cafe-numerique");
    await page.getByRole("button", { name: /publier/i }).click();
    await page.getByText(event.title).first().waitFor();
    await assertAccessible(page);
    assert.deepEqual(staff.complaints, []);
  });

  test("the event is on the other node's page, where it arrived by federation", async () => {
    const { page } = reader;
    await eventually("the event on the network's page", async () => {
      await page.goto(network.origin);
      return page.getByRole("link", { name: event.title }).isVisible();
    });
    await assertAccessible(page);
  });

  test("filters find it, and find nothing elsewhere", async () => {
    const { page } = reader;
    const open = async () => {
      await page.goto(network.origin);
      const summary = page.locator("details.fold > summary");
      if (!(await page.locator("details.fold").evaluate((fold) => fold.open))) await summary.click();
    };
    await open();
    await page.getByLabel("Un mot").fill("alma");
    await page.getByRole("button", { name: "Voir les séances" }).click();
    await page.getByRole("link", { name: event.title }).waitFor();
    await assertAccessible(page);
    await open();
    await page.getByLabel("Un mot").fill("poterie");
    await page.getByRole("button", { name: "Voir les séances" }).click();
    await page.waitForURL(/q=poterie/);
    assert.equal(await page.getByRole("link", { name: event.title }).count(), 0);
    await assertAccessible(page);
  });

  test("its page says when, where and whom to call", async () => {
    const { page } = reader;
    await page.goto(network.origin);
    await page.getByRole("link", { name: event.title }).click();
    await page.getByRole("heading", { level: 1, name: event.title }).waitFor();
    const come = page.getByRole("complementary", { name: /pour venir/i });
    await come.getByText(/14\s*h/).first().waitFor();
    await come.getByText(event.place).waitFor();
    await come.getByText(/Roubaix/).waitFor();
    assert.equal(await come.getByRole("link", { name: /03/ }).getAttribute("href"), "tel:+33320000001");
    await assertAccessible(page);
  });

  test("its ICS file has the same session", async () => {
    const { page } = reader;
    const downloading = page.waitForEvent("download");
    await page.locator("article a[href$='.ics']").first().click();
    const file = await readFile(await (await downloading).path(), "utf8");
    assert.match(file, /^BEGIN:VCALENDAR\r\n/);
    const text = file.replaceAll("\r\n ", "");
    assert.ok(text.includes(`SUMMARY:${event.title}`));
    assert.match(text, new RegExp(`DTSTART;TZID=Europe/Paris:${event.day.replaceAll("-", "")}T140000`));
  });

  test("the reader's pages asked nobody else for anything, and complained of nothing", () => {
    assert.deepEqual(reader.complaints, []);
  });

  test("everything reads without JavaScript", async () => {
    const { page, context, complaints } = await visitor(browser, [network.origin], { javascript: false, width: 360 });
    await page.goto(network.origin);
    await page.locator("details.fold > summary").click();
    await page.getByLabel("Un mot").fill("alma");
    await page.getByRole("button", { name: "Voir les séances" }).click();
    await page.getByRole("link", { name: event.title }).click();
    await page.getByRole("heading", { level: 1, name: event.title }).waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test("the keyboard alone reaches the event", async () => {
    const { page, context } = await visitor(browser, [network.origin]);
    await page.goto(network.origin);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "Aller au contenu");
    await page.keyboard.press("Enter");
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement.textContent.trim())) === event.title) break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: event.title }).waitFor();
    await context.close();
  });

  test("a cancellation on one node is on the other's page", async () => {
    const listed = await centre.api("GET", "/events");
    const { id } = listed.body.items.find(({ title }) => title === event.title);
    const answer = await centre.api("POST", `/events/${id}/cancel`, { detail: "Salle inondée" });
    assert.ok(answer.status < 300, JSON.stringify(answer));
    const { page } = reader;
    await eventually("« Annulé » on the network's page", async () => {
      await page.goto(network.origin);
      return page.getByText("Annulé").first().isVisible();
    });
    await page.getByRole("link", { name: event.title }).click();
    await page.getByText("Annulé").first().waitFor();
    await assertAccessible(page);
  });
});
