// The project with a refresh cookie, relations, and objects that belong to their user.

import { cookies, facts, keep } from "../connection";
import { check, equal, expect, expectRefusal, run, same } from "../scenario";
import type { Resource, Tokens } from "../scenario";
import { account } from "./account";
import { client } from "./client";
import type { components } from "./schema";

type Note = components["schemas"]["Note"];
type NoteRequest = components["schemas"]["NoteRequest"];

// The refresh token is in the cookie alone.
same<keyof components["schemas"]["TokenAccess"], "access">(true);
same<Note, Required<Note>>(true);
// A field with a default is optional in a request, and present in a response.
same<Note["stars"], number>(true);
same<NoteRequest["stars"], number | undefined>(true);
same<Note["editor"], number | null>(true);
same<NoteRequest["editor"], number | null | undefined>(true);
same<Note["tags"], number[]>(true);
same<"writer" extends keyof NoteRequest ? true : false, false>(true);

const params = { header: { "X-Requested-With": "fetch" } };
const tokens: Tokens = {
  async logIn(username, password) {
    const result = await client.POST("/api/token/", { body: { username, password } });
    if (result.data) keep(result.data.access);
    return result;
  },
  async refresh() {
    const result = await client.POST("/api/token/refresh/", { params });
    if (result.data) keep(result.data.access);
    return result;
  },
  verify: (token) => client.POST("/api/token/verify/", { body: { token } }),
  async findBlankLogin() {
    const body = { username: "", password: facts.password };
    const { error } = await client.POST("/api/token/", { body });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
  async logOut() {
    const old = [...cookies];
    const result = await client.POST("/api/token/blacklist/", { params });
    equal(cookies.size, 0);
    // A copy of the deleted cookie is refused.
    for (const [name, value] of old) cookies.set(name, value);
    return result;
  },
};

const name = `Ada ${facts.address}`;
let author = 0;
let tag = 0;

const notes: Resource<Note> = {
  list: (page) => {
    const query = { page, page_size: 2, author, ordering: "id" };
    return client.GET("/api/notes/", { params: { query } });
  },
  async create(n) {
    author ||= expect(await client.POST("/api/authors/", { body: { name } }), 201).id;
    tag ||= expect(await client.POST("/api/tags/", { body: { name: "new" } }), 201).id;
    const body: NoteRequest = { title: `Note ${n}`, author, tags: [tag] };
    const { data } = await client.POST("/api/notes/", { body });
    equal(data, { ...data, ...body, body: "", stars: 3, editor: null });
    return data;
  },
  retrieve: (id) => client.GET("/api/notes/{id}/", { params: { path: { id } } }),
  async change({ id, writer }) {
    const params = { path: { id } };
    const body = { title: "New", author, tags: [tag], editor: author, stars: 5 };
    const put = expect(await client.PUT("/api/notes/{id}/", { params, body }), 200);
    equal(put, { ...put, id, ...body, writer });
    const patch = { params, body: { editor: null } };
    const patched = expect(await client.PATCH("/api/notes/{id}/", patch), 200);
    equal(patched, { ...put, editor: null, updated_at: patched.updated_at });
  },
  destroy: (id) => client.DELETE("/api/notes/{id}/", { params: { path: { id } } }),
  async findInvalid() {
    const body = { title: "x", author: 0, tags: [tag] };
    const { error } = await client.POST("/api/notes/", { body });
    check(error && "error_codes" in error);
    return { messages: error.author, codes: error.error_codes.author };
  },
  invalidCode: "does_not_exist",
};

async function meetConflicts(): Promise<void> {
  check(await notes.create(1));
  const params = { path: { id: author } };
  expectRefusal(await client.DELETE("/api/authors/{id}/", { params }), 409, "protected");
  const { error } = await client.POST("/api/authors/", { body: { name } });
  check(error && "error_codes" in error);
  equal(error.error_codes.name, ["unique"]);
}

await run(tokens, account, notes, meetConflicts);
