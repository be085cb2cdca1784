/** The requests of `token_flow` = `pair`: the refresh token is in localStorage, which tabs share. */

import type { Tokens } from "./auth";
import { login, logout, refresh } from "./client";
import type { LoginData } from "./client";

const KEY = "refresh";
// Another tab waits for the request, but not forever.
const options = () => ({ fetch, signal: AbortSignal.timeout(10_000) });

export const tokens: Tokens<LoginData["body"]> = {
  async logIn(body) {
    const { data, error } = await login({ ...options(), body });
    if (!data) throw error;
    localStorage.setItem(KEY, data.refresh);
    return data.access;
  },

  async refresh() {
    for (;;) {
      const token = localStorage.getItem(KEY);
      if (token === null) return null;
      const { data, error, response } = await refresh({ ...options(), body: { refresh: token } });
      if (data) {
        localStorage.setItem(KEY, data.refresh);
        return data.access;
      }
      if (response?.status !== 401) throw error;
      // Browsers may show the token that another tab has stored a little later.
      if (localStorage.getItem(KEY) === token) {
        localStorage.removeItem(KEY);
        return null;
      }
    }
  },

  async logOut() {
    const token = localStorage.getItem(KEY);
    if (token === null) return;
    const { error, response } = await logout({ ...options(), body: { refresh: token } });
    if (error && response?.status !== 401) throw error;
    localStorage.removeItem(KEY);
  },
};
