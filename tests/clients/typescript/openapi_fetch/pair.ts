// A login with an access and a refresh token, at the default paths.

import { facts, keep, kept } from "../connection";
import { check } from "../scenario";
import type { Tokens } from "../scenario";
import { client } from "./client";

export const pair: Tokens = {
  async logIn(username, password) {
    const result = await client.POST("/api/token/", { body: { username, password } });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  async refresh() {
    const body = { refresh: kept.refresh };
    const result = await client.POST("/api/token/refresh/", { body });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  verify: (token) => client.POST("/api/token/verify/", { body: { token } }),
  async findBlankLogin() {
    const body = { username: "", password: facts.password };
    const { error } = await client.POST("/api/token/", { body });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
};
