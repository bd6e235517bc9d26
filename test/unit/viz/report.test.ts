import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReportHtml } from "../../../viz/report.js";
import { readXml, tinyScene } from "./tiny-scene.js";

const MACRO = { name: "m<&>", width: 50, height: 50, x: 50, y: 50 };
const COSTS = { proxyCost: 1.5, wirelengthCost: 0.25, densityCost: 1, congestionCost: 1.5 };

test("the report holds picture, costs, summary and files, escaped", () => {
  const scene = tinyScene([MACRO], { title: `<script>"&`, costs: COSTS });
  const html = renderReportHtml({
    scene,
    summary: { method: "<b>", set: { rate: 0.1 }, none: null, bad: Number.NaN },
  });
  assert.match(html, /^<!doctype html>\n<html lang="en">/);
  assert.match(html, /<td class="number">1\.500000<\/td>/);
  assert.match(html, /<th scope="row">method<\/th><td>&lt;b&gt;<\/td>/);
  assert.match(html, /<th scope="row">set\.rate<\/th><td class="number">0\.1<\/td>/);
  assert.match(html, /<a href="best\.plc">best\.plc<\/a>/);
  assert.doesNotMatch(html, /<script|<b>|NaN|undefined/);
  readXml(html.slice(html.indexOf("<svg"), html.indexOf("</svg>") + 6));
  // Everything after the picture is well-formed too.
  readXml(html.slice(html.indexOf('<div class="columns">'), html.indexOf("</body>")));
});

test("the report needs no network and follows the reader's theme", () => {
  const html = renderReportHtml({ scene: tinyScene([MACRO]), summary: {} });
  assert.doesNotMatch(html.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|\bsrc=|@import|url\((?!#)/);
  assert.equal(html.match(/prefers-color-scheme:dark/g)?.length, 2);
});

test("files can be named, and their names are safe in a link", () => {
  const files = [{ name: `a "b":c.plc`, what: "<x>" }];
  const html = renderReportHtml({ scene: tinyScene([MACRO]), summary: {}, files });
  assert.match(html, /<a href="a%20%22b%22%3Ac\.plc">a &quot;b&quot;:c\.plc<\/a><\/td><td>&lt;x&gt;/);
});
