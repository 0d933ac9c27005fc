// The experimenter's page: how far everyone is, and links for more.

import { request } from "./connection.js";
import { element } from "./dom.js";

const AGAIN_MS = 10_000;
const DESIGNS = {
  abx: "ABX",
  mushra: "MUSHRA",
  triple: "triple stimulus with hidden reference",
  preference: "preference",
};

const at = (id) => document.getElementById(id);

function draw(test) {
  const begun = test.participants.filter((one) => one.consent !== null);
  const parts = [count(test.systems, "system"), `${count(test.gear, "piece")} of gear`];
  at("about").textContent = `${DESIGNS[test.design]}, at most ${test.pages} pages, ${parts.join(", ")}`;
  tiles({
    Invited: test.participants.filter((one) => one.invited).length,
    Begun: begun.length,
    Finished: begun.filter((one) => one.finished !== null).length,
    Answers: test.answers,
  });
  drawLinks(test);
  at("make").disabled = false;
  at("analysis-link").hidden = test.answers === 0;
  at("nobody").hidden = begun.length > 0;
  at("table").hidden = begun.length === 0;
  at("table").tBodies[0].replaceChildren(...begun.map((one) => row(one, test.pages)));
  at("cues-section").hidden = test.cues.length === 0;
  at("cue-list").replaceChildren(...test.cues.map((cue) => element("li", {}, cue)));
}

const count = (list, name) => `${list.length} ${name}${list.length === 1 ? "" : "s"}`;

function tiles(numbers) {
  at("tiles").replaceChildren(
    ...Object.entries(numbers).map(([name, number]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, String(number))),
    ),
  );
}

function drawLinks(test) {
  const open = at("open-link");
  open.hidden = test.open_link === null;
  if (test.open_link !== null) {
    const link = element("a", { href: test.open_link }, test.open_link);
    open.replaceChildren(`Anyone may take part, up to ${test.most_participants} people: `, link);
  }
  const links = test.participants.filter((one) => one.invited && one.link !== null);
  const text = links.map((one) => one.link).join("\n");
  // What is selected there stays selected when nothing has changed.
  if (at("links").value !== text) at("links").value = text;
  at("links").hidden = links.length === 0;
  at("copy").hidden = links.length === 0;
}

function row(one, pages) {
  const cell = (label, text) => element("td", { "data-label": label }, text);
  const headphones = { true: "recognised", false: "not recognised", null: "–" }[one.headphones];
  const answers = one.finished === null ? `${one.answered} of ${pages}` : `${one.answered}, finished`;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, `No. ${one.number}`),
    cell("Came", one.invited ? "by invitation" : "by the open link"),
    cell("Headphones", headphones),
    cell("Answers", answers),
    cell("Last answer", one.last === null ? "–" : new Date(one.last).toLocaleString()),
  );
}

const refresh = async () => draw(await request("/api/experiment"));

at("invite").addEventListener("submit", async (event) => {
  event.preventDefault();
  const count = Number(at("count").value);
  await request("/api/experiment/invitations", { method: "POST", body: { count } });
  await refresh();
});

at("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(at("links").value);
  at("copy").textContent = "Copied";
});

async function keepFresh() {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

keepFresh().catch((error) => {
  at("about").textContent = error.message;
});
