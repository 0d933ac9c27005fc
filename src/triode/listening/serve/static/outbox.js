// Answers on their way: each is kept until the server has confirmed it, over reloads too.

import { request } from "./connection.js";
import { forget, keep, recall } from "./keeping.js";

const box = (participant) => `${participant.token} answers`;

/** Keep an answer, then send everything that is kept; resolves with the server's last word. */
export function send(participant, page, answer) {
  keep(box(participant), [...waiting(participant), { page, answer }]);
  return sendKept(participant);
}

/** Answers that the server has not confirmed yet. */
export function waiting(participant) {
  return recall(box(participant)) ?? [];
}

/** Send what is kept, the oldest first; null when there is nothing. */
export async function sendKept(participant) {
  let state = null;
  for (let left = waiting(participant); left.length > 0; left = waiting(participant)) {
    const [{ page, answer }, ...rest] = left;
    state = await request(`${participant.address}/answers/${page}`, { method: "PUT", body: answer });
    if (rest.length > 0) keep(box(participant), rest);
    else forget(box(participant));
  }
  return state;
}
