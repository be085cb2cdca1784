// The default project.

import createClient from "openapi-fetch";

import { authorize, facts, keep, kept, send } from "../connection";
import { check, equal, expect, expectRefusal, run, same } from "../scenario";
import type { Account, Resource, Tokens } from "../scenario";
import type { components, operations, paths } from "./schema";

type Student = components["schemas"]["Student"];
type StudentRequest = components["schemas"]["StudentRequest"];

same<Student["id"], number>(true);
same<operations["students_retrieve"]["parameters"]["path"]["id"], number>(true);
same<operations["sessions_destroy"]["parameters"]["path"]["id"], string>(true);
same<keyof Student, "id" | "name" | "roll" | "city" | "created_at" | "updated_at">(true);
same<StudentRequest, { name: string; roll: number; city: string }>(true);
same<components["schemas"]["PatchedStudentRequest"], Partial<StudentRequest>>(true);

const client = createClient<paths>({ baseUrl: facts.url, fetch: send });
client.use({ onRequest: authorize });

const tokens: Tokens = {
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
    const body = { username: "", password: "x" };
    const { error } = await client.POST("/api/token/", { body });
    check(error && "error_codes" in error);
    return { messages: error.username, codes: error.error_codes.username };
  },
  logOut: () => client.POST("/api/token/blacklist/", { body: { refresh: kept.refresh } }),
};

const account: Account = {
  retrieve: () => client.GET("/api/users/me/"),
  rename: (first_name) => client.PATCH("/api/users/me/", { body: { first_name } }),
};

const students: Resource<Student> = {
  list: (page) =>
    client.GET("/api/students/", { params: { query: { page, page_size: 2, ordering: "id" } } }),
  async create(n) {
    const body: StudentRequest = { name: `Ada ${n}`, roll: n, city: "London" };
    const { data } = await client.POST("/api/students/", { body });
    equal(data, { ...data, ...body });
    return data;
  },
  retrieve: (id) => client.GET("/api/students/{id}/", { params: { path: { id } } }),
  async change({ id, created_at }) {
    const params = { path: { id } };
    const body = { name: "Grace", roll: 7, city: "Arlington" };
    const put = expect(await client.PUT("/api/students/{id}/", { params, body }), 200);
    equal(put, { ...put, id, ...body, created_at });
    const city = "Paris";
    const patched = await client.PATCH("/api/students/{id}/", { params, body: { city } });
    const { updated_at } = expect(patched, 200);
    equal(patched.data, { ...put, city, updated_at });
  },
  destroy: (id) => client.DELETE("/api/students/{id}/", { params: { path: { id } } }),
  async findInvalid() {
    const body = { name: "", roll: 1, city: "London" };
    const { error } = await client.POST("/api/students/", { body });
    check(error && "error_codes" in error);
    same<typeof error.roll, string[] | undefined>(true);
    equal(error.roll, undefined);
    return { messages: error.name, codes: error.error_codes.name };
  },
  invalidCode: "blank",
};

// A session that another one ends is refused immediately.
async function endSession(): Promise<void> {
  const { results } = expect(await client.GET("/api/sessions/"), 200);
  const [current] = results.filter((session) => session.current);
  check(current);
  const old = kept.access;
  expect(await tokens.logIn(facts.login, facts.password), 200);
  const params = { path: { id: current.id } };
  equal((await client.DELETE("/api/sessions/{id}/", { params })).response.status, 204);
  const latest = { ...kept };
  keep(old);
  expectRefusal(await students.list(1), 401, "session_ended");
  keep(latest.access, latest.refresh);
  equal((await client.DELETE("/api/sessions/")).response.status, 204);
}

await run(tokens, account, students, { revokes: true, more: endSession });
