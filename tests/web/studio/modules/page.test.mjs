import assert from "node:assert/strict";
import { test } from "node:test";
import { module } from "./studio.mjs";

const format = await module("core/format.mjs");
const library = await module("core/library.mjs");
const scale = await module("capture/scale.mjs");
const { bySeverity, shownValue, verdict } = await module("create/severity.mjs");
const { route } = await module("core/router.mjs");
const { painted } = await module("create/chart.mjs");

const plain = (text) => text.replaceAll("\u00a0", " ");
const CAPTURE = {
  id: "a",
  name: "Deluxe",
  state: "finished",
  created: "2026-11-20T10:00:00+00:00",
  recipe: "a2",
  epoch: 3,
  esr: { full: 0.02 },
  seconds_left: null,
  metadata: { gear_make: "Fender", gear_model: "Deluxe Reverb", modeled_by: "Ann" },
  tags: ["clean"],
  sizes: ["lite", "full"],
  deleted: null,
};

test("an ESR has two digits, and a power of ten when it is tiny", () => {
  assert.equal(format.ratio(0.002134), "0.0021");
  assert.equal(format.ratio(0.5), "0.5");
  assert.equal(format.ratio(0), "0");
  assert.equal(plain(format.ratio(2.13e-5)), "2.1 \u00d7 10\u207b\u2075");
  assert.equal(plain(format.nullDepth(0.001)), "\u221230.0 dB");
});

test("grades are those of reports", () => {
  const grades = [0.0005, 0.001, 0.02, 0.05, 0.1, 2].map((esr) => format.grade(esr).key);
  assert.deepEqual(grades, ["excellent", "very-good", "good", "fair", "poor", "poor"]);
});

test("levels have a real minus sign, and no sign when they round to zero", () => {
  assert.equal(plain(format.decibels(-0.01)), "0.0 dB");
  assert.equal(plain(format.decibels(3, { signed: true })), "+3.0 dB");
  assert.equal(plain(format.decibels(-Infinity)), "\u2212\u221e dB");
  assert.ok(Math.abs(format.level(format.amplitude(-6)) + 6) < 1e-12);
});

test("durations do not pretend", () => {
  const said = [0.2, 42, 600, 8000].map((seconds) => plain(format.duration(seconds)));
  assert.deepEqual(said, ["under a second", "42 s", "10 min", "2 h 13 min"]);
  assert.equal(format.clock(247.9), "4:07");
});

test("an epoch changes what is best, and progress how far it is", () => {
  const event = { type: "epoch", id: "a", epoch: 4, esr: { full: 0.03 }, best_esr: { full: 0.02 }, seconds_left: 9 };
  const [after] = library.after([CAPTURE], event);
  assert.deepEqual([after.epoch, after.esr, after.seconds_left], [4, { full: 0.02 }, 9]);
  assert.equal(CAPTURE.epoch, 3);
  const [later] = library.after([after], { type: "progress", id: "a", share: 0.4, seconds_left: 7 });
  assert.deepEqual([later.epoch, later.share, later.seconds_left], [4, 0.4, 7]);
});

test("evidence is shown in few digits", () => {
  assert.deepEqual([null, 32.480679, "mono", [1, 2.00004]].map(shownValue), ["\u2013", "32.48", "mono", "1, 2"]);
});

test("a capture that is new comes to the list, and one that is known changes", () => {
  const other = { ...CAPTURE, id: "b", name: "Other" };
  const list = library.after([CAPTURE], { type: "capture", capture: other });
  assert.deepEqual(list.map((one) => one.id), ["b", "a"]);
  const changed = library.after(list, { type: "capture", capture: { ...CAPTURE, name: "New" } });
  assert.deepEqual(changed.map((one) => one.name), ["Other", "New"]);
});

test("search looks for every word in names, gear, tags and state", () => {
  const other = { ...CAPTURE, id: "b", name: "Muff", metadata: {}, tags: ["fuzz"] };
  const found = (search) => library.shown([CAPTURE, other], { search }).map((one) => one.id);
  assert.deepEqual(found("fender clean"), ["a"]);
  assert.deepEqual(found("FUZZ"), ["b"]);
  assert.deepEqual(found("fender fuzz"), []);
  assert.equal(found("").length, 2);
});

test("the bin is another list, and tags of what is in it do not count", () => {
  const binned = { ...CAPTURE, id: "b", deleted: "2026-11-20T10:00:00+00:00" };
  assert.deepEqual(library.shown([CAPTURE, binned], { bin: true }).map((one) => one.id), ["b"]);
  assert.deepEqual(library.tagCounts([CAPTURE, binned]), [["clean", 1]]);
});

test("tags are trimmed and come once", () => {
  assert.deepEqual(library.parsedTags(" a, b;a ,, c d "), ["a", "b", "c d"]);
});

test("the larger size comes first", () => {
  assert.deepEqual(library.orderedSizes(["lite", "full"]), ["full", "lite"]);
});

test("a logarithmic axis has whole decades and keeps values inside", () => {
  const axis = scale.decades([0.004, 0.3]);
  assert.ok(axis.low === -3 && axis.high === 0);
  assert.ok(Math.abs(scale.height(0.1, axis) - 1 / 3) < 1e-12);
  assert.ok(scale.decades([0.1]).low === -1 && scale.decades([0.1]).high === 0);
  assert.deepEqual(scale.marks(100), [20, 40, 60, 80, 100]);
});

test("an epoch told again replaces what came from it on", () => {
  const curve = [1, 2, 3].map((epoch) => ({ epoch, esr: { full: 1 / epoch } }));
  const after = scale.extended(curve, { epoch: 2, esr: { full: 0.4 } });
  assert.deepEqual(scale.series(after, "full"), [[1, 1], [2, 0.4]]);
});

test("the worst finding comes first, and what is fine is apart", () => {
  const findings = ["fine", "note", "error", "warning"].map((severity) => ({ severity }));
  const { notable, rest } = bySeverity(findings);
  assert.deepEqual(notable.map((one) => one.severity), ["error", "warning", "note"]);
  assert.equal(rest.length, 1);
  assert.equal(verdict({ state: "done", blocked: false, findings }).kind, "warning");
  assert.equal(verdict({ state: "done", blocked: true, message: "no", findings }).text, "no");
});

test("addresses lead to views", () => {
  assert.deepEqual(route("#/capture/a-B_9"), { view: "capture", id: "a-B_9" });
  assert.equal(route("#/new").view, "new");
  assert.equal(route("#/bin").view, "bin");
  assert.equal(route("").view, "library");
  assert.equal(route("#/../etc").view, "library");
});

test("figures get the page's colours", () => {
  const figure = { data: [{ line: { color: "@ink" }, y: [1, 2] }], layout: { title: "a@b" } };
  const wanted = { data: [{ line: { color: "<ink>" }, y: [1, 2] }], layout: { title: "a@b" } };
  assert.deepEqual(painted(figure, (name) => `<${name}>`), wanted);
});
