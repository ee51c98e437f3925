// What staff do with the network, in Chromium, on two nodes: look at who is there, follow as a network, approve what it
// announces, answer who asks to follow, block.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { dayFromNow, eventually, Node } from "../outside/node.mjs";
import { assertAccessible, launch, photograph, visitor } from "./browser.mjs";

const member = { email: "accueil@centre.example", password: "trois chats sur un mur" };
const place = { name: "Centre social de l’Alma", address: "80 rue de l’Alma", postcode: "59100", city: "Roubaix" };

describe("the network in a browser", { timeout: 240_000 }, () => {
  let browser, centre, network, hub, gate;

  const publish = async (title, days) => {
    const day = dayFromNow(days);
    const event = { title, place, start: `${day}T14:00`, end: `${day}T16:00` };
    const { status, body } = await centre.api("POST", "/events", event);
    assert.equal(status, 201, JSON.stringify(body));
  };
  const signIn = async ({ page }, node) => {
    await page.goto(`${node.origin}/desk/network`);
    await page.getByLabel("Adresse électronique").fill(member.email);
    await page.getByLabel("Mot de passe").fill(member.password);
    await page.getByRole("button", { name: "Se connecter" }).click();
    await page.getByRole("heading", { level: 1, name: "Réseau" }).waitFor();
  };

  before(async () => {
    [centre, network] = await Promise.all([Node.start(), Node.start()]);
    await centre.furnish({ name: "Centre social de l’Alma", handle: "agenda", ...member });
    await network.furnish({ name: "Réseau du canal", handle: "canal", network: true, ...member });
    await publish("Café numérique", 2);
    browser = await launch();
    hub = await visitor(browser, [network.origin]);
    gate = await visitor(browser, [centre.origin]);
    await signIn(hub, network);
    await signIn(gate, centre);
  });
  after(async () => {
    await browser?.close();
    await centre?.remove();
    await network?.remove();
  });

  test("nobody is there, and the form says so", async () => {
    const { page, complaints } = hub;
    await page.getByLabel("Qui suivre ?").fill("@personne@localhost:1");
    await page.getByRole("button", { name: "Voir qui c’est" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("Qui suivre ?").inputValue(), "@personne@localhost:1");
    await assertAccessible(page);
    assert.deepEqual(complaints.filter((complaint) => !/status of 422/.test(complaint)), []);
    complaints.length = 0;
  });

  test("staff see who is there before the network follows", async () => {
    const { page } = hub;
    await page.getByLabel("Qui suivre ?").fill(`@agenda@${centre.host}`);
    await page.getByRole("button", { name: "Voir qui c’est" }).click();
    await page.getByRole("heading", { level: 2, name: "Centre social de l’Alma" }).waitFor();
    await page.getByText("Agenda · Maillage").waitFor();
    await page.getByText("1 événement à venir").waitFor();
    await assertAccessible(page);
    await photograph(page, "qui-est-la");
    await page.getByLabel("Suivre au nom de").selectOption({ label: "Réseau du canal" });
    await page.getByRole("button", { name: "Suivre", exact: true }).click();
    await page.getByRole("status").waitFor();
    await eventually("the follow to be accepted and read", async () => {
      await page.reload();
      return page.getByText(/Suivi\. À jour le/).isVisible();
    });
    await assertAccessible(page);
    await photograph(page, "equipe-reseau");
  });

  test("what the centre publishes is on the page of the network, and its Announce in its outbox", async () => {
    const { page } = hub;
    await eventually("the event on the network's page", async () => {
      await page.goto(`${network.origin}/centres/canal`);
      return page.getByRole("link", { name: "Café numérique" }).isVisible();
    });
    await assertAccessible(page);
    await eventually("the announcement", async () => {
      const outbox = await fetch(`${network.origin}/groups/canal/outbox?page=first`, {
        headers: { accept: "application/activity+json" },
      });
      const { orderedItems } = await outbox.json();
      return orderedItems.some(({ type, object }) => type === "Announce" && String(object).startsWith(centre.origin));
    });
  });

  test("with approval, what is new waits until staff say yes", async () => {
    const { page } = hub;
    await page.goto(`${network.origin}/desk/network`);
    await page.getByRole("link", { name: "Réseau du canal" }).first().click();
    await page.getByRole("heading", { level: 1, name: "Ce qu’annonce Réseau du canal" }).waitFor();
    await assertAccessible(page);
    await page.getByLabel("Codes postaux").fill("lille");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("alert").getByRole("link", { name: "Codes postaux" }).waitFor();
    await assertAccessible(page);
    await page.getByLabel("Codes postaux").fill("59");
    await page.getByLabel("Demander mon accord").check();
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("status").waitFor();
    await publish("Atelier tablette", 3);
    await eventually("the event to wait", async () => {
      await page.goto(`${network.origin}/desk/networks/canal`);
      return page.getByRole("link", { name: "Atelier tablette" }).isVisible();
    });
    await assertAccessible(page);
    await page.getByRole("button", { name: "Annoncer (Atelier tablette)", exact: true }).click();
    await page.getByRole("status").waitFor();
    await eventually("the event on the network's page", async () => {
      await page.goto(`${network.origin}/centres/canal`);
      return page.getByRole("link", { name: "Atelier tablette" }).isVisible();
    });
    hub.complaints.length = 0;
  });

  test("what was decided is found again, and decided anew", async () => {
    const { page } = hub;
    await page.goto(`${network.origin}/desk/networks/canal`);
    await page.getByText("Voir les décisions").click();
    await assertAccessible(page);
    await photograph(page, "decisions");
    await page.getByRole("button", { name: "Ne pas annoncer (Atelier tablette)", exact: true }).click();
    await page.getByRole("status").waitFor();
    await page.getByText("Voir les décisions").click();
    await page.getByText("Pas annoncé").waitFor();
    await eventually("the event to leave the network's page", async () => {
      await page.goto(`${network.origin}/centres/canal`);
      return (await page.getByRole("link", { name: "Atelier tablette" }).count()) === 0;
    });
    hub.complaints.length = 0;
  });

  test("followers are shown to staff, requests wait for them, and are answered", async () => {
    const { page } = gate;
    await page.getByRole("link", { name: "Qui nous suit" }).click();
    await page.getByRole("heading", { level: 3, name: "Réseau du canal" }).waitFor();
    await page.getByLabel("L’équipe dit oui ou non").check();
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("status").waitFor();
    const asked = await network.api("POST", "/follows", { target: `@agenda@${centre.host}` });
    assert.equal(asked.status, 201);
    await eventually("the request", async () => {
      await page.goto(`${centre.origin}/desk/followers`);
      return page.getByRole("heading", { level: 2, name: "Demandes en attente" }).isVisible();
    });
    await assertAccessible(page);
    await page.getByRole("button", { name: /^Accepter/ }).click();
    await page.getByRole("status").getByText("C’est accepté.").waitFor();
    await eventually("the answer", async () => {
      const { body } = await network.api("GET", `/follows/${asked.body.id}`);
      return body.state === "accepted";
    });
    assert.deepEqual(gate.complaints, []);
  });

  test("a server is blocked, and the block lifted", async () => {
    const { page } = gate;
    await page.getByRole("link", { name: "Blocages" }).click();
    await page.getByLabel("Serveur ou compte").fill("mechant.example");
    await page.getByLabel("Pourquoi (pour l’équipe)").fill("Publicité");
    await page.getByRole("button", { name: "Enregistrer" }).click();
    await page.getByRole("heading", { level: 3, name: "mechant.example" }).waitFor();
    await assertAccessible(page);
    await page.getByRole("button", { name: "Lever (mechant.example)" }).click();
    await page.getByRole("status").waitFor();
    assert.equal(await page.getByRole("heading", { level: 3 }).count(), 0);
    assert.deepEqual(gate.complaints, []);
  });
});
