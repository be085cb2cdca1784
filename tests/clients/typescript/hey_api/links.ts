// The project with hyperlinks, other paths, and a blacklist.

import { facts, kept } from "../connection";
import { check, equal, expect, run, same } from "../scenario";
import type { Resource } from "../scenario";
import { account } from "./account";
import {
  languagesCreate,
  logout,
  programmersCreate,
  programmersDestroy,
  programmersList,
  programmersPartialUpdate,
  programmersRetrieve,
  programmersUpdate,
} from "./client";
import type { Language, Programmer, ProgrammerRequest } from "./client";
import { pair } from "./pair";

same<Programmer["id"], number>(true);
same<Programmer["languages"], string[]>(true);
same<Language["paradigm"], string | null>(true);

let language: Language | undefined;

const programmers: Resource<Programmer> = {
  list: (page) =>
    programmersList({ query: { page, page_size: 2, languages: language?.id, ordering: "id" } }),
  async create(n) {
    language ??= expect(await languagesCreate({ body: { name: "C" } }), 201);
    const body: ProgrammerRequest = { name: `Ada ${n}`, languages: [language.url] };
    const { data } = await programmersCreate({ body });
    equal(data, { ...data, ...body, url: `${facts.url}/api/v1/programmers/${data?.id}/` });
    return data;
  },
  retrieve: (id) => programmersRetrieve({ path: { id } }),
  async change({ id, url, languages }) {
    const path = { id };
    const put = expect(await programmersUpdate({ path, body: { name: "Grace", languages } }), 200);
    equal(put, { ...put, id, url, name: "Grace", languages });
    const name = "Ada";
    const patched = expect(await programmersPartialUpdate({ path, body: { name } }), 200);
    equal(patched, { ...put, name, updated_at: patched.updated_at });
  },
  destroy: (id) => programmersDestroy({ path: { id } }),
  async findInvalid() {
    const body = { name: "Ada", languages: [`${facts.url}/nowhere/`] };
    const { error } = await programmersCreate({ body });
    check(error && "error_codes" in error);
    return { messages: error.languages, codes: error.error_codes.languages };
  },
  invalidCode: "no_match",
};

const tokens = { ...pair, logOut: () => logout({ body: { refresh: kept.refresh } }) };
await run(tokens, account, programmers);
