/** The server's events: the browser reconnects by itself and says which it saw last. */

const TYPES = ["capture", "epoch", "progress", "check", "recording", "missed"];
const RETRY_MILLISECONDS = 2000;

/**
 * @param {(event: object) => void} onEvent Gets {type, …}; a capture under `capture`.
 * @param {(connected: boolean) => void} onConnection
 */
export function listen(onEvent, onConnection) {
  const source = new EventSource("/api/events");
  for (const type of TYPES) {
    source.addEventListener(type, ({ data }) => {
      const content = data === "" ? {} : JSON.parse(data);
      onEvent(type === "capture" ? { type, capture: content } : { type, ...content });
    });
  }
  source.addEventListener("open", () => onConnection(true));
  source.addEventListener("error", () => {
    onConnection(false);
    // After an answer that is no stream the browser gives up; a studio may be started again.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => listen(onEvent, onConnection), RETRY_MILLISECONDS);
    }
  });
}
