// The project with sliding tokens, a login by e-mail address, and HTTP Basic.

import { facts, keep, kept } from "../connection";
import { check, equal, expect, run, same } from "../scenario";
import type { Tokens } from "../scenario";
import { account } from "./account";
import { login, logout, refresh, usersMeRetrieve, verify } from "./client";
import type { User } from "./client";
import { students } from "./students";

same<keyof User, "id" | "email" | "first_name" | "last_name">(true);

const tokens: Tokens = {
  async logIn(email, password) {
    const result = await login({ body: { email, password } });
    if (result.data) keep(result.data.token);
    return result;
  },
  async refresh() {
    const result = await refresh({ body: { token: kept.access } });
    if (result.data) keep(result.data.token);
    return result;
  },
  verify: (token) => verify({ body: { token } }),
  async findBlankLogin() {
    const { error } = await login({ body: { email: "", password: facts.password } });
    check(error && "error_codes" in error);
    return { messages: error.email, codes: error.error_codes.email };
  },
  logOut: () => logout({ body: { token: kept.access } }),
};

async function useBasic(): Promise<void> {
  const auth = ({ scheme }: { scheme?: string }) =>
    scheme === "basic" ? `${facts.login}:${facts.password}` : undefined;
  equal(expect(await usersMeRetrieve({ auth }), 200).email, facts.login);
}

await run(tokens, account, students, useBasic);
