// Who takes part, known by the last part of the page's address and by nothing else.

import { request } from "./connection.js";

const PERSONAL = /^\/i\/([\w-]+)$/u;

/**
 * A participant.
 *
 * @property {string} token What the personal link ends in.
 * @property {string} address Where the server has what is theirs.
 * @property {string} link The personal link.
 */
export class Participant {
  constructor(token) {
    this.token = token;
    this.address = `/api/participants/${token}`;
    this.link = new URL(`/i/${token}`, location.href).href;
  }

  /** The one of this page's address; null where anyone may begin. */
  static ofPage() {
    const found = PERSONAL.exec(location.pathname);
    return found === null ? null : new Participant(found[1]);
  }

  /** A new one, to whom this page belongs from now on: a reload comes back to them. */
  static async join() {
    const { token } = await request("/api/participants", { method: "POST" });
    history.replaceState(null, "", `/i/${token}`);
    return new Participant(token);
  }

  state() {
    return request(this.address);
  }

  agree() {
    return request(`${this.address}/consent`, { method: "PUT" });
  }

  noteConditions(conditions) {
    return request(`${this.address}/conditions`, { method: "PUT", body: conditions });
  }

  page(index) {
    return request(`${this.address}/pages/${index}`);
  }

  soundOf(index) {
    return `${this.address}/pages/${index}/sound`;
  }

  withdraw() {
    return request(this.address, { method: "DELETE" });
  }
}
