// The project with hyperlinks, other paths, and a blacklist.

import { facts, keep, kept } from "../connection";
import { check, equal, expect, run, same } from "../scenario";
import type { Account, Resource, Tokens } from "../scenario";
import { client } from "./client";
import type { components } from "./schema";

type Language = components["schemas"]["Language"];
type Programmer = components["schemas"]["Programmer"];

same<Programmer["id"], number>(true);
same<Programmer["languages"], string[]>(true);
same<Language["paradigm"], string | null>(true);

const tokens: Tokens = {
  async logIn(username, password) {
    const result = await client.POST("/auth/token/", { body: { username, password } });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  async refresh() {
    const body = { refresh: kept.refresh };
    const result = await client.POST("/auth/token/refresh/", { body });
    if (result.data) keep(result.data.access, result.data.refresh);
    return result;
  },
  verify: (token) => client.POST("/auth/token/verify/", { body: { token } }),
  async findBlankLogin() {
    const body = { username: "", password: facts.password };
    const { error } = await client.POST("/auth/token/", { body });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
  logOut: () => client.POST("/auth/token/blacklist/", { body: { refresh: kept.refresh } }),
};

const account: Account = {
  retrieve: () => client.GET("/api/v1/users/me/"),
  rename: (first_name) => client.PATCH("/api/v1/users/me/", { body: { first_name } }),
};

let language: Language | undefined;

const programmers: Resource<Programmer> = {
  list: (page) => {
    check(language);
    const query = { page, page_size: 2, languages: language.id, ordering: "id" };
    return client.GET("/api/v1/programmers/", { params: { query } });
  },
  async create(n) {
    language ??= expect(await client.POST("/api/v1/languages/", { body: { name: "C" } }), 201);
    const body = { name: `Ada ${n}`, languages: [language.url] };
    const { data } = await client.POST("/api/v1/programmers/", { body });
    equal(data, { ...data, ...body, url: `${facts.url}/api/v1/programmers/${data?.id}/` });
    return data;
  },
  retrieve: (id) => client.GET("/api/v1/programmers/{id}/", { params: { path: { id } } }),
  async change({ id, url, languages }) {
    const params = { path: { id } };
    const body = { name: "Grace", languages };
    const put = expect(await client.PUT("/api/v1/programmers/{id}/", { params, body }), 200);
    equal(put, { ...put, id, url, ...body });
    const name = "Ada";
    const patch = { params, body: { name } };
    const patched = expect(await client.PATCH("/api/v1/programmers/{id}/", patch), 200);
    equal(patched, { ...put, name, updated_at: patched.updated_at });
  },
  destroy: (id) => client.DELETE("/api/v1/programmers/{id}/", { params: { path: { id } } }),
  async findInvalid() {
    const body = { name: "Ada", languages: [`${facts.url}/nowhere/`] };
    const { error } = await client.POST("/api/v1/programmers/", { body });
    check(error && "error_codes" in error);
    return { messages: error.languages, codes: error.error_codes.languages };
  },
  invalidCode: "no_match",
};

await run(tokens, account, programmers);
