// The templates that start workers elsewhere: they are well formed, and what they call exists.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { workerOptionsSchema } from "../../../queue/index.js";

const FOLDER = "examples/many-machines";
const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

interface Service {
  readonly command: readonly string[];
  readonly secrets: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly volumeMounts: readonly { readonly name: string }[];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels?: object };
    readonly template?: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

/** The options of `ashlar worker` that a list of words gives. Throws for one that it does not have. */
function workerOptions(words: readonly string[]): Record<string, unknown> {
  assert.equal(words[0], "worker");
  const given: Record<string, unknown> = {};
  for (let at = 1; at < words.length; at++) {
    const name = words[at]!.replace(/^--/, "");
    assert.ok(name in workerOptionsSchema.shape, words[at]);
    if (name === "once") given[name] = true;
    else given[name] = name === "threads" ? Number(words[++at]) : words[++at];
  }
  return workerOptionsSchema.parse(given);
}

/** The words of the worker's command in a script, its variables filled in. */
function workerCommand(script: string): string[] {
  const [, command] = /npx ashlar (worker(?:[^\n\\]|\\\n|\\\$)*)/.exec(script)!;
  return command!
    .replace(/\\\n/g, " ")
    .replace(/\\?\$\(.*?\)|"?\$\{[^}]*\}"?/g, "8")
    .replace(/"?\$ASHLAR_QUEUE"?|redis:\/\/localhost:\$port/, "redis://localhost:7379")
    .replace(/<\/dev\/null.*/, "")
    .replaceAll('"', "")
    .trim()
    .split(/\s+/);
}

test("scripts are well formed, and their workers' options exist", () => {
  for (const name of ["slurm.sh", "ssh.sh"]) {
    const path = join(FOLDER, name);
    accessSync(path, constants.X_OK);
    const { status, stderr } = spawnSync("sh", ["-n", path], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const { queue, threads } = workerOptions(workerCommand(textOf(name)));
    assert.deepEqual({ queue, threads }, { queue: "redis://localhost:7379", threads: 8 }, name);
  }
  assert.throws(() => workerOptions(["worker", "--queue", "redis://x", "--thread", "1"]), /--thread/);
});

test("docker compose: services, secrets and the image that is built", () => {
  const { services, secrets } = parse(textOf("compose.yaml")) as {
    services: Record<string, Service & { build?: { context: string; dockerfile: string } }>;
    secrets: object;
  };
  const { queue, worker } = services;
  assert.equal(workerOptions(worker!.command).queue, "redis://queue:6379");
  assert.match(queue!.command.at(-1)!, /maxmemory-policy noeviction.*exec redis-server -$/s);
  for (const { secrets: used } of [queue!, worker!])
    for (const secret of used) assert.ok(secret in secrets, secret);
  assert.equal(worker!.environment!.ASHLAR_QUEUE_PASSWORD_FILE, "/run/secrets/queue-password");
  const { context, dockerfile } = worker!.build!;
  assert.ok(existsSync(join(FOLDER, context, dockerfile)));
  assert.match(textOf("Dockerfile"), /^ENTRYPOINT \["node", "\/ashlar\/dist\/cli\/main\.js"\]$/m);
});

test("Kubernetes: selectors meet labels, volumes are there, the workers know the service", () => {
  const resources = parseAllDocuments(textOf("kubernetes.yaml")).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS() as Resource;
  });
  assert.deepEqual(
    resources.map(({ kind, metadata }) => [kind, metadata.name]),
    [
      ["Service", "ashlar-queue"],
      ["Deployment", "ashlar-queue"],
      ["Deployment", "ashlar-worker"],
    ],
  );
  const [service, ...deployments] = resources;
  for (const { spec } of deployments) {
    const { metadata, spec: pod } = spec.template!;
    assert.deepEqual(spec.selector.matchLabels, metadata.labels);
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { volumeMounts } of pod.containers)
      for (const { name } of volumeMounts) assert.ok(volumes.includes(name), name);
  }
  const [queue, worker] = deployments.map(({ spec }) => spec.template!);
  assert.deepEqual(service!.spec.selector, queue!.metadata.labels);
  assert.match(queue!.spec.containers[0]!.command!.at(-1)!, /noeviction.*exec redis-server -$/s);
  const { args, env } = worker!.spec.containers[0]!;
  assert.equal(workerOptions(args!).queue, `redis://${service!.metadata.name}:6379`);
  assert.deepEqual(
    env!.map(({ name }) => name),
    ["ASHLAR_QUEUE_PASSWORD_FILE"],
  );
});

test("each template is described", () => {
  const page = readFileSync("docs/many-machines.md", "utf8");
  for (const name of readdirSync(FOLDER)) assert.ok(page.includes(`${FOLDER}/${name}`), name);
});
