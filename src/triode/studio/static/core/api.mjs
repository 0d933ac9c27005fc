/** The server's routes, one function each. */

/** What the server refused, in its own words. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("The studio does not answer. Is it still running?", 0);
  }
  return answer(response);
}

async function answer(response) {
  const type = response.headers.get("Content-Type") ?? "";
  const content = type.includes("json") ? await response.json() : null;
  if (!response.ok) {
    const message = content?.error?.message ?? `The studio answered ${response.status}.`;
    throw new ApiError(message, response.status);
  }
  return content;
}

const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value !== null);
  const text = new URLSearchParams(given).toString();
  return text === "" ? "" : `?${text}`;
};

const at = (id, rest = "") => `/api/captures/${encodeURIComponent(id)}${rest}`;

export const captures = (filter = {}) => request("GET", `/api/captures${query(filter)}`);
export const capture = (id) => request("GET", at(id));
export const startCapture = (settings) => request("POST", "/api/captures", settings);
export const importCapture = (upload, name) =>
  request("POST", "/api/captures/import", { upload, name });
export const editCapture = (id, changes) => request("PATCH", at(id), changes);
export const deleteCapture = (id) => request("DELETE", at(id));
export const restoreCapture = (id) => request("POST", at(id, "/restore"));
export const stopCapture = (id) => request("POST", at(id, "/stop"));
export const resumeCapture = (id) => request("POST", at(id, "/resume"));
export const audition = (id) => request("GET", at(id, "/audition"));

export const recipes = () => request("GET", "/api/recipes");
export const riffs = () => request("GET", "/api/riffs");
export const cabinets = () => request("GET", "/api/cabinets");
export const devices = () => request("GET", "/api/devices");
export const startRecording = (settings) => request("POST", "/api/recordings", settings);
export const stopRecording = (id) =>
  request("POST", `/api/recordings/${encodeURIComponent(id)}/stop`);
export const startCheck = (pair) => request("POST", "/api/checks", pair);
export const check = (id) => request("GET", `/api/checks/${encodeURIComponent(id)}`);
export const deleteUpload = (id) => request("DELETE", `/api/uploads/${encodeURIComponent(id)}`);

export const downloadAddress = (id) => at(id, "/model.nam");
export const reportAddress = (id) => at(id, "/report");
export const compareAddress = (ids) => `/api/compare?ids=${ids.map(encodeURIComponent).join(",")}`;

/**
 * Send a file. `fetch` tells nothing of how far it is, so this is the older way.
 * @param {(share: number) => void} onProgress From 0 to 1.
 */
export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/api/uploads${query({ name: file.name })}`);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    sending.addEventListener("error", () =>
      reject(new ApiError(`${file.name} could not be sent.`, 0)),
    );
    sending.addEventListener("load", () => {
      const content = parsed(sending.responseText);
      if (sending.status < 300 && content !== null) resolve(content);
      else {
        const said = content?.error?.message ?? `The studio answered ${sending.status}.`;
        reject(new ApiError(said, sending.status));
      }
    });
    sending.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Ask for a page that is made on first demand, until it is there; "failed" pages throw. */
export async function pageMade(address, signal) {
  while (!signal.aborted) {
    const response = await fetch(address, { signal });
    if (response.status !== 202) {
      await (response.ok ? response.body?.cancel() : answer(response));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
}

/** The bytes of a sound file. */
export async function sound(address) {
  const response = await fetch(address);
  if (!response.ok) await answer(response);
  return response.arrayBuffer();
}
