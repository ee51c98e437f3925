// A node of ours, run as people run it: the program, its environment, its command line, its HTTP.
// Used by tests/interop and tests/browser. Nothing here waits without an end.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** The program under test; scripts/test.sh builds it and says where it is. */
export const program = process.env.MAILLAGE_TEST_BIN;
if (!program) throw new Error("set MAILLAGE_TEST_BIN to the maillage program (scripts/test.sh does)");

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Asks again until the answer is truthy, and returns it.
 * @param {string} what what is waited for, named in the error
 * @param {() => Promise<any>|any} ask
 * @param {number} seconds the longest wait
 */
export async function eventually(what, ask, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`, { cause: last });
    await pause(100);
  }
}

/** The environment of a program we start: ours without any setting of a node. */
export function plainEnvironment(settings) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("MAILLAGE_"));
  return { ...Object.fromEntries(kept), ...settings };
}

/** Runs the program to its end; returns what it printed, fails when it fails. */
export function run(args, settings, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: plainEnvironment(settings) });
    const killer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    let out = "";
    let err = "";
    child.stdout.on("data", (part) => (out += part));
    child.stderr.on("data", (part) => (err += part));
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(killer);
      if (code === 0) resolve(out);
      else reject(new Error(`maillage ${args.join(" ")} ended with ${code}: ${err || out}`));
    });
    child.stdin.end(input);
  });
}

/** One node with its own folder and port. */
export class Node {
  #child;
  #log = "";
  #token;

  /** A started node that answers. `settings` are more MAILLAGE_* variables. */
  static async start(settings = {}) {
    const node = new Node();
    node.port = await freePort();
    node.folder = await mkdtemp(join(tmpdir(), "maillage-test-"));
    node.host = `localhost:${node.port}`;
    node.origin = `http://${node.host}`;
    node.settings = {
      MAILLAGE_DATA_DIR: node.folder,
      MAILLAGE_SERVER__LISTEN: `127.0.0.1:${node.port}`,
      MAILLAGE_SERVER__BASE_URL: node.origin,
      MAILLAGE_FEDERATION__ALLOW_LOOPBACK: "true",
      ...settings,
    };
    await node.serve();
    return node;
  }

  /** Starts `maillage serve` and waits until it is ready. */
  async serve() {
    this.#child = spawn(program, ["serve"], {
      env: plainEnvironment(this.settings),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (part) => (this.#log += part);
    this.#child.stdout.on("data", keep);
    this.#child.stderr.on("data", keep);
    await eventually(`${this.origin} to be ready`, async () => {
      if (this.#child.exitCode !== null) return true;
      return (await fetch(`${this.origin}/health/ready`)).ok;
    }, 30);
    if (this.#child.exitCode !== null) throw new Error(`maillage serve ended at once:\n${this.#log}`);
  }

  /** What the node has written so far. */
  get log() {
    return this.#log;
  }

  /** Runs a command of this node (same folder, same settings). */
  cli(args, input) {
    return run(args, this.settings, input);
  }

  /** A centre, a staff account and a token with which `api` writes. */
  async furnish({ name, handle, network = false, email = "accueil@centre.example", password }) {
    await this.cli(["centre", "add", "--name", name, "--handle", handle, ...(network ? ["--network"] : [])]);
    await this.cli(["user", "add", email, "--role", "admin", "--password-stdin"], `${password}\n`);
    const printed = await this.cli(["token", "create", "--user", email, "--name", "tests"]);
    // Whatever is written around it, the token is the longest word.
    this.#token = printed.split(/\s+/).sort((a, b) => b.length - a.length)[0];
  }

  /** A JSON request with the token; returns {status, body}. */
  async api(method, path, body) {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  }

  /** All dated sessions of the network as this node sees it. */
  async calendar(query = "") {
    const { status, body } = await this.api("GET", `/calendar?limit=100${query}`);
    if (status !== 200) throw new Error(`calendar answered ${status}: ${JSON.stringify(body)}`);
    return body.items;
  }

  /** Stops as systemd does; true when it ended by itself in time. */
  async stop() {
    if (!this.#child || this.#child.exitCode !== null) return true;
    const ended = new Promise((resolve) => this.#child.once("close", () => resolve(true)));
    this.#child.kill("SIGTERM");
    const graceful = await Promise.race([ended, pause(15_000, false, { ref: false })]);
    if (!graceful) {
      this.#child.kill("SIGKILL");
      await ended;
    }
    return graceful;
  }

  /** Stops and removes its folder. */
  async remove() {
    const graceful = await this.stop();
    await rm(this.folder, { recursive: true, force: true });
    return graceful;
  }
}

/** `YYYY-MM-DD` so many days from now. */
export function dayFromNow(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
