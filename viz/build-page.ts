// Bundles the browser page into dist/, as part of `npm run build`. Run as `node dist/viz/build-page.js`.
import { copyFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";

/** What Node alone has is nothing in a browser: calling it fails, not calling it costs no bytes. */
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

/** uPlot formats by `navigator.language` when it is loaded; some headless browsers have one that is no language tag. */
const LANGUAGE_GUARD = `try { new Intl.NumberFormat(navigator.language) } catch { Object.defineProperty(navigator, "language", { value: "en-US" }) }`;

await build({
  entryPoints: { bundle: "viz/page/main.ts" },
  outdir: "dist/viz/page",
  bundle: true,
  minify: true,
  banner: { js: LANGUAGE_GUARD },
  format: "iife",
  target: "es2022",
  legalComments: "linked",
  plugins: [withoutNode],
  // The address of the kernels' file; a page hands the module in instead.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
});
copyFileSync("viz/page/index.html", "dist/viz/page/index.html");
