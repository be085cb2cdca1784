// The project with a refresh cookie, relations, and objects that belong to their user.

import { cookies, facts, keep } from "../connection";
import { check, equal, expect, expectRefusal, run, same } from "../scenario";
import type { Resource, Tokens } from "../scenario";
import { account } from "./account";
import {
  authorsCreate,
  authorsDestroy,
  login,
  logout,
  notesCreate,
  notesDestroy,
  notesList,
  notesPartialUpdate,
  notesRetrieve,
  notesUpdate,
  refresh,
  tagsCreate,
  verify,
} from "./client";
import type { Note, NoteRequest, TokenAccess } from "./client";

// The refresh token is in the cookie alone.
same<keyof TokenAccess, "access">(true);
same<Note, Required<Note>>(true);
// A field with a default is optional in a request, and present in a response.
same<Note["stars"], number>(true);
same<NoteRequest["stars"], number | undefined>(true);
same<Note["editor"], number | null>(true);
same<NoteRequest["editor"], number | null | undefined>(true);
same<Note["tags"], number[]>(true);
same<"writer" extends keyof NoteRequest ? true : false, false>(true);

const headers = { "X-Requested-With": "fetch" };
const tokens: Tokens = {
  async logIn(username, password) {
    const result = await login({ body: { username, password } });
    if (result.data) keep(result.data.access);
    return result;
  },
  async refresh() {
    const result = await refresh({ headers });
    if (result.data) keep(result.data.access);
    return result;
  },
  verify: (token) => verify({ body: { token } }),
  async findBlankLogin() {
    const { error } = await login({ body: { username: "", password: facts.password } });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
  async logOut() {
    const old = [...cookies];
    const result = await logout({ headers });
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
  list: (page) => notesList({ query: { page, page_size: 2, author, ordering: "id" } }),
  async create(n) {
    author ||= expect(await authorsCreate({ body: { name } }), 201).id;
    tag ||= expect(await tagsCreate({ body: { name: "new" } }), 201).id;
    const body: NoteRequest = { title: `Note ${n}`, author, tags: [tag] };
    const { data } = await notesCreate({ body });
    equal(data, { ...data, ...body, body: "", stars: 3, editor: null });
    return data;
  },
  retrieve: (id) => notesRetrieve({ path: { id } }),
  async change({ id, writer }) {
    const path = { id };
    const body = { title: "New", author, tags: [tag], editor: author, stars: 5 };
    const put = expect(await notesUpdate({ path, body }), 200);
    equal(put, { ...put, id, ...body, writer });
    const patched = expect(await notesPartialUpdate({ path, body: { editor: null } }), 200);
    equal(patched, { ...put, editor: null, updated_at: patched.updated_at });
  },
  destroy: (id) => notesDestroy({ path: { id } }),
  async findInvalid() {
    const { error } = await notesCreate({ body: { title: "x", author: 0, tags: [tag] } });
    check(error && "error_codes" in error);
    return { messages: error.author, codes: error.error_codes.author };
  },
  invalidCode: "does_not_exist",
};

async function meetConflicts(): Promise<void> {
  check(await notes.create(1));
  expectRefusal(await authorsDestroy({ path: { id: author } }), 409, "protected");
  const { error } = await authorsCreate({ body: { name } });
  check(error && "error_codes" in error);
  equal(error.error_codes.name, ["unique"]);
}

await run(tokens, account, notes, meetConflicts);
