// The other side: a small server made with Fedify, an implementation of ActivityPub that shares no code with ours.
// One actor, `fedi`, on plain http on loopback. It keeps whatever reaches its inbox *after* Fedify verified the
// signature, and publishes the events a test gives it.

import "./node20.mjs";
import { createServer } from "node:http";
import {
  Accept, Activity, Create, createFederation, Delete, Event, Follow, generateCryptoKeyPair, Group,
  MemoryKvStore, Place, PUBLIC_COLLECTION, Reject, signObject, signRequest, Tombstone, Undo, Update,
} from "@fedify/fedify";
import { configure, getConsoleSink } from "@logtape/logtape";
import { Temporal } from "@js-temporal/polyfill";
import { freePort } from "../outside/node.mjs";

// FEDIFY_LOG=1 shows why Fedify refused something.
await configure({
  sinks: { console: getConsoleSink() },
  loggers: [
    { category: "fedify", sinks: process.env.FEDIFY_LOG ? ["console"] : [], lowestLevel: "debug" },
    { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
  ],
});

// Fedify asks for WebFinger by https only. On loopback there is no certificate: the same request goes by http.
const direct = globalThis.fetch;
globalThis.fetch = (target, options) => {
  const url = new URL(target instanceof Request ? target.url : target);
  if (url.protocol !== "https:" || !url.hostname.endsWith("localhost")) return direct(target, options);
  url.protocol = "http:";
  return direct(url, options);
};

/** A server of one Fedify actor. */
export class Peer {
  /** Activities whose signature Fedify verified, oldest first. */
  received = [];
  /** Requests that reached the inbox, verified or not: {headers, body, status}. */
  posts = [];
  /** Paths that were asked for. */
  gets = [];
  #events = new Map();
  #followers = new Map();
  #keys;
  #server;

  static async start() {
    const peer = new Peer();
    peer.port = await freePort();
    peer.origin = `http://localhost:${peer.port}`;
    peer.#keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
    peer.federation = peer.#federation();
    peer.#server = createServer((request, response) => peer.#answer(request, response));
    await new Promise((resolve) => peer.#server.listen(peer.port, "127.0.0.1", resolve));
    return peer;
  }

  get context() {
    return this.federation.createContext(new URL(this.origin), undefined);
  }

  get actor() {
    return this.context.getActorUri("fedi").href;
  }

  /** The first verified activity of a type that `fits`, or undefined. */
  find(type, fits = () => true) {
    return this.received.find((activity) => activity instanceof type && fits(activity));
  }

  /** Sends a Follow of `target` (an actor as Fedify read it); returns its id. */
  async follow(target) {
    const id = new URL(`${this.origin}/follows/${this.received.length}-${Date.now()}`);
    await this.#send(target, new Follow({ id, actor: new URL(this.actor), object: target.id }));
    return id;
  }

  /** Takes a Follow back. */
  async unfollow(target, follow) {
    const object = new Follow({ id: follow, actor: new URL(this.actor), object: target.id });
    await this.#send(target, new Undo({ id: new URL(`${follow}/undo`), actor: new URL(this.actor), object }));
  }

  /** Publishes, changes (same `slug`) an event: served at its address and sent to the followers. */
  async publish(slug, { name, start, end, city }) {
    const known = this.#events.has(slug);
    const uri = this.context.getObjectUri(Event, { slug });
    const now = Temporal.Now.instant();
    const event = new Event({
      id: uri,
      url: uri,
      attribution: new URL(this.actor),
      name,
      content: `<p>${name}</p>`,
      startTime: Temporal.Instant.from(start),
      endTime: Temporal.Instant.from(end),
      location: new Place({ name: city, latitude: 50.69, longitude: 3.17 }),
      published: this.#events.get(slug)?.published ?? now,
      updated: now,
      to: PUBLIC_COLLECTION,
    });
    this.#events.set(slug, event);
    const Verb = known ? Update : Create;
    await this.#toFollowers(
      new Verb({
        id: new URL(`${uri.href}#${known ? "update" : "create"}-${now.epochMilliseconds}`),
        actor: new URL(this.actor),
        object: event,
        to: PUBLIC_COLLECTION,
      }),
    );
    return uri.href;
  }

  /** Deletes an event: it is gone from its address, and the followers are told. */
  async remove(slug) {
    const uri = this.context.getObjectUri(Event, { slug });
    this.#events.delete(slug);
    const object = new Tombstone({ id: uri });
    const actor = new URL(this.actor);
    await this.#toFollowers(new Delete({ id: new URL(`${uri.href}#delete`), actor, object, to: PUBLIC_COLLECTION }));
  }

  /** An event that is nowhere but in this document, with a proof that Fedify made (FEP-8b32). */
  async proven(slug, { name, start, end }) {
    const now = Temporal.Now.instant();
    const event = new Event({
      id: this.context.getObjectUri(Event, { slug }),
      attribution: new URL(this.actor),
      name,
      startTime: Temporal.Instant.from(start),
      endTime: Temporal.Instant.from(end),
      location: new Place({ name: "Lille", latitude: 50.63, longitude: 3.06 }),
      published: now,
      updated: now,
      to: PUBLIC_COLLECTION,
    });
    const [, pair] = await this.context.getActorKeyPairs("fedi");
    const signed = await signObject(event, pair.privateKey, pair.multikey.id, this.loaders);
    return await signed.toJsonLd({ format: "compact", ...this.loaders });
  }

  /** Posts an activity as it stands, signed by HTTP signature; returns the status. */
  async post(inbox, activity) {
    const [pair] = await this.context.getActorKeyPairs("fedi");
    const request = new Request(inbox, {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(activity),
    });
    return (await fetch(await signRequest(request, pair.privateKey, pair.keyId))).status;
  }

  /** What Fedify reads documents with. */
  get loaders() {
    const { documentLoader, contextLoader } = this.context;
    return { documentLoader, contextLoader };
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #federation() {
    const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });
    federation
      .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
        if (identifier !== "fedi") return null;
        const keys = await context.getActorKeyPairs(identifier);
        return new Group({
          id: context.getActorUri(identifier),
          preferredUsername: identifier,
          name: "Agenda Fedify",
          inbox: context.getInboxUri(identifier),
          outbox: context.getOutboxUri(identifier),
          followers: context.getFollowersUri(identifier),
          publicKey: keys[0].cryptographicKey,
          assertionMethods: keys.slice(1).map((pair) => pair.multikey),
        });
      })
      .setKeyPairsDispatcher(() => this.#keys);
    federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
      items: [...this.#followers.values()].map((actor) => ({ id: actor.id, inboxId: actor.inboxId })),
    }));
    federation.setOutboxDispatcher("/users/{identifier}/outbox", (context) => ({
      items: [...this.#events.values()].map(
        (event) => new Create({ id: new URL(`${event.id.href}#create`), actor: new URL(this.actor), object: event }),
      ),
    }));
    federation.setObjectDispatcher(Event, "/events/{slug}", (_, { slug }) => this.#events.get(slug) ?? null);
    federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: "fedify-test", version: { major: 1, minor: 0, patch: 0 } },
      protocols: ["activitypub"],
      usage: { users: { total: 1 }, localPosts: this.#events.size, localComments: 0 },
    }));
    federation
      .setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .on(Activity, async (context, activity) => {
        this.received.push(activity);
        if (activity instanceof Follow) await this.#accept(context, activity);
      });
    return federation;
  }

  async #accept(context, follow) {
    const follower = await follow.getActor(context);
    this.#followers.set(follower.id.href, follower);
    const accept = new Accept({
      id: new URL(`${this.origin}/accepts/${this.#followers.size}`),
      actor: new URL(this.actor),
      object: follow,
    });
    await this.#send(follower, accept);
  }

  #send(recipient, activity) {
    return this.context.sendActivity({ identifier: "fedi" }, recipient, activity, { immediate: true });
  }

  async #toFollowers(activity) {
    for (const follower of this.#followers.values()) await this.#send(follower, activity);
  }

  async #answer(incoming, outgoing) {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const body = Buffer.concat(parts);
    const { status, headers, content } = await this.handle(incoming.method, incoming.url, incoming.headers, body);
    if (incoming.method === "POST") this.posts.push({ headers: incoming.headers, body: body.toString(), status });
    else this.gets.push(incoming.url);
    outgoing.writeHead(status, headers).end(content);
  }

  /** Lets Fedify answer one HTTP request. */
  async handle(method, path, headers, body) {
    const request = new Request(`http://${headers.host}${path}`, {
      method,
      headers,
      body: method === "POST" ? body : undefined,
    });
    const answer = await this.federation.fetch(request, { contextData: undefined });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      content: Buffer.from(await answer.arrayBuffer()),
    };
  }
}

export { Accept, Create, Delete, Follow, Reject, Update };
