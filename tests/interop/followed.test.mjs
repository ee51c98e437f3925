// A Fedify server finds a centre of ours, follows it and is told of its events.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Peer, Accept, Create, Delete, Update } from "./peer.mjs";
import {
  Event, Group, lookupWebFinger, Note, parseNodeInfo, Tombstone, verifyObject,
} from "@fedify/fedify";
import { dayFromNow, eventually, Node } from "../outside/node.mjs";

const day = dayFromNow(3);
const programme = {
  title: "Café numérique du mardi",
  summary: "Venez avec votre téléphone, le café est prêt.",
  start: `${day}T14:00`,
  end: `${day}T16:30`,
  timezone: "Europe/Paris",
  centre: "agenda",
  type: "cafe-numerique",
  price: "gratuit",
  place: {
    name: "Centre social de l’Alma",
    address: "80 rue de l’Alma",
    postcode: "59100",
    city: "Roubaix",
    latitude: 50.699,
    longitude: 3.17,
  },
};

const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)}}`;
};
const sha256 = async (value) => Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(canonical(value))));

/** Whether the proof of an object (FEP-8b32) holds, by the words of vc-di-eddsa §3.3. */
async function isProven({ proof, ...object }, publicKey) {
  const { proofValue, ...options } = proof;
  const signed = Buffer.concat([await sha256(options), await sha256(object)]);
  return crypto.subtle.verify("Ed25519", publicKey, base58(proofValue.slice(1)), signed);
}

function base58(text) {
  const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  const number = [...text].reduce((sum, letter) => sum * 58n + BigInt(letters.indexOf(letter)), 0n);
  return Buffer.from(number.toString(16).padStart(128, "0"), "hex");
}

describe("a Fedify server follows a centre", { timeout: 120_000 }, () => {
  let node, peer, centre, event, follow;

  // Not by Fedify, which keeps what it read.
  const followers = async () => {
    const answer = await fetch(centre.followersId, { headers: { accept: "application/activity+json" } });
    return (await answer.json()).totalItems;
  };
  const withObject = async (type, id) => {
    for (const activity of peer.received.filter((one) => one instanceof type)) {
      if (activity.objectId?.href === id) return activity;
    }
  };

  before(async () => {
    node = await Node.start();
    await node.furnish({ name: "Centre social de l’Alma", handle: "agenda", password: "trois chats sur un mur" });
    peer = await Peer.start();
  });
  after(async () => {
    await peer?.stop();
    await node?.remove();
  });

  test("WebFinger knows @agenda@host and names its actor", async () => {
    const found = await lookupWebFinger(`acct:agenda@${node.host}`, { allowPrivateAddress: true });
    assert.equal(found.subject, `acct:agenda@${node.host}`);
    const self = found.links.find((link) => link.rel === "self" && link.type === "application/activity+json");
    assert.ok(self.href.startsWith(`${node.origin}/groups/`), self.href);
  });

  test("the actor is a Group with a key, an inbox and a counted following", async () => {
    centre = await peer.context.lookupObject(`@agenda@${node.host}`);
    assert.ok(centre instanceof Group, `not a Group: ${centre?.constructor.name}`);
    assert.equal(centre.preferredUsername, "agenda");
    assert.equal(centre.name.toString(), "Centre social de l’Alma");
    assert.ok(centre.inboxId.href.startsWith(node.origin));
    const key = await centre.getPublicKey(peer.context);
    assert.equal(key.ownerId.href, centre.id.href);
    assert.equal((await centre.getFollowers(peer.context)).totalItems, 0);
  });

  test("NodeInfo names the software and the protocol", async () => {
    // Fedify's own fetch of NodeInfo refuses loopback whatever it is told; its reading of the document is what counts.
    const { links } = await (await fetch(`${node.origin}/.well-known/nodeinfo`)).json();
    const schema = links.find(({ rel }) => rel === "http://nodeinfo.diaspora.software/ns/schema/2.1");
    const info = parseNodeInfo(await (await fetch(schema.href)).json());
    assert.equal(info.software.name, "maillage");
    assert.ok(info.protocols.includes("activitypub"));
  });

  test("a Follow is answered with a signed Accept of that Follow", async () => {
    follow = await peer.follow(centre);
    const accept = await eventually("the Accept", () => peer.find(Accept));
    assert.equal(accept.actorId.href, centre.id.href);
    assert.equal(accept.objectId.href, follow.href);
    assert.equal(await followers(), 1);
  });

  test("a published event arrives as a Create, verified by Fedify", async () => {
    const answer = await node.api("POST", "/events", programme);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    event = answer.body;
    const create = await eventually("the Create", () => withObject(Create, event.uri));
    assert.equal(create.actorId.href, centre.id.href);
    const object = await create.getObject(peer.context);
    assert.ok(object instanceof Event);
    assert.equal(object.name.toString(), programme.title);
    assert.equal(object.startTime.epochMilliseconds, Date.parse(event.start));
    assert.equal(object.endTime.epochMilliseconds, Date.parse(event.end));
    assert.equal(object.attributionId.href, centre.id.href);
    assert.equal(object.toId.href, "https://www.w3.org/ns/activitystreams#Public");
    const place = await object.getLocation(peer.context);
    assert.equal(place.name.toString(), programme.place.name);
    assert.ok(Math.abs(place.latitude - programme.place.latitude) < 1e-6);
    // Mastodon shows the summary: day, hour, place and price are in it.
    assert.match(object.summary.toString(), /14\s*h/u);
    assert.match(object.summary.toString(), /Roubaix/u);
  });

  test("the signature is why it was taken: the same Create, one letter changed, is refused", async () => {
    const post = peer.posts.find(({ status, body }) => status === 202 && body.includes('"Create"'));
    assert.ok(post.headers.signature, "the delivery carries a signature");
    const inbox = "/users/fedi/inbox";
    const forged = await peer.handle("POST", inbox, post.headers, Buffer.from(post.body.replace("Café", "Cafe")));
    assert.equal(forged.status, 401);
  });

  test("Fedify verifies the proofs of the Create, of the event in it, and of the event at its address", async () => {
    const post = peer.posts.find(({ status, body }) => status === 202 && body.includes('"Create"'));
    const create = JSON.parse(post.body);
    const served = await (await fetch(event.uri, { headers: { accept: "application/activity+json" } })).json();
    assert.ok(await verifyObject(Create, create, peer.loaders), "the Create");
    assert.ok(await verifyObject(Event, served, peer.loaders), "the event at its address");
    for (const changed of [{ ...create, published: "2026-01-01T00:00:00Z" }, { ...create, object: served }]) {
      assert.equal(await verifyObject(Create, changed, peer.loaders), null);
    }
    // Fedify looks at documents with a context only: the event inside is checked with JavaScript's own JSON (RFC 8785
    // was made after it) and cryptography.
    const { value: { publicKey } } = await centre.getAssertionMethods(peer.loaders).next();
    assert.ok(await isProven(create.object, publicKey), "the event in the Create");
    assert.ok(!(await isProven({ ...create.object, name: "Autre" }, publicKey)));
  });

  test("the event can be read at its own address", async () => {
    const read = await peer.context.lookupObject(event.uri);
    assert.ok(read instanceof Event);
    assert.equal(read.id.href, event.uri);
    assert.equal(read.name.toString(), programme.title);
  });

  test("a revision arrives as an Update, newer than what it replaces", async () => {
    const title = "Café numérique, salle du premier étage";
    const answer = await node.api("PATCH", `/events/${event.id}`, { title });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const update = await eventually("the Update", () => withObject(Update, event.uri));
    const object = await update.getObject(peer.context);
    assert.equal(object.name.toString(), title);
    const create = await (await withObject(Create, event.uri)).getObject(peer.context);
    assert.equal(object.published.epochMilliseconds, create.published.epochMilliseconds);
    assert.ok(object.updated.epochMilliseconds > create.published.epochMilliseconds);
  });

  test("a cancellation arrives as an Update, and as a Note for people in reply", async () => {
    const updates = () => peer.received.filter((activity) => activity instanceof Update).length;
    const before = updates();
    const answer = await node.api("POST", `/events/${event.id}/cancel`, { detail: "Salle inondée" });
    assert.ok(answer.status < 300, JSON.stringify(answer));
    await eventually("the Update", () => updates() > before);
    assert.ok(peer.posts.some(({ body }) => body.includes("EventCancelled")));
    const note = await eventually("the Note", async () => {
      for (const create of peer.received.filter((one) => one instanceof Create)) {
        const object = await create.getObject(peer.context);
        if (object instanceof Note && object.replyTargetId?.href === event.uri) return object;
      }
    });
    assert.match(note.content.toString(), /annulé/iu);
  });

  test("a deletion arrives as a Delete, and the address already answers 410 with a Tombstone", async () => {
    const answer = await node.api("DELETE", `/events/${event.id}`);
    assert.ok(answer.status < 300, JSON.stringify(answer));
    const told = await eventually("the Delete", () => withObject(Delete, event.uri));
    assert.equal(told.actorId.href, centre.id.href);
    const gone = await fetch(event.uri, { headers: { accept: "application/activity+json" } });
    assert.equal(gone.status, 410);
    const tombstone = await Tombstone.fromJsonLd(await gone.json(), peer.context);
    assert.equal(tombstone.id.href, event.uri);
  });

  test("an activity without a signature is refused and changes nothing", async () => {
    const answer = await fetch(centre.inboxId, {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify({
        "@context": "https://www.w3.org/ns/activitystreams",
        id: `${follow}/undo-forged`,
        type: "Undo",
        actor: peer.actor,
        object: { id: follow.href, type: "Follow", actor: peer.actor, object: centre.id.href },
      }),
    });
    assert.equal(answer.status, 401);
    assert.equal(await followers(), 1);
  });

  test("an Undo ends the following", async () => {
    await peer.unfollow(centre, follow);
    await eventually("the follower to be gone", async () => (await followers()) === 0);
  });
});
