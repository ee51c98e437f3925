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
/** Another one, published while the other node is off. */
const later = {
  title: "Atelier photos",
  place: { name: event.place, address: event.address, postcode: event.postcode, city: event.city },
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

  const field = (label) => staff.page.getByLabel(label, { exact: true });

  test("a wrong password is refused in words", async () => {
    const { page } = staff;
    await page.goto(centre.origin);
    await page.getByRole("link", { name: "Espace des équipes" }).click();
    await field("Mot de passe").waitFor();
    await assertAccessible(page);
    await field("Adresse électronique").fill(member.email);
    await field("Mot de passe").fill("quatre chiens");
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("alert").getByText("n’est pas le bon").waitFor();
    await assertAccessible(page);
    expectOnly(staff, /status of 4\d\d/);
  });

  test("staff sign in", async () => {
    const { page } = staff;
    await field("Adresse électronique").fill(member.email);
    await field("Mot de passe").fill(member.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByText("Rien d’annoncé pour le moment.").waitFor();
    await assertAccessible(page);
  });

  test("the form names what is wrong, and keeps what was typed", async () => {
    const { page } = staff;
    await page.getByRole("link", { name: "Annoncer un événement" }).click();
    await field("Titre").fill(event.title);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Publier" }).click();
    await page.getByRole("alert").getByRole("link", { name: "Date" }).waitFor();
    assert.equal(await field("Titre").inputValue(), event.title);
    assert.equal(await field("Date").getAttribute("aria-invalid"), "true");
    await assertAccessible(page);
    expectOnly(staff, /status of 422/);
  });

  test("staff publish from the form", async () => {
    const { page } = staff;
    await field("Type").selectOption({ label: "Café numérique" });
    await field("Date").fill(event.day);
    await field("Début").fill("14:00");
    await field("Fin").fill("16:30");
    await field("Lieu").fill(event.place);
    await field("Adresse").fill(event.address);
    await field("Code postal").fill(event.postcode);
    await field("Commune").fill(event.city);
    // "Téléphone" is also a kind of equipment further down.
    await page.getByRole("textbox", { name: "Téléphone", exact: true }).fill(event.phone);
    await page.getByRole("button", { name: "Publier" }).click();
    await page.getByRole("status").getByText("C’est publié.").waitFor();
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
    const start = inParis(event.day, 14).toISOString().replaceAll(/[-:]|\.000/g, "");
    assert.ok(text.includes(`DTSTART:${start}\r\n`), text);
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
    await staff.page.getByRole("link", { name: "Annuler" }).click();
    await field("En quelques mots, pourquoi (facultatif)").fill("Salle inondée");
    await assertAccessible(staff.page);
    await staff.page.getByRole("button", { name: "Annuler l’événement" }).click();
    await staff.page.getByRole("status").getByText("C’est annulé").waitFor();
    const { page } = reader;
    await eventually("« Annulé » on the network's page", async () => {
      await page.goto(network.origin);
      return page.locator("main").getByText("Annulé").first().isVisible();
    });
    await page.getByRole("link", { name: event.title }).click();
    await page.getByText("Salle inondée").first().waitFor();
    await assertAccessible(page);
  });

  test("staff see what waits for a node that is off, and can have it tried again", async () => {
    const { page } = staff;
    await page.goto(`${centre.origin}/desk/deliveries`);
    await page.getByRole("heading", { level: 1, name: "Envois" }).waitFor();
    await eventually("nothing to wait", async () => {
      await page.reload();
      return page.getByText("Rien n’attend").isVisible();
    });
    await network.stop();
    const start = `${dayFromNow(9)}T10:00`;
    const { status } = await centre.api("POST", "/events", { ...later, start, end: `${dayFromNow(9)}T12:00` });
    assert.equal(status, 201);
    await eventually("the node that is off", async () => {
      await page.reload();
      return page.getByText("Ce serveur est éteint ou injoignable.").isVisible();
    });
    await page.getByRole("heading", { level: 2, name: network.host }).waitFor();
    await assertAccessible(page);
    await network.serve();
    await page.getByRole("button", { name: "Réessayer maintenant" }).click();
    await page.getByRole("status").waitFor();
    await eventually("the event on the node that was off", async () => {
      const sessions = await network.calendar();
      return sessions.some(({ title }) => title === later.title);
    });
    assert.deepEqual(staff.complaints, []);
  });

  test("staff sign out, and the desk is closed", async () => {
    const { page } = staff;
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.goto(`${centre.origin}/desk`);
    await field("Mot de passe").waitFor();
    assert.deepEqual(staff.complaints, []);
  });
});

/** The instant at which it is that hour in Paris on that day. */
function inParis(day, hour) {
  const clock = new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", hour: "numeric", hourCycle: "h23" });
  return ["+01:00", "+02:00"]
    .map((offset) => new Date(`${day}T${hour}:00${offset}`))
    .find((instant) => parseInt(clock.format(instant), 10) === hour);
}

/** Forgets the complaints of one kind (a refusal that was asked for is on the console too); there are no others. */
function expectOnly(visitor, kind) {
  assert.deepEqual(visitor.complaints.filter((complaint) => !kind.test(complaint)), []);
  visitor.complaints.length = 0;
}
