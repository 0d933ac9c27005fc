/** Where the studio's modules lie, for the tests that run them in Node.js. */
const FOLDER = new URL("../../../../src/triode/studio/static/", import.meta.url);

/** Import one of the studio's own modules. */
export const module = (path) => import(new URL(path, FOLDER));
