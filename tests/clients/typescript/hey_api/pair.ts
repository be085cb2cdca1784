// A login with an access and a refresh token.

import { facts, keep, kept } from "../connection";
import { check } from "../scenario";
import type { Tokens } from "../scenario";
import { login, refresh, verify } from "./client";

export const pair: Tokens = {
  async logIn(username, password) {
    const result = await login({ body: { username, password } });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  async refresh() {
    const result = await refresh({ body: { refresh: kept.refresh } });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  verify: (token) => verify({ body: { token } }),
  async findBlankLogin() {
    const { error } = await login({ body: { username: "", password: facts.password } });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
};
