// Bundles the browser page into dist/, as part of `npm run build`. Run as `node dist/viz/build-page.js`.
import { copyFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import licenses, { type Dependency } from "esbuild-plugin-license";

/** Replaces modules of Node: calling one fails in a browser, and unused ones add no bytes. */
const withoutNode: Plugin = {
  name: "without-node",
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({
      path,
      namespace: "node-only",
      sideEffects: false,
    }));
    bundler.onLoad({ filter: /./, namespace: "node-only" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get(_, name) { throw new Error("internal: ${path} in a browser") } })`,
    }));
  },
};

/**
 * Graphs are for clustering, which the page does not do, but floors are entered through their index. These packages do not say that
 * loading them has no effects, so all of their code would be in the page.
 */
const withoutUnusedGraphs: Plugin = {
  name: "without-unused-graphs",
  setup(bundler) {
    bundler.onResolve({ filter: /^graphology/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === "resolved") return undefined;
      const found = await bundler.resolve(path, { ...rest, pluginData: "resolved" });
      return { ...found, sideEffects: false };
    });
  },
};

/** When loaded, uPlot formats by `navigator.language`, which is not a language tag in some headless browsers. */
const LANGUAGE_GUARD = `try { new Intl.NumberFormat(navigator.language) } catch { Object.defineProperty(navigator, "language", { value: "en-US" }) }`;

/** The MIT licence (https://spdx.org/licenses/MIT.html), for packages under it that ship no licence text. */
const mitText = (author: string) => `Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Names, versions and licence texts of the packages in the bundle, which their licences require. */
function notices(dependencies: readonly Dependency[]): string {
  const sorted = [...dependencies].sort((a, b) => (a.packageJson.name < b.packageJson.name ? -1 : 1));
  const parts = sorted.map(({ packageJson: { name, version, license, author }, licenseText }) => {
    const holder = typeof author === "string" ? author : author?.name;
    const text = licenseText || (license === "MIT" && holder && mitText(holder));
    if (!text) throw new Error(`${name} ${version} has no licence text, so it cannot be bundled`);
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return `The page of Ashlar's viewer contains these packages.\n\n${parts.join(`\n${"-".repeat(78)}\n\n`)}`;
}

await build({
  entryPoints: { bundle: "viz/page/main.ts" },
  outdir: "dist/viz/page",
  bundle: true,
  minify: true,
  banner: { js: LANGUAGE_GUARD },
  format: "iife",
  target: "es2022",
  legalComments: "none", // whole licences are in third-party.txt,
  plugins: [
    withoutNode,
    withoutUnusedGraphs,
    licenses({ banner: "", thirdParty: { output: { file: "third-party.txt", template: notices } } }),
  ],
  // kernels/kernels.ts uses import.meta to find its file; the page passes a compiled module instead.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
});
copyFileSync("viz/page/index.html", "dist/viz/page/index.html");
