// Validates custom resources with the generated validators of @kubernetes-models.
// Reads [{package, doc}] from standard input; prints [[message..]..].
//
// The validators let unknown fields pass. They read each field that their schema names, though, and all keys of a free
// map: so the object is handed over through proxies that note what is read, and what was never read is unknown.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const requests = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { package: name, doc } of requests) answers.push(await judge(name, doc));
process.stdout.write(JSON.stringify(answers));

async function judge(name, doc) {
  const unknown = `no judge for kind ${doc.kind} of ${doc.apiVersion}`;
  const type = `${doc.apiVersion}/${doc.kind}`;
  if (!/^[a-z0-9.-]+\/[a-z0-9]+\/[A-Za-z]+$/.test(type)) return [unknown];
  const file = join(modules, name, `${type}.js`);
  if (!existsSync(file)) return [unknown];
  const model = (await import(pathToFileURL(file)))[doc.kind];
  if (model?.kind !== doc.kind) return [unknown]; // a part of an object, such as RolloutStrategy

  const nodes = [];
  const messages = [];
  try {
    model.prototype.validate.call(watch(doc, "", nodes));
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    for (const e of error.errors) messages.push(`${dotted(e.instancePath)}: ${e.message ?? e.keyword} ${details(e.params)}`.trim());
  }
  for (const { path, value, read, all } of nodes) {
    if (all || read.size === 0) continue; // a map, or an object that its schema leaves open
    for (const key of Object.keys(value)) {
      if (!read.has(key)) messages.push(`${dotted(`${path}/${key}`)}: unknown field`);
      else if (value[key] === null) messages.push(`${dotted(`${path}/${key}`)}: null`);
    }
  }
  return [...new Set(messages)];
}

function watch(value, path, nodes) {
  if (value === null || typeof value !== "object") return value;
  const node = { path, value, read: new Set(), all: Array.isArray(value) };
  nodes.push(node);
  const children = new Map();
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === "symbol") return Reflect.get(target, key);
      node.read.add(key);
      if (!Object.hasOwn(target, key)) return Reflect.get(target, key);
      if (!children.has(key)) children.set(key, watch(target[key], `${path}/${key}`, nodes));
      return children.get(key);
    },
    has(target, key) {
      node.read.add(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      node.read.add(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    ownKeys(target) {
      node.all = true;
      return Reflect.ownKeys(target);
    },
  });
}

function dotted(path) {
  return path.slice(1).replaceAll("/", ".") || "(root)";
}

function details(params) {
  return params?.allowedValues ? `(${params.allowedValues.join(", ")})` : "";
}
