// The pages between the pages: before training, before the test, a break, a return, the end.

import { decision, element, prose, show } from "../dom.js";
import { listenToKeys } from "../keys.js";

/** A heading, a text, and one button that Enter presses too. */
export async function between(heading, content, button) {
  const [left, leave] = decision();
  const go = element("button", { type: "button", class: "next", click: () => leave() }, button);
  show(element("h1", {}, heading), ...content, element("p", { class: "actions" }, go));
  const stop = listenToKeys((key) => (key === "Enter" ? leave : undefined));
  await left;
  stop();
}

export function rest({ answered, left }) {
  const text = prose`
    ${answered} of ${answered + left} pages are done, and all your answers are kept. Take the
    headphones off for a minute, or close this page and come back later.`;
  return between("Rest your ears", [element("p", {}, text)], "Go on");
}

export function welcomeBack(link) {
  return between(
    "Welcome back",
    [
      element("p", {}, prose`
        Everything you have answered is kept; the test goes on where you left it. Please put the
        headphones on, and leave the volume as it was.`),
      personalLink(link),
    ],
    "Go on",
  );
}

/** The way back, for those who change the device or have lost the page. */
export function personalLink(link) {
  return element(
    "details",
    {},
    element("summary", {}, "Your personal link"),
    element("p", {}, prose`
      With this link you can go on later, on another device too, or delete your answers. Nobody
      else should have it: it is all that connects you with your answers.`),
    element("p", {}, element("code", {}, link)),
  );
}

export function end(link) {
  show(
    element("h1", {}, "Thank you"),
    element("p", {}, prose`
      That was the last page. All your answers are kept; you can close this page now.`),
    personalLink(link),
  );
}

export function deleted() {
  show(
    element("h1", {}, "Deleted"),
    element("p", {}, prose`
      All your answers are deleted, and nothing is left that belongs to you. Thank you for your
      time.`),
  );
}
