// The project with sliding tokens, a login by e-mail address, and HTTP Basic.

import { facts, keep, kept } from "../connection";
import { check, equal, expect, run, same } from "../scenario";
import type { Tokens } from "../scenario";
import { account } from "./account";
import { client } from "./client";
import type { components } from "./schema";
import { students } from "./students";

same<keyof components["schemas"]["User"], "id" | "email" | "first_name" | "last_name">(true);

const tokens: Tokens = {
  async logIn(email, password) {
    const result = await client.POST("/auth/login/", { body: { email, password } });
    if (result.data) keep(result.data.token);
    return result;
  },
  async refresh() {
    const body = { token: kept.access };
    const result = await client.POST("/auth/login/refresh/", { body });
    if (result.data) keep(result.data.token);
    return result;
  },
  verify: (token) => client.POST("/auth/login/verify/", { body: { token } }),
  async findBlankLogin() {
    const body = { email: "", password: facts.password };
    const { error } = await client.POST("/auth/login/", { body });
    check(error && "error_codes" in error);
    return { messages: error.email, codes: error.error_codes.email };
  },
  logOut: () => client.POST("/auth/login/blacklist/", { body: { token: kept.access } }),
};

async function useBasic(): Promise<void> {
  const headers = { Authorization: `Basic ${btoa(`${facts.login}:${facts.password}`)}` };
  equal(expect(await client.GET("/api/users/me/", { headers }), 200).email, facts.login);
}

await run(tokens, account, students, useBasic);
