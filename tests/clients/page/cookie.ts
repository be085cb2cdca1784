/** The requests of `token_flow` = `pair-with-refresh-cookie`: the browser keeps the refresh token. */

import type { Tokens } from "./auth";
import { login, logout, refresh } from "./client";
import type { LoginData } from "./client";

// `include` sends the cookie to another origin. Another tab waits for the request, but not forever.
const options = () =>
  ({ fetch, credentials: "include", signal: AbortSignal.timeout(10_000) }) as const;
const headers = { "X-Requested-With": "fetch" };

export const tokens: Tokens<LoginData["body"]> = {
  async logIn(body) {
    const { data, error } = await login({ ...options(), body });
    if (!data) throw error;
    return data.access;
  },

  async refresh() {
    const { data, error, response } = await refresh({ ...options(), headers });
    if (data) return data.access;
    if (response?.status === 401) return null;
    throw error;
  },

  async logOut() {
    const { error } = await logout({ ...options(), headers });
    if (error) throw error;
  },
};
