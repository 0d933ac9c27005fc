// What the test is, what is kept, and the consent without which nothing begins.

import { Refused } from "../connection.js";
import { decision, element, paragraphs, prose, show } from "../dom.js";

/** Without an invitation to a test that needs one, there is nothing to do here. */
export function byInvitation(test) {
  show(
    element("h1", {}, test.title),
    element("p", {}, "This test is by invitation. Please use the link that you were sent."),
  );
}

/**
 * Resolves once the person has agreed and `join` is through.
 *
 * @param {object} test What the server says about it.
 * @param {() => Promise<any>} join Tells the server.
 */
export async function consent(test, join) {
  const [agreed, agree] = decision();
  const check = element("input", {
    type: "checkbox",
    id: "agree",
    change: () => {
      start.disabled = !check.checked;
    },
  });
  const problem = element("p", { class: "problem", role: "alert" });
  const start = element(
    "button",
    { type: "button", class: "next", disabled: true, click: () => enter() },
    "Take part",
  );
  const enter = async () => {
    start.disabled = true;
    try {
      agree(await join());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problem.textContent = error.message;
      start.disabled = false;
    }
  };
  show(
    element("h1", {}, test.title),
    element("p", { class: "lead" }, prose`
      A listening test of ${test.pages} pages, in a quiet room and with headphones. You can stop
      at any time and go on later.`),
    element(
      "section",
      { class: "paper" },
      element("h2", {}, "Consent"),
      ...paragraphs(test.consent),
      contact(test),
    ),
    element(
      "label",
      { class: "agree", for: "agree" },
      check,
      element("span", {}, "I have read this, and I take part of my own free will."),
    ),
    problem,
    element("p", { class: "actions" }, start),
  );
  return agreed;
}

function contact({ contact: whom }) {
  return whom === "" ? null : element("p", {}, `Questions: ${whom}`);
}
