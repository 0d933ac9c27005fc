// Requests that outlive a lost connection and a server that is started again.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
const NO_CONTENT = 204;
const TOO_MANY = 429;
const UNAVAILABLE = 500;

/** What the server said no to; trying again would not help. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Tell the person while nothing comes through, and stop when it does. */
function say(lost) {
  const line = document.getElementById("connection");
  const text = "The connection is lost. Your answers are kept; trying again …";
  if (line.textContent !== (lost ? text : "")) line.textContent = lost ? text : "";
}

/** Wait, but no longer than until the browser is online again. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const sooner = () => {
      clearTimeout(timer);
      resolve();
    };
    window.addEventListener("online", sooner, { once: true });
  });
}

const bodyOf = (answer) => (answer.status === NO_CONTENT ? null : answer.json());

async function refusal(answer) {
  const said = await answer.json().catch(() => null);
  return new Refused(said?.error?.message ?? `The server answered ${answer.status}.`, answer.status);
}

/**
 * Ask the server until it answers.
 *
 * Whatever is sent this way can be sent twice without harm: the server takes the first.
 *
 * @param {string} address
 * @param {{method?: string, body?: object, read?: (answer: Response) => Promise<any>}} options
 * @returns {Promise<any>} What `read` makes of the answer; the JSON in it by default.
 */
export async function request(address, { method = "GET", body, read = bodyOf } = {}) {
  const options = { method, headers: {}, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      const answer = await fetch(address, options);
      if (answer.status < UNAVAILABLE && answer.status !== TOO_MANY) {
        if (!answer.ok) throw await refusal(answer);
        const made = await read(answer);
        say(false);
        return made;
      }
    } catch (error) {
      if (error instanceof Refused) {
        say(false);
        throw error;
      }
    }
    say(true);
    await pause(wait);
  }
}
