// A node of ours follows a Fedify actor and shows its events.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Peer, Follow } from "./peer.mjs";
import { dayFromNow, eventually, Node } from "../outside/node.mjs";

describe("a node follows a Fedify actor", { timeout: 120_000 }, () => {
  const start = `${dayFromNow(4)}T09:00:00Z`;
  const end = `${dayFromNow(4)}T11:30:00Z`;
  let node, peer, event;

  const shown = async (uri) => (await node.calendar()).filter((session) => session.uri === uri);

  before(async () => {
    node = await Node.start();
    await node.furnish({ name: "Réseau du Nord", handle: "agenda", network: true, password: "trois chats sur un mur" });
    peer = await Peer.start();
    // Published before anybody follows: only pulling can find it.
    await peer.publish("earlier", { name: "Déjà annoncé", start, end, city: "Tourcoing" });
  });
  after(async () => {
    await peer?.stop();
    await node?.remove();
  });

  test("its Follow is verified by Fedify, and the Accept is understood", async () => {
    const asked = await node.api("POST", "/follows", { target: `@fedi@localhost:${peer.port}` });
    assert.ok(asked.status === 201 || asked.status === 202, JSON.stringify(asked));
    const follow = await eventually("the Follow", () => peer.find(Follow));
    assert.equal(follow.objectId.href, peer.actor);
    await eventually("the follow to be accepted", async () => {
      const { body } = await node.api("GET", "/follows");
      return body.items.some(({ state }) => state === "accepted");
    });
  });

  test("an event published before the Follow is pulled from the outbox", async () => {
    await eventually("the earlier event", async () => {
      return (await node.calendar()).some(({ title }) => title === "Déjà annoncé");
    }, 30);
  });

  test("a new event is in the shared calendar, with its origin", async () => {
    event = await peer.publish("atelier", { name: "Atelier Fedify", start, end, city: "Roubaix" });
    const [session] = await eventually("the event", async () => {
      const sessions = await shown(event);
      return sessions.length > 0 && sessions;
    });
    assert.equal(session.title, "Atelier Fedify");
    assert.equal(Date.parse(session.start), Date.parse(start));
    assert.equal(Date.parse(session.end), Date.parse(end));
    assert.match(JSON.stringify(session.origin), new RegExp(`localhost:${peer.port}`));
  });

  test("the public page shows it", async () => {
    const page = await (await fetch(`${node.origin}/`, { headers: { accept: "text/html" } })).text();
    assert.ok(page.includes("Atelier Fedify"));
  });

  test("an Update changes it, once", async () => {
    await peer.publish("atelier", { name: "Atelier Fedify, complet", start, end, city: "Roubaix" });
    await eventually("the change", async () => (await shown(event))[0]?.title === "Atelier Fedify, complet");
    assert.equal((await shown(event)).length, 1);
  });

  test("a restart loses nothing", async () => {
    assert.ok(await node.stop(), "the node stops by itself");
    await node.serve();
    assert.equal((await shown(event)).length, 1);
  });

  test("an announced event with Fedify's proof is taken without a look at its address; a changed one is not", async () => {
    const object = await peer.proven("prouve", { name: "Atelier prouvé", start, end });
    const announce = (number, event) => ({
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${peer.origin}/announces/${number}`,
      type: "Announce",
      actor: peer.actor,
      to: "https://www.w3.org/ns/activitystreams#Public",
      object: event,
    });
    const inbox = `${node.origin}/inbox`;
    assert.equal(await peer.post(inbox, announce(1, { ...object, name: "Atelier détourné" })), 403);
    assert.equal(await peer.post(inbox, announce(2, object)), 202);
    assert.equal((await shown(object.id))[0]?.title, "Atelier prouvé");
    assert.ok(!peer.gets.includes(new URL(object.id).pathname), "nobody was asked");
  });

  test("a Delete takes it away", async () => {
    await peer.remove("atelier");
    await eventually("the event to be gone", async () => (await shown(event)).length === 0);
  });
});
